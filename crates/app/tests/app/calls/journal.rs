//! What the floor writes, and what follows from it.

use app::call::{self, Told};
use app::order::{order_flow, order_register, order_view};
use app::view::DutyQuery;
use db::Db;
use domain::contact::ContactResult;
use domain::order::{Command, OrderState, RegisterForm};
use kernel::SessionId;
use voice::journal::{CallRecord, Fact, RecordingStatus, SeatSpan};
use voice::protocol::{PartyKind, SeatState};
use voice::switch::Cause;

use super::{CITIZEN, answered, dialled, duty, ended, event, fact, leg, missed, ringing, spoken, write};
use crate::town::{Town, complaint};
use crate::walk::{dispatch, give, submitted};

testkit::both_engines! {
    async fn facts_written_twice_count_once(db: Db) {
        let town = Town::build(db).await;
        let c = ended(answered(&town, ringing(&town, CITIZEN), "agent"));
        let agent = Some(town.user("agent"));
        let facts = [
            event(&c, 1, c.started_at, "incoming", None),
            fact(&ringing(&town, CITIZEN)),
            fact(&c),
            leg(&town, &c, PartyKind::Citizen, None),
            leg(&town, &c, PartyKind::Agent, agent),
            event(&c, 2, c.started_at, "answered", agent),
        ];
        for _ in 0..2 {
            write(&town, &facts).await;
        }
        let seen = call::call_view(&town.app, &town.ctx("agent"), c.id).await.unwrap();
        assert_eq!((seen.line.outcome.as_str(), seen.line.wait_ms, seen.line.talk_ms), ("answered", Some(8_000), Some(107_000)));
        assert_eq!((seen.legs.len(), seen.events.len()), (2, 2));
        assert_eq!(seen.line.number_masked, "138****5678");
        assert_eq!(seen.legs[0].number_masked.as_deref(), Some("138****5678"));
        assert_eq!((seen.events[1].kind_cn.as_str(), seen.events[1].user_name.as_deref()), ("接听", Some("姓agent")));
    }

    async fn what_a_crash_left_open_is_found(db: Db) {
        let town = Town::build(db).await;
        let c = answered(&town, ringing(&town, CITIZEN), "agent");
        let done = ended(answered(&town, ringing(&town, "13900000001"), "agent"));
        let span = SeatSpan {
            session: SessionId(town.app.mint.uuid(c.started_at)),
            user: town.user("agent"),
            state: SeatState::Talking,
            reason: None,
            from: c.started_at,
            to: None,
        };
        let recording = crate::calls::recording::record(&town, &done, RecordingStatus::Open);
        write(&town, &[
            fact(&c), fact(&done), event(&c, 1, c.started_at, "incoming", None),
            leg(&town, &c, PartyKind::Citizen, None), Fact::Seat(span.clone()), Fact::Recording(recording.clone()),
        ]).await;
        let left = call::unfinished(&town.app).await.unwrap();
        assert_eq!(left.calls.len(), 1);
        assert_eq!((&left.calls[0].record, left.calls[0].legs.len(), left.calls[0].next_seq), (&c, 1, 2));
        assert_eq!((left.seats, left.recordings), (vec![span], vec![recording]));
        let today = call::today(&town.app).await.unwrap();
        assert_eq!((today.offered, today.answered, today.answered_in_15, today.abandoned), (2, 2, 2, 0));
    }

    async fn an_order_registered_in_a_call_is_bound_both_ways(db: Db) {
        let town = Town::build(db).await;
        let mut told = town.app.calls.subscribe();
        let c = answered(&town, ringing(&town, CITIZEN), "agent");
        write(&town, &[fact(&c)]).await;
        let form = RegisterForm { call_id: Some(c.id.to_string()), ..complaint(CITIZEN) };
        let made = order_register(&town.app, &town.ctx("agent"), form).await.unwrap();
        assert_eq!(told.recv().await.unwrap(), Told::Bound { call: c.id, order: made.id });
        // The floor says the same a moment later; nothing is traced twice, and the page's version still holds.
        let last = CallRecord { order: Some(made.id), ..ended(c.clone()) };
        town.clock.set(last.ended_at.unwrap());
        write(&town, &[fact(&last)]).await;
        let order = order_view(&town.app, &town.ctx("agent"), made.id).await.unwrap();
        assert_eq!((order.call_id.as_deref(), order.line.version), (Some(c.id.to_string().as_str()), made.version));
        let calls = call::order_calls(&town.app, &town.ctx("agent"), made.id).await.unwrap();
        assert_eq!(calls.iter().map(|l| l.id).collect::<Vec<_>>(), [c.id]);
        assert_eq!(calls[0].order.as_ref().unwrap().case_no, made.case_no);
    }

    async fn a_call_about_an_older_order_leaves_a_trace_once(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, CITIZEN).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        let mut told = town.app.calls.subscribe();
        for _ in 0..2 {
            call::bind(&town.app, &town.ctx("agent"), c.id, id).await.unwrap();
        }
        assert_eq!(told.recv().await.unwrap(), Told::Bound { call: c.id, order: id });
        let flow = order_flow(&town.app, &town.ctx("leader"), id).await.unwrap();
        let traces: Vec<_> = flow.iter().filter(|l| l.action == "call_bind").collect();
        assert_eq!(traces.len(), 1);
        assert_eq!((traces[0].action_cn.as_str(), traces[0].actor_name.as_str()), ("关联通话", "姓agent"));
        assert!(traces[0].fields_cn.iter().any(|f| f.label == "通话" && f.value == "呼入"));
        assert!(call::bind(&town.app, &town.ctx("agent2"), c.id, id).await.is_err(), "somebody else's call");
        // The floor binds by its fact alone.
        let d = ended(answered(&town, ringing(&town, CITIZEN), "agent"));
        write(&town, &[fact(&CallRecord { order: Some(id), ..d.clone() })]).await;
        let flow = order_flow(&town.app, &town.ctx("leader"), id).await.unwrap();
        assert_eq!(flow.iter().filter(|l| l.action == "call_bind").count(), 2);
        assert_eq!(call::order_calls(&town.app, &town.ctx("leader"), id).await.unwrap().len(), 2);
        let verdict = store::flow_log::verify_flow(&town.app.store.db, &town.app.store.vault, id).await.unwrap();
        assert!(matches!(verdict, store::flow_log::Verdict::Intact { .. }), "{verdict:?}");
    }

    async fn an_order_out_of_sight_cannot_be_bound(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, CITIZEN).await;
        let c = CallRecord { order: Some(id), ..answered(&town, ringing(&town, CITIZEN), "agent2") };
        for _ in 0..2 {
            write(&town, &[fact(&c)]).await;
        }
        assert!(call::order_calls(&town.app, &town.ctx("leader"), id).await.unwrap().is_empty());
        let order = order_view(&town.app, &town.ctx("leader"), id).await.unwrap();
        assert_eq!(order.call_id, None);
    }

    async fn a_callback_in_vain_is_an_attempt_in_the_order(db: Db) {
        let town = Town::build(db).await;
        let id = crate::walk::to_callback(&town, CITIZEN).await;
        let c = ended(dialled(&town, CITIZEN, "callback"));
        let c = CallRecord { order: Some(id), cause: Some(Cause::Busy), ..c };
        for _ in 0..2 {
            write(&town, &[fact(&c)]).await;
        }
        let order = order_view(&town.app, &town.ctx("callback"), id).await.unwrap();
        assert_eq!(order.line.state, OrderState::PendingCallback);
        assert_eq!(order.callbacks.len(), 1);
        assert_eq!((order.callbacks[0].reached, order.callbacks[0].unreached_reason.as_deref()), (false, Some("占线")));
        // Reached: what was said is in the form, and the page that holds it keeps its version.
        let d = ended(answered(&town, dialled(&town, CITIZEN, "callback"), "callback"));
        write(&town, &[fact(&CallRecord { order: Some(id), ..d })]).await;
        let after = order_view(&town.app, &town.ctx("callback"), id).await.unwrap();
        assert_eq!((after.line.version, after.callbacks.len()), (order.line.version, 1));
        assert_eq!(call::order_calls(&town.app, &town.ctx("callback"), id).await.unwrap().len(), 2);
    }

    async fn whoever_gets_through_need_not_be_called_back(db: Db) {
        let town = Town::build(db).await;
        let (_, duty) = missed(&town, CITIZEN).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        let all = DutyQuery { state: Some("all".to_owned()), ..DutyQuery::default() };
        let lines = call::duty_list(&town.app, &town.ctx("agent"), &all).await.unwrap().items;
        assert_eq!((lines[0].id, lines[0].state.as_str(), lines[0].done_call), (duty.id, "done", Some(c.id)));
        assert_eq!(lines[0].reason.as_deref(), Some("来电人再次来电，已接通"));
    }

    async fn a_handlers_call_is_a_contact(db: Db) {
        let town = Town::build(db).await;
        let id = submitted(&town, CITIZEN).await;
        let task = give(&town, "dispatcher", id, dispatch(&town, "water")).await.tasks[0].id;
        give(&town, "water_admin", id, Command::Sign { task }).await;
        let handler = Some(town.user("expert"));
        give(&town, "water_admin", id, Command::Assign { task, handler, org: None, advice: None }).await;
        give(&town, "expert", id, Command::Start { task }).await;
        let about = |c: CallRecord| CallRecord { order: Some(id), cause: Some(Cause::Declined), ..ended(c) };
        write(&town, &[fact(&about(dialled(&town, CITIZEN, "agent")))]).await;
        write(&town, &[fact(&about(dialled(&town, CITIZEN, "expert")))]).await;
        let reached = about(answered(&town, dialled(&town, CITIZEN, "expert"), "expert"));
        town.clock.set(reached.ended_at.unwrap());
        write(&town, &[fact(&reached)]).await;
        let order = order_view(&town.app, &town.ctx("leader"), id).await.unwrap();
        let results: Vec<_> = order.contacts.iter().map(|c| (c.result, c.by_name.as_str())).collect();
        assert_eq!(results, [(ContactResult::Refused, "姓expert"), (ContactResult::Reached, "姓expert")]);
    }

    async fn a_withheld_number_makes_no_duty(db: Db) {
        let town = Town::build(db).await;
        let unknown = ended(ringing(&town, ""));
        write(&town, &[fact(&unknown), Fact::Duty(duty(&town, &unknown))]).await;
        let open = call::duty_list(&town.app, &town.ctx("agent"), &DutyQuery::default()).await.unwrap();
        assert!(open.items.is_empty(), "nobody can dial it");
        let seen = call::call_view(&town.app, &town.ctx("leader"), unknown.id).await.unwrap();
        assert_eq!(seen.line.number_masked, "匿名来电");
    }
}
