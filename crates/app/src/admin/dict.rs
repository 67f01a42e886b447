//! 数据字典: words may be changed, codes never; what is no longer wanted is ended, so that old orders keep their words.

use std::collections::BTreeMap;

use domain::authority::Permission;
use kernel::{FieldError, Refusal};
use store::dictionary::DictionaryItem;

use super::{Check, code, immutable, require, seal, trimmed};
use crate::Result;
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{DictItemForm, DictItemView, DictLine};

/// Dictionaries that mirror enumerations of the program: only their words and order can be changed.
#[rustfmt::skip]
const FIXED: &[&str] = &[
    "demand_type", "channel", "urgency", "reject_reason", "confidentiality", "requester_kind", "sex", "rating",
    "solved", "contacted", "contact_way", "contact_result", "callback_mode", "handle_result", "transfer_target",
    "send_back_defect", "link_type", "pause_reason", "org_level", "org_kind", "exempt_reason",
];

/// Every dictionary with the number of its items in force.
pub async fn dict_list(app: &App, ctx: &Ctx) -> Result<Vec<DictLine>> {
    require(ctx, Permission::AdminDict)?;
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    for item in store::dictionary::list_all(&app.store.db).await? {
        let in_force = item.valid_from <= ctx.now && item.valid_to.is_none_or(|to| ctx.now < to);
        *counts.entry(item.dict).or_default() += i64::from(in_force);
    }
    Ok(counts.into_iter().map(|(code, items)| DictLine { code, items }).collect())
}

/// The items of a dictionary, each in its newest version, ended ones included.
pub async fn dict_view(app: &App, ctx: &Ctx, dict: &str) -> Result<Vec<DictItemView>> {
    require(ctx, Permission::AdminDict)?;
    let newest = newest(&store::dictionary::list_all(&app.store.db).await?, dict)?;
    let mut items: Vec<DictItemView> = newest.values().map(view).collect();
    items.sort_by(|a, b| (a.sort, &a.code).cmp(&(b.sort, &b.code)));
    Ok(items)
}

/// Adds an item under a code never used before.
pub async fn dict_item_create(app: &App, ctx: &Ctx, dict: &str, form: DictItemForm) -> Result<DictItemView> {
    require(ctx, Permission::AdminDict)?;
    if FIXED.contains(&dict) {
        let message = "该字典的编码由系统流程使用，不能新增，只能修改名称和排序";
        return Err(Refusal::state("fixed_dictionary", message).into());
    }
    let item: Result<DictionaryItem> = db::with_retry!(app.store.db, async |tx| {
        let items = newest(&store::dictionary::list_all(&mut *tx).await?, dict)?;
        let given = form.code.as_deref().unwrap_or_default().trim().to_owned();
        let used = items.contains_key(&given);
        let check = code(Check::default(), "code", "字典项编码", &given, 40);
        let check =
            check.when(used, "code", format!("编码“{given}”已使用过"), "请更换编码；已停用的编码也不能重新使用");
        facts(check, ctx, &form, &given, &items).done()?;
        let item = DictionaryItem {
            dict: dict.to_owned(),
            code: given,
            label: form.name.trim().to_owned(),
            parent: trimmed(form.parent.as_deref()),
            sort: form.sort,
            extra: serde_json::json!({}),
            valid_from: ctx.now,
            valid_to: form.valid_to,
        };
        store::dictionary::put_items(tx, std::slice::from_ref(&item)).await?;
        let entry = Entry::new("admin", "dict_item.create", "dictionary", dict).with(detail(&item));
        seal(tx, app, ctx, entry, &[snapshot::REFERENCE]).await?;
        Ok(item)
    });
    let item = item?;
    app.refresh().await?;
    Ok(view(&item))
}

/// Changes words, order and end of an item. An end not after now ends it at once.
pub async fn dict_item_update(
    app: &App,
    ctx: &Ctx,
    dict: &str,
    item: &str,
    form: DictItemForm,
) -> Result<DictItemView> {
    require(ctx, Permission::AdminDict)?;
    let new: Result<DictionaryItem> = db::with_retry!(app.store.db, async |tx| {
        let items = newest(&store::dictionary::list_all(&mut *tx).await?, dict)?;
        let Some(old) = items.get(item) else { return Err(Refusal::not_found("字典项").into()) };
        let ends = form.valid_to.is_some_and(|to| to <= ctx.now);
        let check = immutable(Check::default(), "code", "字典项编码", form.code.as_deref(), item);
        let open = DictItemForm { valid_to: form.valid_to.filter(|_| !ends), ..form.clone() };
        facts(check, ctx, &open, item, &items)
            .when(
                form.valid_to.is_some() && FIXED.contains(&dict),
                "valid_to",
                "该字典项由系统流程使用，不能停用",
                "只能修改名称和排序",
            )
            .done()?;
        let new = DictionaryItem {
            label: form.name.trim().to_owned(),
            parent: trimmed(form.parent.as_deref()),
            sort: form.sort,
            valid_from: ctx.now.max(old.valid_from),
            valid_to: if ends { Some(ctx.now.max(old.valid_from)) } else { form.valid_to },
            ..old.clone()
        };
        store::dictionary::end_item(tx, dict, item, ctx.now).await?;
        store::dictionary::put_items(tx, std::slice::from_ref(&new)).await?;
        let change = serde_json::json!({ "before": detail(old), "after": detail(&new) });
        let entry = Entry::new("admin", "dict_item.update", "dictionary", dict).with(change);
        seal(tx, app, ctx, entry, &[snapshot::REFERENCE]).await?;
        Ok(new)
    });
    let new = new?;
    app.refresh().await?;
    Ok(view(&new))
}

/// The newest version of every item of a dictionary; refuses an unknown dictionary.
fn newest(all: &[DictionaryItem], dict: &str) -> Result<BTreeMap<String, DictionaryItem>> {
    let mut items: BTreeMap<String, DictionaryItem> = BTreeMap::new();
    for item in all.iter().filter(|i| i.dict == dict) {
        let newer = items.get(&item.code).is_none_or(|old| old.valid_from <= item.valid_from);
        if newer {
            items.insert(item.code.clone(), item.clone());
        }
    }
    if items.is_empty() { Err(Refusal::not_found("数据字典").into()) } else { Ok(items) }
}

fn facts(check: Check, ctx: &Ctx, form: &DictItemForm, own: &str, items: &BTreeMap<String, DictionaryItem>) -> Check {
    let parent = match trimmed(form.parent.as_deref()) {
        None => Ok(()),
        Some(p) if p == own => Err(FieldError::new("parent", "上级不能是本项自身").with_remedy("请选择其他上级或留空")),
        Some(p) if !items.contains_key(&p) => {
            Err(FieldError::new("parent", format!("上级编码“{p}”不存在")).with_remedy("请从本字典中选择上级或留空"))
        }
        Some(_) => Ok(()),
    };
    check
        .text("name", "名称", &form.name, 1, 100)
        .result(parent)
        .when(!(0..=1_000_000).contains(&form.sort), "sort", "排序应为0至1000000之间的整数", "数字越小排列越靠前")
        .when(
            form.valid_to.is_some_and(|to| to <= ctx.now),
            "valid_to",
            "停用时间须晚于当前时间",
            "请选择将来的时间，或留空表示一直有效",
        )
}

fn detail(i: &DictionaryItem) -> serde_json::Value {
    serde_json::json!({ "code": i.code, "name": i.label, "parent": i.parent, "sort": i.sort, "valid_to": i.valid_to })
}

fn view(i: &DictionaryItem) -> DictItemView {
    DictItemView {
        code: i.code.clone(),
        name: i.label.clone(),
        parent: i.parent.clone(),
        sort: i.sort,
        valid_from: (i.valid_from.0 > 0).then_some(i.valid_from),
        valid_to: i.valid_to,
    }
}
