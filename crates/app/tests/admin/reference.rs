//! Dictionaries and categories.

use app::admin::{category, dict};
use app::view::{CategoryForm, DictItemForm};
use db::Db;

use crate::office::{Office, refused};

fn item(code: Option<&str>, name: &str) -> DictItemForm {
    DictItemForm { code: code.map(str::to_owned), name: name.to_owned(), parent: None, sort: 10, valid_to: None }
}

fn named(code: Option<&str>, name: &str, active: bool) -> CategoryForm {
    let code = code.map(str::to_owned);
    CategoryForm {
        code,
        name: name.to_owned(),
        parent: None,
        keywords: "灯 黑".to_owned(),
        active,
        dept_duty_only: false,
        mapped_old: None,
    }
}

testkit::both_engines! {
    async fn words_change_codes_do_not_and_ended_items_disappear(db: Db) {
        let office = Office::open(db).await;
        let (app, ctx) = (&office.app, office.ctx("admin").await);
        assert!(dict::dict_list(app, &ctx).await.unwrap().iter().any(|d| d.code == "return_reason" && d.items == 7));
        dict::dict_item_create(app, &ctx, "return_reason", item(Some("08"), "需现场会商")).await.unwrap();
        assert_eq!(app.world().word("return_reason", "08"), "需现场会商");
        assert!(refused(dict::dict_item_create(app, &ctx, "return_reason", item(Some("08"), "重复")).await).1.contains("已使用过"));
        office.clock.advance(std::time::Duration::from_secs(60));
        let ctx = office.ctx("admin").await;
        dict::dict_item_update(app, &ctx, "return_reason", "08", item(None, "须会商")).await.unwrap();
        assert_eq!(app.world().word("return_reason", "08"), "须会商");
        assert!(refused(dict::dict_item_update(app, &ctx, "return_reason", "08", item(Some("09"), "x")).await).1.contains("不能修改"));
        let gone = DictItemForm { valid_to: Some(ctx.now), ..item(None, "须会商") };
        dict::dict_item_update(app, &ctx, "return_reason", "08", gone).await.unwrap();
        assert!(!app.world().dictionaries["return_reason"].iter().any(|i| i.code == "08"));
        let all = dict::dict_view(app, &ctx, "return_reason").await.unwrap();
        assert!(all.iter().any(|i| i.code == "08" && i.valid_to == Some(ctx.now)), "the page still shows it");
        assert!(refused(dict::dict_item_create(app, &ctx, "urgency", item(Some("u9"), "超急")).await).1.contains("不能新增"));
        assert_eq!(refused(dict::dict_view(app, &ctx, "no_such").await).0, "not_found");
    }

    async fn categories_hang_where_their_code_says(db: Db) {
        let office = Office::open(db).await;
        let (app, ctx) = (&office.app, office.ctx("admin").await);
        assert!(refused(category::category_create(app, &ctx, named(Some("019901"), "孤儿分类", true)).await).1.contains("上级分类"));
        let two = category::category_create(app, &ctx, named(Some("019900"), "新增二级", true)).await.unwrap();
        assert_eq!((two.level, two.path.as_str()), (2, "农村农业/新增二级"));
        category::category_create(app, &ctx, named(Some("019901"), "新增三级", true)).await.unwrap();
        let found = app::reference::category_search(app, "新增三级", 3).await.unwrap();
        assert_eq!(found[0].code, "019901");
        assert!(refused(category::category_update(app, &ctx, "019900", named(None, "新增二级", false)).await).1.contains("下级分类"));
        category::category_update(app, &ctx, "019901", named(None, "新增三级", false)).await.unwrap();
        let two = category::category_update(app, &ctx, "019900", named(None, "改名二级", false)).await.unwrap();
        assert!(!two.active);
        assert!(refused(category::category_update(app, &ctx, "019901", named(None, "新增三级", true)).await).1.contains("停用"));
        assert!(refused(category::category_create(app, &ctx, named(Some("019900"), "重复编码", true)).await).1.contains("已存在"));
    }
}
