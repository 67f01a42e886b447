//! 领导信箱 on both engines: kept by the administrator, chosen on the portal, handled like every matter, seen by its leader.

use std::sync::Arc;

use app::admin::mailbox::{mailbox_create, mailbox_list, mailbox_update};
use app::citizen::CoreDesk;
use app::order::{order_list, order_view};
use app::reference::reference_view;
use app::view::{OrderLine, OrderQuery};
use citizen::{Caller, Choice, Desk as _, Draft, Fault, Form, Submitted};
use db::Db;
use domain::mailbox::MailboxForm;
use domain::order::{Channel, Command, OrderState};
use kernel::Uuid;

use crate::town::{Town, complaint};
use crate::walk::give;

fn desk(town: &Town) -> CoreDesk {
    CoreDesk { app: Arc::clone(&town.app) }
}

fn boxed(town: &Town, name: &str) -> MailboxForm {
    MailboxForm {
        name: name.to_owned(),
        leader: Some(town.user("mayor")),
        about: "主持全面工作".to_owned(),
        open: true,
        ord: 10,
        version: 0,
    }
}

/// A box of the mayor's.
async fn opened(town: &Town) -> Uuid {
    mailbox_create(&town.app, &town.ctx("sysadmin"), boxed(town, "市长信箱")).await.unwrap().items[0].id
}

/// An anonymous letter needs no code.
fn letter(mailbox: &str) -> Form {
    Form {
        mailbox: mailbox.to_owned(),
        kind: "complaint".to_owned(),
        category: "020300".to_owned(),
        content: "泉水路路灯已经三天不亮，晚上出行不便，请尽快维修。".to_owned(),
        area: "990101001000".to_owned(),
        address: "泉水路12号".to_owned(),
        anonymous: true,
        consent: true,
        ..Form::default()
    }
}

async fn send(town: &Town, n: u8, form: Form) -> Result<Submitted, Fault> {
    let key = format!("{n:032x}");
    desk(town).draft_save(&key, &Draft { form, ..Draft::default() }).await.unwrap();
    desk(town).submit(&key, "", Choice::New, &Caller::default()).await
}

async fn letters(town: &Town, mailbox: Uuid) -> Vec<OrderLine> {
    let query = OrderQuery { mailbox: Some(mailbox.to_string()), ..OrderQuery::default() };
    order_list(&town.app, &town.ctx("mayor"), &query).await.unwrap().items
}

testkit::both_engines! {
    async fn a_letter_is_handled_like_every_matter_and_its_leader_sees_it(db: Db) {
        let town = Town::build(db).await;
        let id = opened(&town).await;
        let offered = desk(&town).catalogue().await.unwrap();
        let known = offered.mailboxes.iter().map(|m| (m.code.as_str(), m.name.as_str())).collect::<Vec<_>>();
        assert_eq!(known, [(id.to_string().as_str(), "市长信箱")]);
        assert!(offered.mailboxes[0].hint.ends_with("，主持全面工作"));

        send(&town, 1, letter(&id.to_string())).await.unwrap();
        send(&town, 2, Form { content: "幸福小区3号楼电梯停运两天。".to_owned(), ..letter("") }).await.unwrap();
        let mine = letters(&town, id).await;
        assert_eq!(mine.len(), 1, "what was written to nobody in particular is no letter");
        let order = &mine[0];
        assert_eq!((order.channel, order.channel_cn.as_str(), order.mailbox), (Channel::Mail, "市长信箱", Some(id)));
        assert_eq!(&order.case_no[14..16], Channel::Mail.code());
        assert_eq!(order.state, OrderState::PendingDispatch, "as every complaint of the portal's");
        let page = kernel::Page::default();
        let told = store::notification::list_notifications(&town.app.store.db, town.user("mayor"), true, &page).await.unwrap();
        assert!(told.iter().any(|n| n.title == "写给我的信" && n.order_id == Some(order.id)), "{told:?}");

        // Putting the form right keeps whom it was written to.
        let form = Some(Box::new(domain::order::RegisterForm { channel: Some(Channel::Mail), ..complaint("13805310001") }));
        let amend = Command::Amend { reason: "核对地址后修改".to_owned(), form, supplement: None, limit_at: None };
        let view = give(&town, "leader", order.id, amend).await;
        assert_eq!(view.line.channel_cn, "市长信箱");
        let instruct = Command::Instruct { text: "请住建部门尽快办理，结果报我。".to_owned(), due_at: None, urgency: None };
        let view = give(&town, "mayor", order.id, instruct).await;
        assert!(view.line.flags.leader_directed);
        assert_eq!(order_view(&town.app, &town.ctx("dispatcher"), order.id).await.unwrap().line.mailbox, Some(id));
        let room = mailbox_list(&town.app, &town.ctx("sysadmin")).await.unwrap();
        assert_eq!((room.items[0].letters, room.items[0].at_work), (1, 1));
    }

    async fn a_leader_sees_letters_from_beyond_the_own_county_and_nothing_else_there(db: Db) {
        let town = Town::build(db).await;
        let form = MailboxForm { leader: Some(town.user("county")), ..boxed(&town, "区长信箱") };
        let id = mailbox_create(&town.app, &town.ctx("sysadmin"), form.clone()).await.unwrap().items[0].id;
        send(&town, 1, letter(&id.to_string())).await.unwrap();
        send(&town, 2, Form { content: "幸福小区3号楼电梯停运两天。".to_owned(), ..letter("") }).await.unwrap();
        let seen = async |who: &str| order_list(&town.app, &town.ctx(who), &OrderQuery::default()).await.unwrap().items;
        let mine = seen("county").await;
        assert_eq!(mine.iter().map(|o| o.mailbox).collect::<Vec<_>>(), [Some(id)]);
        assert!(order_view(&town.app, &town.ctx("county"), mine[0].id).await.is_ok());
        let other = seen("mayor").await.into_iter().find(|o| o.mailbox.is_none()).unwrap().id;
        assert!(order_view(&town.app, &town.ctx("county"), other).await.is_err());

        // The office changes hands: the letters of the box with it, and whoever has read them may read them still.
        assert!(seen("water_boss").await.is_empty());
        let next = store::mailbox::copy_letters;
        db::with_retry!(town.app.store.db, async |tx| { next(tx, id, town.user("water_boss")).await }).unwrap();
        assert_eq!(seen("water_boss").await.len(), 1);
        let handed = MailboxForm { leader: Some(town.user("mayor")), version: 1, ..form };
        mailbox_update(&town.app, &town.ctx("sysadmin"), id, handed).await.unwrap();
        assert_eq!(seen("county").await.len(), 1);
        assert_eq!(letters(&town, id).await.len(), 1);
    }

    async fn a_box_that_is_closed_takes_no_more_and_keeps_what_it_has(db: Db) {
        let town = Town::build(db).await;
        let id = opened(&town).await;
        send(&town, 1, letter(&id.to_string())).await.unwrap();
        let shut = MailboxForm { open: false, version: 1, ..boxed(&town, "市长信箱") };
        mailbox_update(&town.app, &town.ctx("sysadmin"), id, shut.clone()).await.unwrap();
        assert!(desk(&town).catalogue().await.unwrap().mailboxes.is_empty());
        let Err(Fault::Refused(no)) = send(&town, 2, letter(&id.to_string())).await else { panic!("closed") };
        assert!(no.fields.iter().any(|f| f.field == "mailbox" && f.message == "该信箱已经关闭"), "{no:?}");
        assert_eq!(letters(&town, id).await.len(), 1);
        let stale = mailbox_update(&town.app, &town.ctx("sysadmin"), id, shut).await.unwrap_err();
        assert_eq!(stale.refusal().map(|r| r.status_hint), Some(kernel::RefusalKind::Stale), "somebody else was quicker");
    }

    async fn only_an_administrator_keeps_boxes_and_only_a_leader_is_given_one(db: Db) {
        let town = Town::build(db).await;
        assert!(mailbox_list(&town.app, &town.ctx("leader")).await.is_err());
        assert!(mailbox_create(&town.app, &town.ctx("mayor"), boxed(&town, "市长信箱")).await.is_err());
        let fields = async |form: MailboxForm| {
            let no = mailbox_create(&town.app, &town.ctx("sysadmin"), form).await.unwrap_err();
            no.refusal().unwrap().fields.iter().map(|f| f.field.clone()).collect::<Vec<_>>()
        };
        let agent = Some(town.user("agent"));
        assert_eq!(fields(MailboxForm { leader: agent, ord: 0, ..boxed(&town, "市") }).await, ["name", "leader", "ord"]);
        opened(&town).await;
        assert_eq!(fields(boxed(&town, "市长信箱")).await, ["name"]);
        // Whose it is, is told to each by themselves.
        let mine = async |who: &str| reference_view(&town.app, &town.ctx(who)).await.unwrap();
        let (mayor, agent) = (mine("mayor").await, mine("agent").await);
        assert!(mayor.view.mailboxes[0].mine && !agent.view.mailboxes[0].mine && mayor.etag != agent.etag);
    }
}
