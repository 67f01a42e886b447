//! Parameters.

use app::admin::param::{param_history, param_list, param_preview, param_rollback, param_set};
use app::view::{ParamForm, ParamTrial, RollbackForm};
use db::Db;
use domain::clock::Span;
use kernel::Unit;
use serde_json::json;

use crate::office::{Office, refused};

fn to(value: serde_json::Value) -> ParamForm {
    ParamForm { value, reason: "按会议纪要调整".to_owned() }
}

testkit::both_engines! {
    async fn a_value_holds_at_once_everywhere_and_can_be_taken_back(db: Db) {
        let office = Office::open(db.clone()).await;
        let other = office.other(db).await;
        let (app, ctx) = (&office.app, office.ctx("admin").await);
        let days = |qty| json!({ "qty": qty, "unit": "work_day" });
        let span = |qty| Span { qty, unit: Unit::WorkDay };
        let set = param_set(app, &ctx, "sla.accept", to(days(2))).await.unwrap();
        assert_eq!((set.by_name.as_deref(), set.reason.as_deref()), (Some("系统管理员"), Some("按会议纪要调整")));
        assert_eq!(app.world().params.span("sla.accept"), span(2));
        assert_eq!(other.world().params.span("sla.accept"), span(1), "not asked yet");
        other.refresh_if_changed().await.unwrap();
        assert_eq!(other.world().params.span("sla.accept"), span(2));

        office.clock.advance(std::time::Duration::from_secs(60));
        let ctx = office.ctx("admin").await;
        param_set(app, &ctx, "sla.accept", to(days(3))).await.unwrap();
        let history = param_history(app, &ctx, "sla.accept").await.unwrap();
        assert_eq!(history.iter().map(|v| v.value["qty"].as_i64().unwrap()).collect::<Vec<_>>(), [3, 2]);
        let back = RollbackForm { version: history[1].version, reason: "恢复上一版本".to_owned() };
        param_rollback(app, &ctx, "sla.accept", back).await.unwrap();
        assert_eq!(app.world().params.span("sla.accept"), span(2));
        let shipped = RollbackForm { version: 0, reason: "恢复系统默认".to_owned() };
        let last = param_rollback(app, &ctx, "sla.accept", shipped).await.unwrap();
        assert_eq!((last.value.clone(), param_history(app, &ctx, "sla.accept").await.unwrap().len()), (last.default, 4));
        let unknown = RollbackForm { version: 9999, reason: "回到不存在的版本".to_owned() };
        assert!(refused(param_rollback(app, &ctx, "sla.accept", unknown).await).1.contains("没有该版本"));
    }

    async fn a_wrong_value_is_refused_with_the_remedy(db: Db) {
        let office = Office::open(db).await;
        let (app, ctx) = (&office.app, office.ctx("admin").await);
        let error = param_set(app, &ctx, "redo.max", to(json!(99))).await.unwrap_err();
        let refusal = error.refusal().unwrap();
        assert!(refusal.fields[0].field == "value" && refusal.message.contains("二次办理次数上限"), "{refusal}");
        assert!(refused(param_set(app, &ctx, "redo.max", to(json!(2))).await).1.contains("没有变化"));
        let silent = ParamForm { value: json!(3), reason: "改".to_owned() };
        assert!(refused(param_set(app, &ctx, "redo.max", silent).await).1.contains("修改原因"));
        assert_eq!(refused(param_set(app, &ctx, "no.such", to(json!(3))).await).0, "not_found");
        let policy = to(json!(12));
        assert_eq!(refused(param_set(app, &ctx, "security.password.min_length", policy.clone()).await).0, "forbidden");
        let sec = office.ctx("secadmin").await;
        param_set(app, &sec, "security.password.min_length", policy).await.unwrap();
        assert_eq!(refused(param_set(app, &sec, "redo.max", to(json!(3))).await).0, "forbidden");
        let list = param_list(app, &sec).await.unwrap();
        assert!(list.len() > 100);
        let set: Vec<&str> = list.iter().filter(|p| p.version > 0).map(|p| p.key.as_str()).collect();
        assert_eq!(set, ["security.password.min_length"]);
    }

    async fn a_preview_says_what_a_value_would_mean(db: Db) {
        let office = Office::open(db).await;
        let (app, ctx) = (&office.app, office.ctx("admin").await);
        let trial = ParamTrial { value: json!({ "qty": 2, "unit": "work_day" }) };
        let seen = param_preview(app, &ctx, "sla.accept", &trial).await.unwrap();
        assert_eq!(seen.sentences[0], "“签收时限”由1个工作日改为2个工作日。");
        assert_eq!(seen.examples.len(), 4);
        assert_eq!(seen.examples[0].case, "平日上午：2026-11-24（周二）10:00");
        assert_eq!(seen.examples[0].before, "2026-11-25（周三）24:00");
        assert_eq!(seen.examples[0].after, "2026-11-26（周四）24:00");
        assert_eq!(seen.examples[2].case, "周六：2026-11-28（周六）11:00");
        let cutoff = param_preview(app, &ctx, "sla.cutoff", &ParamTrial { value: json!("business") }).await.unwrap();
        assert!(cutoff.examples[0].before.ends_with("24:00") && cutoff.examples[0].after.ends_with("18:00"), "{cutoff:?}");
        let flag = param_preview(app, &ctx, "mode.jsjb", &ParamTrial { value: json!(true) }).await.unwrap();
        assert!(flag.examples.is_empty() && flag.sentences[0].contains("由关改为开"), "{flag:?}");
        assert!(param_preview(app, &ctx, "sla.accept", &ParamTrial { value: json!(2) }).await.is_err());
        assert!(param_history(app, &ctx, "sla.accept").await.unwrap().is_empty(), "nothing was changed");
    }
}
