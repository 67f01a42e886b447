//! The working calendar and what it does to running deadlines.

use app::admin::calendar::{calendar_preview, calendar_recalc, calendar_set, calendar_year};
use app::view::{CalendarChanges, DayChange, DayForm, ReasonForm};
use db::Db;
use kernel::DayKind;

use crate::office::refused;
use crate::steps::dispatched;
use crate::town::Town;

fn off(note: &str) -> DayForm {
    DayForm { kind: Some(DayKind::Off), note: Some(note.to_owned()) }
}

testkit::both_engines! {
    async fn a_day_off_moves_nothing_until_it_is_recalculated(db: Db) {
        let town = Town::build(db).await;
        let (app, ctx) = (&town.app, town.ctx("sysadmin"));
        let id = dispatched(&town, "housing").await;
        let due = || async { store::order::load_order(&app.store.db, &app.store.vault, id).await.unwrap().unwrap().due_at.unwrap() };
        let before = due().await;
        assert_eq!(before.format_cn(), "2026-12-15 23:59");

        let changes = CalendarChanges { changes: vec![DayChange { date: "2026-12-03".to_owned(), kind: Some(DayKind::Off) }] };
        let seen = calendar_preview(app, &ctx, &changes).await.unwrap();
        assert_eq!((seen.count, seen.orders[0].due_before), (1, before));
        assert_eq!(seen.orders[0].due_after.format_cn(), "2026-12-16 23:59");
        assert_eq!(due().await, before, "looking changes nothing");
        assert!(app.world().calendar.is_working("2026-12-03".parse().unwrap()));

        let day = calendar_set(app, &ctx, "2026-12-03", off("全市停电检修")).await.unwrap();
        assert!(!day.working && day.overridden && day.weekday == "周四");
        assert_eq!(due().await, before, "the change concerns new deadlines only");
        assert!(refused(calendar_recalc(app, &ctx, &ReasonForm { reason: "改".to_owned() }).await).1.contains("修改原因"));
        let moved = calendar_recalc(app, &ctx, &ReasonForm { reason: "停电检修日不计入时限".to_owned() }).await.unwrap();
        assert_eq!((moved.count, moved.orders[0].due_after), (1, due().await));
        assert_eq!(due().await.format_cn(), "2026-12-16 23:59");
        let flow = store::flow_log::flow_of(&app.store.db, id).await.unwrap();
        let last = &flow.last().unwrap().entry;
        assert_eq!((last.code.as_str(), last.due_before, last.opinion.as_deref()), ("C3", Some(before), Some("停电检修日不计入时限")));
        let again = calendar_recalc(app, &ctx, &ReasonForm { reason: "再算一次应无变化".to_owned() }).await.unwrap();
        assert_eq!(again.count, 0, "nothing moves twice");
        assert!(app::verify::verify_all(app).await.unwrap().ok);
    }

    async fn a_year_shows_every_day_and_can_be_set_back(db: Db) {
        let town = Town::build(db).await;
        let (app, ctx) = (&town.app, town.ctx("sysadmin"));
        let year = calendar_year(app, &ctx, 2026).await.unwrap();
        assert_eq!((year.len(), year[0].date.as_str(), year[0].working), (365, "2026-01-01", false));
        let made_up = year.iter().find(|d| d.date == "2026-01-04").unwrap();
        assert!(made_up.working && !made_up.overridden && made_up.weekday == "周日");
        calendar_set(app, &ctx, "2026-12-03", off("停电")).await.unwrap();
        let back = calendar_set(app, &ctx, "2026-12-03", DayForm { kind: None, note: None }).await.unwrap();
        assert!(back.working && !back.overridden);
        for bad in ["2026-13-01", "明天", "1600-01-01"] {
            assert!(refused(calendar_set(app, &ctx, bad, off("x")).await).1.contains("无效"));
        }
        assert!(calendar_year(app, &ctx, 1800).await.is_err());
        assert_eq!(refused(calendar_year(app, &town.ctx("agent"), 2026).await).0, "forbidden");
    }
}
