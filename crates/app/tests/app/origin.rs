//! 来信来访 on both engines: what a visit brought along is kept sealed, shown to whom it concerns, and put right before dispatch.

use app::order::{order_register, order_reveal, order_view};
use app::view::RevealForm;
use db::Db;
use domain::order::{Channel, Command, Origin, RegisterForm, Representative};
use kernel::Clock;

use crate::town::{Town, complaint};
use crate::walk::give;

fn visit(town: &Town, names: &[&str]) -> RegisterForm {
    let named = |name: &&str| Representative { name: (*name).to_owned(), phone: Some("13900001111".to_owned()) };
    let origin = Origin {
        at: Some(town.clock.now()),
        place: Some("市信访接待中心".to_owned()),
        head_count: Some(6),
        representatives: names.iter().map(named).collect(),
        ..Origin::default()
    };
    RegisterForm { channel: Some(Channel::Visit), origin, ..complaint("13805310001") }
}

testkit::both_engines! {
    async fn a_visit_keeps_its_people_sealed_and_shows_them_masked(db: Db) {
        let town = Town::build(db).await;
        let agent = town.ctx("agent");
        let nobody = order_register(&town.app, &agent, visit(&town, &[])).await.unwrap_err();
        let fields = &nobody.refusal().unwrap().fields;
        assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["origin.representatives"]);
        let made = order_register(&town.app, &agent, visit(&town, &["李大强", "王小丽"])).await.unwrap();
        let own = order_view(&town.app, &agent, made.id).await.unwrap();
        assert_eq!((own.line.channel, own.affected_count), (Channel::Visit, 6), "whoever comes is concerned");
        assert_eq!(own.origin.representatives[0].name, "李大强");
        let raw: Vec<u8> = town.app.store.db.scalar("SELECT origin_enc FROM orders WHERE origin_enc IS NOT NULL", &[]).await.unwrap();
        let raw = String::from_utf8_lossy(&raw).into_owned();
        assert!(!raw.contains("李大强") && !raw.contains("接待中心"), "sealed");

        give(&town, "agent", made.id, Command::Submit { urgency: None, suggested_org: None }).await;
        let seen = order_view(&town.app, &town.ctx("dispatcher"), made.id).await.unwrap().origin;
        assert_eq!((seen.place.as_deref(), seen.head_count), (Some("市信访接待中心"), Some(6)));
        assert!(seen.representatives.iter().all(|r| !r.name.contains("大强") && r.phone.as_deref() != Some("13900001111")));
        let ask = |field: &str| RevealForm { fields: vec![field.to_owned()], reason: "核实来访代表联系方式".to_owned() };
        let plain = order_reveal(&town.app, &town.ctx("dispatcher"), made.id, &ask("pii.basic")).await.unwrap();
        assert_eq!(plain.representatives[0].name, "李大强");
        assert_eq!(plain.representatives[1].phone.as_deref(), Some("13900001111"));
        let other = order_reveal(&town.app, &town.ctx("dispatcher"), made.id, &ask("pii.id")).await.unwrap();
        assert!(!other.representatives[0].name.contains("大强"), "only what was asked for");
    }

    async fn an_origin_is_put_right_before_dispatch_and_named_in_the_record(db: Db) {
        let town = Town::build(db).await;
        let agent = town.ctx("agent");
        let made = order_register(&town.app, &agent, visit(&town, &["李大强"])).await.unwrap();
        let letter = RegisterForm {
            channel: Some(Channel::Letter),
            origin: Origin { at: Some(town.clock.now()), number: Some("XA12345678901".to_owned()), ..Origin::default() },
            ..complaint("13805310001")
        };
        let amend = Command::Amend { reason: "登记时选错了受理方式".to_owned(), form: Some(Box::new(letter)), supplement: None, limit_at: None };
        let view = give(&town, "agent", made.id, amend).await;
        assert_eq!((view.origin.number.as_deref(), view.origin.place, view.affected_count), (Some("XA12345678901"), None, 1));
        let flow = store::flow_log::flow_of(&town.app.store.db, made.id).await.unwrap();
        let changed = flow.last().unwrap().entry.fields.to_string();
        assert!(changed.contains("origin") && !changed.contains("XA12345678901"), "{changed}");
    }
}
