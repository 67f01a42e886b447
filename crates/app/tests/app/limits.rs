//! 上级交办 and 媒体 on both engines: registered whole, the superior's limit caps the promise, and who may move it.

use app::Error;
use app::citizen::matter_view;
use app::intake::deadline_preview;
use app::order::{order_flow, order_register, order_view};
use app::view::DeadlineForm;
use db::Db;
use domain::order::{Channel, Command, DemandType, Origin, RegisterForm, Urgency};
use domain::partner::{PartnerKind, Word};
use kernel::{OrderId, Ts};

use crate::partners::{Two, ctx_there};
use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, submitted_as};

/// The last moment of a day.
fn day(text: &str) -> Ts {
    Ts::end_of(text.parse().unwrap())
}

fn superior(limit: Ts) -> RegisterForm {
    let origin = Origin {
        source: Some("省信访局".to_owned()),
        number: Some("省督〔2026〕3号".to_owned()),
        limit_at: Some(limit),
        ..Origin::default()
    };
    RegisterForm { channel: Some(Channel::Superior), origin, ..complaint("13805310001") }
}

fn refused(e: Error) -> kernel::Refusal {
    match e {
        Error::Refused(r) => r,
        other => panic!("{other}"),
    }
}

async fn extension(town: &Town, id: OrderId, days: i64) -> kernel::Refusal {
    let view = order_view(&town.app, &town.ctx("housing_handler"), id).await.unwrap();
    let task = view.tasks[0].id;
    let (reason_code, reason) = ("appraisal".to_owned(), "需要委托检测鉴定".to_owned());
    let cmd = Command::ExtensionApply { task, reason_code, reason, basis: None, days };
    let ctx = town.ctx("housing_handler");
    refused(app::order::order_command(&town.app, &ctx, id, view.line.version, cmd).await.unwrap_err())
}

testkit::both_engines! {
    async fn a_limit_is_previewed_kept_shown_and_not_extended_past(db: Db) {
        let town = Town::build(db).await;
        let agent = town.ctx("agent");
        let ask = |limit_at| DeadlineForm {
            demand_type: DemandType::Complaint,
            category: None,
            urgency: Urgency::U3,
            dispatched_at: None,
            limit_at,
        };
        let own = deadline_preview(&town.app, &agent, &ask(None)).await.unwrap().handle;
        let capped = deadline_preview(&town.app, &agent, &ask(Some(day("2026-12-04")))).await.unwrap().handle;
        assert_eq!((own.due_at, capped.due_at), (day("2026-12-15"), day("2026-12-04")));
        assert_eq!(capped.basis_cn, "上级限办日期");
        let said = "上级限办日期2026-12-04（周五） 24:00，早于本市时限2026-12-15（周二） 24:00，以上级为准。";
        assert_eq!(capped.sentences.last().unwrap(), said);

        let past = order_register(&town.app, &agent, superior(day("2026-11-20"))).await.unwrap_err();
        let field = refused(past).fields.remove(0);
        assert_eq!((field.field.as_str(), field.message.as_str()), ("origin.limit_at", "上级限办日期2026-11-20已过"));
        assert!(field.remedy.unwrap().contains("与交办单位商定"));

        let id = submitted_as(&town, superior(day("2026-12-04"))).await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        assert_eq!(view.line.due_at, Some(day("2026-12-04")), "as it was shown at intake");
        assert_eq!((view.origin.source.as_deref(), view.origin.limit_at), (Some("省信访局"), Some(day("2026-12-04"))));
        let clock = view.clocks.iter().find(|c| c.kind_cn == "工单办理").unwrap();
        assert_eq!(clock.sentences.last().unwrap(), said, "the order's page tells it");
        let page = matter_view(&town.app, &town.app.world(), id, false).await.unwrap().unwrap();
        assert!(page.due.iter().any(|d| d.sentences.iter().any(|s| s == said)), "and the citizen's");

        let task = view.tasks[0].id;
        give(&town, "housing_admin", id, Command::Sign { task }).await;
        let handler = Some(town.user("housing_handler"));
        give(&town, "housing_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
        give(&town, "housing_handler", id, Command::Start { task }).await;
        let no = extension(&town, id, 1).await;
        assert_eq!(no.code, "superior_limit");
        assert!(no.message.contains("请先报省信访局同意延期"), "{}", no.message);

        let paper = Command::Amend {
            reason: "上级同意延期".to_owned(),
            form: None,
            supplement: Some("省督〔2026〕8号同意延期".to_owned()),
            limit_at: Some(day("2026-12-09")),
        };
        let view = give(&town, "agent", id, paper).await;
        assert_eq!((view.line.due_at, view.origin.limit_at), (Some(day("2026-12-09")), Some(day("2026-12-09"))));
        let flow = order_flow(&town.app, &town.ctx("dispatcher"), id).await.unwrap();
        let line = flow.iter().find(|l| l.action == "extension_approved").unwrap();
        assert_eq!((line.due_before, line.due_after), (Some(day("2026-12-04")), Some(day("2026-12-09"))));
    }

    async fn what_the_press_reported_is_kept_whole(db: Db) {
        let town = Town::build(db).await;
        let origin = Origin {
            at: Some(Ts::start_of("2026-11-23".parse().unwrap())),
            source: Some(" 云溪晚报 ".to_owned()),
            title: Some("路灯何时亮".to_owned()),
            link: Some("https://news.example.com/1.html".to_owned()),
            limit_at: Some(day("2026-12-04")),
            ..Origin::default()
        };
        let form = RegisterForm { channel: Some(Channel::Media), origin, ..complaint("13805310001") };
        let id = submitted_as(&town, form.clone()).await;
        let view = give(&town, "dispatcher", id, dispatch(&town, "housing")).await;
        assert_eq!(view.origin.source.as_deref(), Some("云溪晚报"));
        assert_eq!(view.origin.link.as_deref(), Some("https://news.example.com/1.html"));
        assert_eq!((view.origin.limit_at, view.line.due_at), (None, Some(day("2026-12-15"))), "the press sets no limit");
        let mut bad = form;
        bad.origin.link = Some("javascript:alert(1)".to_owned());
        let no = refused(order_register(&town.app, &town.ctx("agent"), bad).await.unwrap_err());
        assert_eq!(no.fields[0].field, "origin.link");
    }

    async fn a_limit_goes_down_the_exchange_and_only_the_superior_moves_it(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        let id = submitted_as(&two.near, superior(day("2026-12-04"))).await;
        two.offer(id).await.unwrap();
        assert_eq!(two.over().await, [0]);
        let there = two.there(id).await;
        let order = two.order_there(there).await;
        assert_eq!((order.channel, order.origin.source.as_deref()), (Channel::Superior, Some("990100平台")));
        assert_eq!((order.origin.limit_at, order.origin.number), (Some(day("2026-12-04")), order.src_no.clone()));
        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        assert_eq!(two.order_there(there).await.due_at, Some(day("2026-12-04")), "one mechanism, however it came");
        two.back().await;

        // Who handed it down is under a limit too, and cannot give more than it has.
        two.ask_for_time(there, Some(day("2026-12-08"))).await.unwrap();
        two.back().await;
        let no = refused(two.say(id, Word::ExtendGrant, "同意延期").await.unwrap_err());
        assert_eq!(no.code, "superior_limit");
    }

    async fn a_superiors_extension_moves_limit_and_promise(db: Db) {
        let two = Two::between(db, PartnerKind::Lower, PartnerKind::Upper).await;
        let id = submitted_as(&two.near, complaint("13805310001")).await;
        // The superior's own date is on what it sends.
        let instruct = Command::Instruct {
            text: "请于12月4日前办结".to_owned(),
            due_at: Some(day("2026-12-04")),
            urgency: None,
        };
        give(&two.near, "mayor", id, instruct).await;
        two.offer(id).await.unwrap();
        two.over().await;
        let there = two.there(id).await;
        assert_eq!(two.order_there(there).await.origin.limit_at, Some(day("2026-12-04")));
        give(&two.far, "dispatcher", there, dispatch(&two.far, "housing")).await;
        two.back().await;
        two.ask_for_time(there, Some(day("2026-12-08"))).await.unwrap();
        two.back().await;
        two.say(id, Word::ExtendGrant, "同意延期").await.unwrap();
        two.over().await;
        let view = order_view(&two.away, &ctx_there(&two), there).await.unwrap();
        assert_eq!((view.origin.limit_at, view.line.due_at), (Some(day("2026-12-08")), Some(day("2026-12-08"))));
        let clock = view.clocks.iter().find(|c| c.kind_cn == "工单办理").unwrap();
        assert!(clock.sentences.iter().any(|s| s.contains("以上级为准")));
        assert!(clock.sentences.last().unwrap().contains("990100平台同意延期"), "{:?}", clock.sentences);
    }
}
