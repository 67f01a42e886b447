//! 参数配置: effective at once in every process, every value kept with who set it and why.

use domain::authority::Permission;
use domain::param::{ParamDef, ParamKind, definition, definitions, validate};
use kernel::{Refusal, Unit};
use serde_json::Value;
use store::param::ParamValue;

use super::{Check, param_preview, reason, require_any, seal};
use crate::Result;
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{ParamEffect, ParamForm, ParamTrial, ParamVersion, ParamView, RollbackForm};
use crate::world::World;

/// Either administrator may read; what belongs to security is set by the security administrator.
fn may_read(ctx: &Ctx) -> Result<()> {
    require_any(ctx, &[Permission::AdminParam, Permission::AdminPolicy])
}

fn may_set(ctx: &Ctx, def: &ParamDef) -> Result<()> {
    let policy = def.key.starts_with("security.") || def.key == "export.approval_rows";
    require_any(ctx, &[if policy { Permission::AdminPolicy } else { Permission::AdminParam }])
}

fn known(key: &str) -> Result<&'static ParamDef> {
    definition(key).ok_or_else(|| Refusal::not_found(format!("参数“{key}”")).into())
}

/// Every parameter with its value in force.
pub async fn param_list(app: &App, ctx: &Ctx) -> Result<Vec<ParamView>> {
    may_read(ctx)?;
    let world = app.fresh_world().await?;
    let set = store::param::list_current(&app.store.db, app.now()).await?;
    let of = |key: &str| set.iter().find(|v| v.key == key);
    Ok(definitions().iter().map(|def| view(def, of(&def.key), &world)).collect())
}

/// Sets a value from now on.
pub async fn param_set(app: &App, ctx: &Ctx, key: &str, form: ParamForm) -> Result<ParamView> {
    let def = known(key)?;
    may_set(ctx, def)?;
    put(app, ctx, def, &form.value, &form.reason, "param.set").await
}

/// Every value ever set, newest first.
pub async fn param_history(app: &App, ctx: &Ctx, key: &str) -> Result<Vec<ParamVersion>> {
    may_read(ctx)?;
    known(key)?;
    let world = app.fresh_world().await?;
    let history = store::param::list_history(&app.store.db, key).await?;
    let version = |v: ParamValue| ParamVersion {
        version: v.id,
        value: v.value,
        effective_from: v.effective_from,
        by_name: v.by.map(|id| world.user_name(id)),
        reason: v.reason,
    };
    Ok(history.into_iter().map(version).collect())
}

/// What a value would mean, in words and for sample moments; nothing is changed.
pub async fn param_preview(app: &App, ctx: &Ctx, key: &str, trial: &ParamTrial) -> Result<ParamEffect> {
    may_read(ctx)?;
    let def = known(key)?;
    validate(key, &trial.value)?;
    let world = app.fresh_world().await?;
    Ok(param_preview::effect(def, &trial.value, &world, ctx.now))
}

/// Sets the value of an earlier version again; version 0 is the shipped one.
pub async fn param_rollback(app: &App, ctx: &Ctx, key: &str, form: RollbackForm) -> Result<ParamView> {
    let def = known(key)?;
    may_set(ctx, def)?;
    let value = match form.version {
        0 => def.default.clone(),
        id => {
            let history = store::param::list_history(&app.store.db, key).await?;
            let found = history.into_iter().find(|v| v.id == id);
            found.ok_or_else(|| Refusal::invalid("version", "没有该版本，请从历史记录中选择要回退的版本"))?.value
        }
    };
    put(app, ctx, def, &value, &form.reason, "param.rollback").await
}

async fn put(app: &App, ctx: &Ctx, def: &ParamDef, value: &Value, why: &str, action: &str) -> Result<ParamView> {
    let key = def.key.as_str();
    reason(Check::default(), why).done()?;
    validate(key, value)?;
    let why = why.trim();
    let set: Result<ParamValue> = db::with_retry!(app.store.db, async |tx| {
        let current = store::param::list_current(&mut *tx, ctx.now).await?;
        let old = current.iter().find(|v| v.key == key).map_or(&def.default, |v| &v.value);
        if old == value {
            let message = format!("参数“{}”的值没有变化，无需保存", def.name);
            return Err(Refusal::invalid("value", message).into());
        }
        let mut new = ParamValue {
            id: 0,
            key: key.to_owned(),
            value: value.clone(),
            effective_from: ctx.now,
            by: ctx.by.user(),
            reason: why.to_owned(),
            recorded_at: ctx.now,
        };
        new.id = store::param::insert_param(tx, &new).await?;
        let detail = serde_json::json!({ "before": old, "after": value, "version": new.id });
        let entry = Entry::new("admin", action, "param", key).because(why).with(detail);
        // Business hours are part of the calendar, which is loaded with the parameters.
        seal(tx, app, ctx, entry, &[snapshot::PARAM]).await?;
        Ok(new)
    });
    let set = set?;
    let world = app.refresh().await?;
    Ok(view(def, Some(&set), &world))
}

fn view(def: &ParamDef, set: Option<&ParamValue>, world: &World) -> ParamView {
    ParamView {
        key: def.key.clone(),
        name: def.name.clone(),
        description: def.description.clone(),
        group: def.group.clone(),
        kind: def.kind,
        unit: def.unit.clone(),
        min: def.min,
        max: def.max,
        choices: def.choices.clone(),
        sum: def.sum,
        value: set.map_or_else(|| def.default.clone(), |v| v.value.clone()),
        default: def.default.clone(),
        effective_from: set.map(|v| v.effective_from),
        by_name: set.and_then(|v| v.by).map(|id| world.user_name(id)),
        reason: set.map(|v| v.reason.clone()),
        source: def.source.clone(),
        version: set.map_or(0, |v| v.id),
    }
}

/// A value as people say it: `5个工作日`, `开`, `85分`.
pub(super) fn value_cn(def: &ParamDef, value: &Value) -> String {
    match (def.kind, value) {
        (ParamKind::Span, Value::Object(o)) => {
            let unit: Option<Unit> = o.get("unit").and_then(Value::as_str).and_then(|u| u.parse().ok());
            let qty = o.get("qty").and_then(Value::as_i64).unwrap_or(0);
            format!("{qty}{}", unit.map_or("", Unit::label_cn))
        }
        (_, Value::Bool(on)) => if *on { "开" } else { "关" }.to_owned(),
        (_, Value::String(text)) => format!("“{text}”"),
        (_, Value::Number(n)) => format!("{n}{}", def.unit),
        (ParamKind::Window | ParamKind::Windows, _) => windows_cn(value),
        (ParamKind::List, Value::Array(items)) if items.is_empty() => "空".to_owned(),
        (ParamKind::List, Value::Array(items)) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("、"),
        _ => value.to_string(),
    }
}

fn windows_cn(value: &Value) -> String {
    let text = |v: Option<&Value>| v.and_then(Value::as_str).unwrap_or("?").to_owned();
    let pairs: Vec<String> = match value {
        Value::Object(o) => vec![format!("{}至{}", text(o.get("from")), text(o.get("to")))],
        Value::Array(items) => items.iter().map(|p| format!("{}至{}", text(p.get(0)), text(p.get(1)))).collect(),
        other => vec![other.to_string()],
    };
    pairs.join("、")
}
