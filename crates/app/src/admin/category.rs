//! 问题分类: a coded tree, `AABBCC`; the code tells level and parent.

use domain::authority::Permission;
use domain::directory::Category;
use domain::partner::share::CodeMap;
use kernel::{FieldError, Refusal};

use super::{Check, immutable, require, seal, trimmed};
use crate::Result;
use crate::audit::Entry;
use crate::ctx::{App, Ctx, snapshot};
use crate::view::{CategoryForm, CategoryView};
use crate::world::World;

/// Every category by code, ended ones included.
pub async fn category_list(app: &App, ctx: &Ctx) -> Result<Vec<CategoryView>> {
    require(ctx, Permission::AdminCategory)?;
    let world = app.fresh_world().await?;
    let map = store::category::code_map(&app.store.db).await?;
    Ok(world.directory.categories().map(|c| view(c, &map, &world)).collect())
}

/// Adds a category below the one its code names.
pub async fn category_create(app: &App, ctx: &Ctx, form: CategoryForm) -> Result<CategoryView> {
    require(ctx, Permission::AdminCategory)?;
    let world = app.fresh_world().await?;
    let code = form.code.as_deref().unwrap_or_default().trim().to_owned();
    let place = place(&code);
    let taken = world.directory.category(&code).is_some();
    let parent = place.as_ref().ok().and_then(|(_, p)| p.clone());
    let mut check = facts(Check::default(), &form, &world)
        .when(taken, "code", format!("分类编码“{code}”已存在"), "请更换编码；已停用的编码也不能重新使用")
        .result(parent_ok(parent.as_deref(), &form, &world));
    if let Err(e) = &place {
        check = check.result(Err::<(), _>(e.clone()));
    }
    check.done()?;
    let (level, parent) = place?;
    let made = filled(&form, code, parent, level);
    put(app, ctx, "category.create", &made, form.mapped_old.as_deref(), detail(&made)).await
}

/// Changes name, keywords and marks, or ends a category.
pub async fn category_update(app: &App, ctx: &Ctx, code: &str, form: CategoryForm) -> Result<CategoryView> {
    require(ctx, Permission::AdminCategory)?;
    let world = app.fresh_world().await?;
    let old = world.directory.category(code).ok_or_else(|| Refusal::not_found("问题分类"))?;
    let below = world.directory.categories().any(|c| c.active && c.parent.as_deref() == Some(code));
    let check = immutable(facts(Check::default(), &form, &world), "code", "分类编码", form.code.as_deref(), code);
    let parent_given = form.parent.as_deref().filter(|p| Some(*p) != old.parent.as_deref() && !p.is_empty());
    check
        .when(parent_given.is_some(), "parent", "上级分类由编码决定，不能修改", "如需移动，请停用后在新位置新建")
        .when(!form.active && old.active && below, "active", "该分类下还有启用的下级分类", "请先停用下级分类")
        .result(if form.active { parent_ok(old.parent.as_deref(), &form, &world) } else { Ok(()) })
        .done()?;
    let new = filled(&form, old.code.clone(), old.parent.clone(), old.level);
    let change = serde_json::json!({ "before": detail(old), "after": detail(&new) });
    put(app, ctx, "category.update", &new, form.mapped_old.as_deref(), change).await
}

async fn put(
    app: &App,
    ctx: &Ctx,
    action: &str,
    category: &Category,
    replaces: Option<&[String]>,
    mut change: serde_json::Value,
) -> Result<CategoryView> {
    if let Some(codes) = replaces {
        change["mapped_old"] = serde_json::json!(codes);
    }
    let done: Result<()> = db::with_retry!(app.store.db, async |tx| {
        store::category::put_categories(tx, std::slice::from_ref(category)).await?;
        if let Some(codes) = replaces {
            store::category::unmap_code(tx, &category.code).await?;
            for old in codes {
                store::category::map_code(tx, old, &category.code).await?;
            }
        }
        let entry = Entry::new("admin", action, "category", &category.code).with(change.clone());
        seal(tx, app, ctx, entry, &[snapshot::DIRECTORY]).await
    });
    done?;
    let world = app.refresh().await?;
    let map = store::category::code_map(&app.store.db).await?;
    Ok(view(category, &map, &world))
}

/// Level and parent of a code.
fn place(code: &str) -> Result<(i32, Option<String>), FieldError> {
    let digits = code.len() == 6 && code.bytes().all(|b| b.is_ascii_digit()) && !code.starts_with("00");
    let gap = digits && &code[2..4] == "00" && &code[4..] != "00";
    if !digits || gap {
        return Err(FieldError::new("code", format!("分类编码“{code}”无效"))
            .with_remedy("请填写6位数字：前2位为一级、中间2位为二级、后2位为三级，上级编码其后补0"));
    }
    Ok(match (&code[2..4], &code[4..]) {
        ("00", _) => (1, None),
        (_, "00") => (2, Some(format!("{}0000", &code[..2]))),
        _ => (3, Some(format!("{}00", &code[..4]))),
    })
}

fn parent_ok(parent: Option<&str>, form: &CategoryForm, world: &World) -> Result<(), FieldError> {
    let Some(parent) = parent else { return Ok(()) };
    let no = |message: String, remedy: &str| Err(FieldError::new("parent", message).with_remedy(remedy));
    match world.directory.category(parent) {
        None => no(format!("上级分类“{parent}”不存在"), "请先新增上级分类"),
        Some(c) if !c.active && form.active => no(format!("上级分类“{}”已停用", c.name), "请先启用上级分类"),
        Some(_) => match trimmed(form.parent.as_deref()) {
            Some(given) if given != parent => no(format!("上级分类应为“{parent}”"), "上级由编码前几位决定，请核对编码"),
            _ => Ok(()),
        },
    }
}

fn facts(check: Check, form: &CategoryForm, world: &World) -> Check {
    let codes = form.mapped_old.as_deref().unwrap_or_default();
    let used = codes.iter().any(|c| world.directory.category(c).is_some_and(|c| c.active));
    let odd = codes.iter().any(|c| c.len() != 6 || !c.bytes().all(|b| b.is_ascii_digit()));
    check
        .text("name", "分类名称", &form.name, 2, 40)
        .text("keywords", "联想词", &form.keywords, 0, 500)
        .when(odd || codes.len() > 50, "mapped_old", "旧编码不正确", "每个为6位数字，最多50个")
        .when(used, "mapped_old", "旧编码仍在启用", "请先停用旧分类，再填为替代的旧编码")
}

fn filled(form: &CategoryForm, code: String, parent: Option<String>, level: i32) -> Category {
    Category {
        code,
        name: form.name.trim().to_owned(),
        parent,
        level,
        keywords: form.keywords.split_whitespace().collect::<Vec<_>>().join(" "),
        active: form.active,
        dept_duty_only: form.dept_duty_only,
    }
}

fn detail(c: &Category) -> serde_json::Value {
    serde_json::json!({ "code": c.code, "name": c.name, "active": c.active, "dept_duty_only": c.dept_duty_only })
}

fn view(c: &Category, map: &CodeMap, world: &World) -> CategoryView {
    CategoryView {
        code: c.code.clone(),
        name: c.name.clone(),
        parent: c.parent.clone(),
        level: c.level,
        keywords: c.keywords.clone(),
        active: c.active,
        dept_duty_only: c.dept_duty_only,
        path: world.category_path(&c.code),
        mapped_old: map.iter().filter(|(_, new)| **new == c.code).map(|(old, _)| old.clone()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_code_tells_level_and_parent() {
        assert_eq!(place("030000"), Ok((1, None)));
        assert_eq!(place("030400"), Ok((2, Some("030000".to_owned()))));
        assert_eq!(place("030401"), Ok((3, Some("030400".to_owned()))));
        for bad in ["", "0304", "03040a", "030001", "000100"] {
            assert_eq!(place(bad).unwrap_err().field, "code", "{bad}");
        }
    }
}
