//! 常用筛选: saved queries of one person.

use domain::authority::Permission;
use kernel::{FilterId, Refusal};
use serde_json::Value;
use store::saved_filter::SavedFilter;

use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{FilterForm, FilterView, OrderQuery};

/// At most so many per person.
const LIMIT: usize = 100;

/// The person's filters by name.
pub async fn filter_list(app: &App, ctx: &Ctx) -> Result<Vec<FilterView>> {
    ctx.require_ready()?;
    let all = store::saved_filter::list_filters(&app.store.db, ctx.actor()?.user).await?;
    Ok(all.into_iter().map(|f| FilterView { id: f.id, name: f.name, query: f.body }).collect())
}

/// Keeps a filter; one with the same name is replaced.
pub async fn filter_save(app: &App, ctx: &Ctx, form: FilterForm) -> Result<FilterView> {
    ctx.require_ready()?;
    ctx.require(Permission::Query)?;
    let user = ctx.actor()?.user;
    let name = form.name.trim().to_owned();
    if !(1..=30).contains(&name.chars().count()) {
        return Err(Refusal::invalid("name", "请填写筛选名称，最多30字").into());
    }
    serde_json::from_value::<OrderQuery>(form.query.clone())
        .map_err(|e| Refusal::invalid("query", format!("筛选条件有误：{e}")))?;
    if store::saved_filter::list_filters(&app.store.db, user).await?.len() >= LIMIT {
        return Err(Refusal::conflict("too_many_filters", format!("最多保存{LIMIT}个筛选，请先删除不用的")).into());
    }
    let filter = SavedFilter { id: FilterId::mint(&*app.mint, ctx.now), name, body: form.query, created_at: ctx.now };
    let done: Result<FilterId> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::saved_filter::save_filter(tx, user, &filter).await?) });
    let id = done?;
    let query: Value = filter.body;
    Ok(FilterView { id, name: filter.name, query })
}

/// Forgets a filter of the person.
pub async fn filter_delete(app: &App, ctx: &Ctx, id: FilterId) -> Result<()> {
    ctx.require_ready()?;
    let user = ctx.actor()?.user;
    let done: Result<bool> =
        db::with_retry!(app.store.db, async |tx| { Ok(store::saved_filter::delete_filter(tx, user, id).await?) });
    if done? { Ok(()) } else { Err(Refusal::not_found("筛选").into()) }
}
