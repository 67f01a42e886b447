//! 更正 (B6) on both engines: proved by a conversation or papers, decided by somebody else, the earlier record kept,
//! the figures following what the citizen really said.

use app::appraisal::request_effect;
use app::attachment::attachment_add;
use app::order::{order_command, order_preview, order_view};
use app::view::{AttachmentForm, OrderView};
use db::Db;
use domain::attachment::Purpose;
use domain::callback::{Rating, Solved};
use domain::correction::{CorrectedField, CorrectedItem, CorrectionGround};
use domain::order::{Command, OrderState};
use domain::request::RequestKind;
use kernel::{CallId, CallbackId, OrderId, RequestId};

use crate::acceptance::{at_water, decide, rated};
use crate::appraisal::{by_hand, figures};
use crate::calls::{CITIZEN, spoken};
use crate::town::Town;
use crate::walk::{give, handled};

fn correct(callback: Option<CallbackId>, items: &[(CorrectedField, &str)], call: Option<CallId>) -> Command {
    let item = |(field, should): &(CorrectedField, &str)| CorrectedItem { field: *field, should: (*should).to_owned() };
    Command::Correct {
        callback,
        items: items.iter().map(item).collect(),
        ground: CorrectionGround::Misheard,
        reason: "诉求人来电称当时回答的是不满意".to_owned(),
        call,
    }
}

/// An order that was answered and rated.
async fn told(town: &Town, rating: Rating, solved: Solved) -> OrderId {
    let (id, task) = at_water(town, CITIZEN).await;
    handled(town, id, task).await;
    give(town, "callback", id, Command::Callback(rated(rating, solved))).await;
    id
}

async fn refused(town: &Town, who: &str, id: OrderId, cmd: Command) -> String {
    let now = store::order::load_order(&town.app.store.db, &town.app.store.vault, id).await.unwrap().unwrap();
    let error = order_command(&town.app, &town.ctx(who), id, now.version, cmd).await.unwrap_err();
    let refusal = error.refusal().unwrap();
    refusal.fields.first().map_or_else(|| refusal.code.to_string(), |f| f.field.clone())
}

fn waiting(view: &OrderView, kind: RequestKind) -> RequestId {
    view.requests.iter().find(|r| r.kind == kind && r.state == domain::request::RequestState::Pending).unwrap().id
}

testkit::both_engines! {
    async fn a_wrong_rating_is_put_right_with_its_recording_and_a_further_round_is_asked_for(db: Db) {
        let town = Town::build(db).await;
        let id = told(&town, Rating::Sat, Solved::Solved).await;
        let view = order_view(&town.app, &town.ctx("callback"), id).await.unwrap();
        let answer = Some(view.callbacks[0].id);
        let wrong = [(CorrectedField::Result, "dissat"), (CorrectedField::Solved, "unsolved")];
        assert_eq!(refused(&town, "callback", id, correct(answer, &wrong, None)).await, "evidence");
        let elsewhere = spoken(&town, "13900000001", "agent").await;
        assert_eq!(refused(&town, "callback", id, correct(answer, &wrong, Some(elsewhere.id))).await, "call");
        let call = spoken(&town, CITIZEN, "agent").await;
        app::call::bind(&town.app, &town.ctx("agent"), call.id, id).await.unwrap();
        let view = give(&town, "callback", id, correct(answer, &wrong, Some(call.id))).await;
        let asked = waiting(&view, RequestKind::Correction);
        let shown = view.requests.iter().find(|r| r.id == asked).unwrap();
        assert_eq!((shown.call, shown.reason_cn.as_str()), (Some(call.id), "记录与诉求人所述不符"));
        let words: Vec<_> = shown.corrections.iter().map(|c| (c.field_cn.as_str(), c.was.as_deref(), c.should.as_str())).collect();
        assert_eq!(words, [("结果满意", Some("满意"), "不满意"), ("是否解决", Some("已解决"), "未解决")]);

        // Before it is agreed to: what it does to clocks and to the unit's figures.
        let preview = order_preview(&town.app, &town.ctx("leader"), id, decide(asked, true, false)).await.unwrap();
        assert!(preview.sentences.iter().any(|s| s.contains("二次办理")), "{:?}", preview.sentences);
        let effect = request_effect(&town.app, &town.ctx("leader"), id, asked).await.unwrap();
        assert_eq!(effect.org.id, town.org("water"));
        let change = effect.changes.iter().find(|c| c.name == "结果满意率").unwrap();
        assert_eq!((change.before.num, change.after.num, change.after.den), (1, 0, 1));

        let view = give(&town, "leader", id, decide(asked, true, false)).await;
        assert_eq!((view.line.state, view.rating), (OrderState::Closed, Some(Rating::Dissat)));
        waiting(&view, RequestKind::Redo);
        let kept: Vec<_> = view.callbacks.iter().map(|c| (c.rating, c.in_force)).collect();
        assert_eq!(kept, [(Some(Rating::Sat), false), (Some(Rating::Dissat), true)]);
        let seen = figures(&town, "supervisor").await;
        assert_eq!((seen.total.result_rated, seen.total.result_sat, seen.total.unsolved, seen.total.attempted), (1, 0, 1, 1));
        assert_eq!(seen.total, by_hand(&town, &[id]).await);
        let later = request_effect(&town.app, &town.ctx("leader"), id, asked).await.unwrap();
        assert_eq!(later.changes, effect.changes, "what it did can be read afterwards");
    }

    async fn words_of_the_demand_are_found_as_corrected_and_kept_as_they_were(db: Db) {
        let town = Town::build(db).await;
        let (id, _) = at_water(&town, CITIZEN).await;
        let form = AttachmentForm { purpose: Purpose::Correction, name: "书面说明.txt".to_owned() };
        let agent = town.ctx("callback");
        attachment_add(&town.app, &agent, id, &form, "诉求人的书面说明".as_bytes().to_vec()).await.unwrap();
        let right = [(CorrectedField::Content, "翡翠湖公园北门的路灯不亮。"), (CorrectedField::Address, "翡翠湖路7号")];
        let view = give(&town, "callback", id, correct(None, &right, None)).await;
        let asked = waiting(&view, RequestKind::Correction);
        let was = view.content.clone();
        let before: Vec<_> = view.clocks.iter().map(|c| (c.id, c.due_at)).collect();
        let view = give(&town, "leader", id, decide(asked, true, false)).await;
        assert_eq!((view.content.as_str(), view.address.as_deref()), ("翡翠湖公园北门的路灯不亮。", Some("翡翠湖路7号")));
        let request = view.requests.iter().find(|r| r.id == asked).unwrap();
        assert_eq!(request.corrections[0].was.as_deref(), Some(was.as_str()), "the old words stay");
        assert_eq!(view.clocks.iter().map(|c| (c.id, c.due_at)).collect::<Vec<_>>(), before);
        let query = app::view::OrderQuery { q: Some("翡翠湖".to_owned()), ..app::view::OrderQuery::default() };
        let found = app::order::order_list(&town.app, &town.ctx("leader"), &query).await.unwrap();
        assert_eq!(found.items.iter().map(|o| o.id).collect::<Vec<_>>(), [id]);
    }
}
