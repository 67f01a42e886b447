//! Drawing, scoring, and an appeal decided by a third person.

use app::call::quality;
use app::reconcile;
use app::view::{AppealDecision, AppealForm, SampleForm, SampleQuery, ScoreForm, ScoreQuery, SheetForm, SheetView};
use db::Db;
use domain::quality::{Given, ScoreState, SheetItem};
use kernel::{CallId, Clock, Ts};
use voice::journal::CallRecord;

use super::{CITIZEN, answered, ended, fact, ringing, spoken, write};
use crate::town::Town;

fn item(code: &str, weight: i32, fatal: bool) -> SheetItem {
    SheetItem { code: code.to_owned(), name: code.to_owned(), weight, fatal, hint: String::new() }
}

async fn sheet(town: &Town) -> SheetView {
    let items = vec![item("manner", 60, false), item("record", 40, false), item("rude", 0, true)];
    let form = SheetForm { name: "通用评分表".to_owned(), items };
    quality::sheet_create(&town.app, &town.ctx("leader"), &form).await.unwrap()
}

fn score(call: CallId, sheet: &SheetView, manner: i32, rude: bool) -> ScoreForm {
    let give = |code: &str, points, hit| Given { code: code.to_owned(), points, hit, note: None };
    let marks = vec![give("manner", manner, false), give("record", 40, false), give("rude", 0, rude)];
    ScoreForm { call, sheet: sheet.id, marks, comment: Some("注意倾听".to_owned()) }
}

/// A conversation that ended badly rated.
async fn badly_rated(town: &Town) -> CallRecord {
    let c =
        CallRecord { rating: Some(1), rating_asked: true, ..ended(answered(town, ringing(town, CITIZEN), "agent")) };
    town.clock.set(c.ended_at.unwrap());
    write(town, &[fact(&c)]).await;
    c
}

testkit::both_engines! {
    async fn risky_calls_are_drawn_with_their_reasons(db: Db) {
        let town = Town::build(db).await;
        let bad = badly_rated(&town).await;
        let held = CallRecord { hold_ms: 61_000, ..ended(answered(&town, ringing(&town, CITIZEN), "agent2")) };
        let unrecorded = CallRecord { rating: Some(1), recorded: false, ..ended(answered(&town, ringing(&town, CITIZEN), "agent")) };
        write(&town, &[fact(&held), fact(&unrecorded)]).await;
        let day = Ts::start_of(town.clock.now().date());
        let form = SampleForm { from: day, to: day.plus_days(1) };
        let made = quality::sample_draw(&town.app, &town.ctx("qc"), &form).await.unwrap();
        assert_eq!((made.considered, made.sampled), (2, 2));
        assert_eq!(quality::sample_draw(&town.app, &town.ctx("qc"), &form).await.unwrap().sampled, 0);
        let list = quality::sample_list(&town.app, &town.ctx("qc"), &SampleQuery::default()).await.unwrap().items;
        let reasons = |id: CallId| {
            let line = list.iter().find(|s| s.call.id == id).unwrap();
            line.reasons.iter().map(|r| r.code.clone()).collect::<Vec<_>>()
        };
        assert!(reasons(bad.id).contains(&"low_rating".to_owned()));
        assert!(reasons(held.id).contains(&"long_hold".to_owned()));
        assert!(quality::sample_list(&town.app, &town.ctx("leader"), &SampleQuery::default()).await.is_err());
    }

    async fn yesterdays_calls_are_drawn_by_themselves_once(db: Db) {
        let town = Town::build(db).await;
        badly_rated(&town).await;
        town.pass(24);
        for _ in 0..2 {
            reconcile::run_once(&town.app).await.unwrap();
            app::jobs::run_once(&town.app).await.unwrap();
        }
        let list = quality::sample_list(&town.app, &town.ctx("qc"), &SampleQuery::default()).await.unwrap().items;
        assert_eq!(list.len(), 1);
    }

    async fn a_score_is_seen_appealed_against_and_decided_by_another(db: Db) {
        let town = Town::build(db).await;
        let sheet = sheet(&town).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        assert!(quality::score_create(&town.app, &town.ctx("leader"), &score(c.id, &sheet, 30, false)).await.is_err());
        let made = quality::score_create(&town.app, &town.ctx("qc"), &score(c.id, &sheet, 30, false)).await.unwrap();
        assert_eq!((made.line.total, made.line.passed, made.line.state), (70, false, ScoreState::Final));
        assert!(quality::score_create(&town.app, &town.ctx("qc"), &score(c.id, &sheet, 60, false)).await.is_err(), "once");
        let id = made.line.id;
        let told = app::notification::notification_list(&town.app, &town.ctx("agent"), true, None, None).await.unwrap();
        assert!(told.items[0].body.contains("70分"), "{}", told.items[0].body);
        assert!(quality::score_view(&town.app, &town.ctx("agent2"), id).await.is_err(), "not theirs");
        let seen = quality::score_view(&town.app, &town.ctx("agent"), id).await.unwrap();
        assert!(seen.line.seen_at.is_some() && seen.may_appeal && !seen.may_decide);
        // Tuesday, and three working days: the appeal must come by Friday night.
        assert_eq!(seen.line.appeal_until.format_cn(), "2026-11-27 23:59");
        let appeal = AppealForm { reason: "来电人多次打断，请复核录音".to_owned() };
        let open = quality::score_appeal(&town.app, &town.ctx("agent"), id, &appeal).await.unwrap();
        assert_eq!(open.line.state, ScoreState::Appealed);
        assert!(quality::score_appeal(&town.app, &town.ctx("agent"), id, &appeal).await.is_err());
        let decision = |total| AppealDecision { uphold: false, total, opinion: "录音显示确有打断".to_owned() };
        assert!(quality::score_decide(&town.app, &town.ctx("qc"), id, &decision(Some(85))).await.is_err(), "the scorer");
        assert!(quality::score_decide(&town.app, &town.ctx("leader"), id, &decision(None)).await.is_err());
        let done = quality::score_decide(&town.app, &town.ctx("leader"), id, &decision(Some(85))).await.unwrap();
        let appeal = done.appeal.unwrap();
        assert_eq!((done.line.total, done.line.state, appeal.before, appeal.after), (85, ScoreState::Revised, Some(70), 85));
        assert!(done.line.passed);
        let own = quality::score_list(&town.app, &town.ctx("agent2"), &ScoreQuery::default()).await.unwrap();
        assert!(own.items.is_empty(), "agents see their own");
        assert_eq!(quality::score_list(&town.app, &town.ctx("agent"), &ScoreQuery::default()).await.unwrap().items.len(), 1);
    }

    async fn an_appeal_comes_too_late_on_the_fourth_day(db: Db) {
        let town = Town::build(db).await;
        let sheet = sheet(&town).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        let made = quality::score_create(&town.app, &town.ctx("qc"), &score(c.id, &sheet, 60, true)).await.unwrap();
        assert_eq!((made.line.total, made.line.fatal, made.line.passed), (0, true, false));
        town.clock.set(made.line.appeal_until.plus_millis(1));
        let appeal = AppealForm { reason: "请复核录音内容".to_owned() };
        let late = quality::score_appeal(&town.app, &town.ctx("agent"), made.line.id, &appeal).await.unwrap_err();
        assert_eq!(late.refusal().unwrap().code, "appeal_over");
    }

    async fn a_new_sheet_retires_the_old_and_keeps_its_scores(db: Db) {
        let town = Town::build(db).await;
        let old = sheet(&town).await;
        let c = spoken(&town, CITIZEN, "agent").await;
        let made = quality::score_create(&town.app, &town.ctx("qc"), &score(c.id, &old, 50, false)).await.unwrap();
        let items = vec![item("all", 100, false)];
        assert!(quality::sheet_create(&town.app, &town.ctx("qc"), &SheetForm { name: "通用评分表".to_owned(), items: items.clone() }).await.is_err());
        quality::sheet_create(&town.app, &town.ctx("supervisor"), &SheetForm { name: "通用评分表".to_owned(), items }).await.unwrap();
        let all = quality::sheet_list(&town.app, &town.ctx("qc")).await.unwrap();
        assert_eq!(all.iter().map(|s| s.active).collect::<Vec<_>>(), [true, false]);
        let other = spoken(&town, CITIZEN, "agent").await;
        assert!(quality::score_create(&town.app, &town.ctx("qc"), &score(other.id, &old, 50, false)).await.is_err());
        let kept = quality::score_view(&town.app, &town.ctx("qc"), made.line.id).await.unwrap();
        assert_eq!((kept.sheet.items.len(), kept.sheet.active), (3, false));
    }
}
