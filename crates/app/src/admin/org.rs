//! 机构管理.

use domain::authority::Permission;
use domain::directory::{Org, OrgKind, OrgLevel};
use kernel::{FieldError, OrgId, Phone, Refusal, RegionCode};

use super::{Check, code, immutable, require, seal, trimmed};
use crate::Result;
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{OrgForm, OrgView};
use crate::world::World;

/// 考核分组.
const GROUPS: [&str; 4] = ["区县", "市直", "公共服务企业", "乡镇街道"];

/// Every organisation, by code; abolished ones included.
pub async fn org_list(app: &App, ctx: &Ctx) -> Result<Vec<OrgView>> {
    super::require_any(ctx, &[Permission::AdminOrg, Permission::AdminRole])?;
    let world = app.fresh_world().await?;
    let mut orgs: Vec<OrgView> = world.directory.orgs().map(view).collect();
    orgs.sort_by(|a, b| a.code.cmp(&b.code));
    Ok(orgs)
}

/// Adds an organisation.
pub async fn org_create(app: &App, ctx: &Ctx, form: OrgForm) -> Result<OrgView> {
    require(ctx, Permission::AdminOrg)?;
    let world = app.fresh_world().await?;
    let given = form.code.as_deref().unwrap_or_default().trim().to_owned();
    let taken = world.directory.orgs().any(|o| o.code == given);
    let check = code(Check::default(), "code", "机构编码", &given, 40);
    let check = check.when(taken, "code", format!("机构编码“{given}”已存在"), "请更换一个未使用的编码");
    facts(check, &form, None, &world).done()?;
    let id = OrgId::mint(&*app.mint, ctx.now);
    let blank = Org {
        id,
        code: given,
        name: String::new(),
        short: String::new(),
        parent: None,
        superior: None,
        level: form.level,
        kind: form.kind,
        group: String::new(),
        region: String::new(),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    };
    let org = filled(blank, &form);
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::org::insert_orgs(tx, std::slice::from_ref(&org)).await?;
        let entry = Entry::new("admin", "org.create", "org", org.id).with(detail(&org));
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await
    });
    done?;
    app.refresh().await?;
    Ok(view(&org))
}

/// Changes an organisation.
pub async fn org_update(app: &App, ctx: &Ctx, id: OrgId, form: OrgForm) -> Result<OrgView> {
    require(ctx, Permission::AdminOrg)?;
    let world = app.fresh_world().await?;
    let org: Result<Org> = db::with_retry!(app.store.db, async |tx| {
        let Some(old) = store::org::load_org(&mut *tx, id).await? else {
            return Err(Refusal::not_found("机构").into());
        };
        let check = immutable(Check::default(), "code", "机构编码", form.code.as_deref(), &old.code);
        let mut check = facts(check, &form, Some(id), &world);
        if old.active && !form.active {
            let working = store::open_clock::open_tasks_of(&mut *tx, id).await?;
            check = may_close(check, &old, working, &world);
        }
        check.done()?;
        let before = detail(&old);
        let new = filled(old, &form);
        if !store::org::save_org(tx, &new).await? {
            return Err(Refusal::stale().into());
        }
        let change = serde_json::json!({ "before": before, "after": detail(&new) });
        let entry = Entry::new("admin", "org.update", "org", id).with(change);
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await?;
        Ok(Org { version: new.version + 1, ..new })
    });
    let org = org?;
    app.refresh().await?;
    Ok(view(&org))
}

fn filled(old: Org, form: &OrgForm) -> Org {
    let name = form.name.trim().to_owned();
    Org {
        short: trimmed(form.short.as_deref()).unwrap_or_else(|| name.clone()),
        name,
        parent: form.parent,
        superior: form.superior,
        level: form.level,
        kind: form.kind,
        group: form.group.trim().to_owned(),
        region: RegionCode::parse(&form.region).map_or_else(|_| form.region.clone(), |r| r.as_str().to_owned()),
        phone: trimmed(form.phone.as_deref()),
        active: form.active,
        ..old
    }
}

fn facts(check: Check, form: &OrgForm, own: Option<OrgId>, world: &World) -> Check {
    let group = form.group.trim();
    let center = world.directory.center().map(|c| c.id);
    let second = form.kind == OrgKind::Center && form.active && center.is_some() && center != own;
    let lost = own.is_some() && own == center && !(form.kind == OrgKind::Center && form.active);
    check
        .text("name", "机构名称", &form.name, 2, 100)
        .text("short", "机构简称", form.short.as_deref().unwrap_or_default(), 0, 30)
        .result(above("parent", "上级机构", form.parent, form, own, world))
        .result(above("superior", "业务上级", form.superior, form, None, world))
        .result(region(&form.region, world))
        .when(
            !group.is_empty() && !GROUPS.contains(&group),
            "group",
            format!("考核分组“{group}”无效"),
            "请选择区县、市直、公共服务企业、乡镇街道，或留空表示不参加考核",
        )
        .result(phone(form.phone.as_deref()))
        .when(second, "kind", "只能有一个启用的热线中心", "请先停用原热线中心，或改选其他机构性质")
        .when(lost, "kind", "热线中心不能停用或改变性质", "工单登记、派单都由热线中心办理，请保留")
}

fn region(text: &str, world: &World) -> Result<(), FieldError> {
    let code = RegionCode::parse(text).map_err(|e| e.at("region"))?;
    if world.regions.get(code.as_str()).is_some() {
        return Ok(());
    }
    Err(FieldError::new("region", format!("行政区划“{text}”不存在")).with_remedy("请从行政区划中选择"))
}

fn phone(text: Option<&str>) -> Result<(), FieldError> {
    match text.map(str::trim).filter(|t| !t.is_empty()) {
        Some(text) => Phone::parse(text).map(drop).map_err(|e| e.at("phone")),
        None => Ok(()),
    }
}

const fn rank(level: OrgLevel) -> u8 {
    match level {
        OrgLevel::City => 0,
        OrgLevel::County => 1,
        OrgLevel::Town => 2,
        OrgLevel::Village => 3,
    }
}

/// An organisation above: it exists, works, does not stand lower, and no circle arises.
fn above(
    field: &str,
    name: &str,
    id: Option<OrgId>,
    form: &OrgForm,
    own: Option<OrgId>,
    world: &World,
) -> Result<(), FieldError> {
    let Some(id) = id else { return Ok(()) };
    let no = |message: String, remedy: &str| Err(FieldError::new(field, message).with_remedy(remedy));
    let Some(org) = world.directory.org(id) else {
        return no(format!("所选{name}不存在"), "请从机构列表中重新选择");
    };
    if !org.active && form.active {
        return no(format!("{name}“{}”已停用", org.name), "请选择启用的机构");
    }
    if rank(org.level) > rank(form.level) {
        return no(format!("{name}“{}”的层级低于本机构", org.name), "请选择同级或更高层级的机构");
    }
    if own.is_some_and(|own| world.directory.is_within(id, own)) {
        return no(format!("{name}不能是本机构或其下级机构"), "请选择其他机构，避免形成循环");
    }
    Ok(())
}

fn may_close(check: Check, org: &Org, working: i64, world: &World) -> Check {
    let below = world.directory.children(org.id).iter().filter_map(|id| world.directory.org(*id));
    let names: Vec<&str> = below.filter(|o| o.active).map(|o| o.name.as_str()).take(3).collect();
    check
        .when(
            !names.is_empty(),
            "active",
            format!("机构下还有启用的下级：{}等", names.join("、")),
            "请先停用下级机构或改变其上级",
        )
        .when(working > 0, "active", format!("机构还有{working}件未办结任务"), "请先由热线中心改派这些任务，再停用机构")
}

fn detail(org: &Org) -> serde_json::Value {
    serde_json::json!({
        "code": org.code, "name": org.name, "parent": org.parent, "superior": org.superior, "level": org.level,
        "kind": org.kind, "group": org.group, "region": org.region, "active": org.active,
    })
}

fn view(o: &Org) -> OrgView {
    OrgView {
        id: o.id,
        code: o.code.clone(),
        name: o.name.clone(),
        short: o.short.clone(),
        parent: o.parent,
        superior: o.superior,
        level: o.level,
        kind: o.kind,
        group: o.group.clone(),
        region: o.region.clone(),
        phone: o.phone.clone(),
        active: o.active,
        merged_into: o.merged_into,
        version: o.version,
    }
}
