//! R01 and R14, the periods left out, and the file.

use app::call::{report, window};
use app::view::{EndForm, FloorExportForm, FloorQuery, FloorReport, WindowForm};
use db::Db;
use domain::indicator::Rate;
use futures::StreamExt;
use kernel::{Clock, SessionId, Ts};
use voice::journal::{CallRecord, Fact, SeatSpan};
use voice::protocol::SeatState;

use super::{CITIZEN, answered, dialled, ended, fact, missed, ringing, spoken, write};
use crate::town::{Town, morning};

fn day(town: &Town, by: &str) -> FloorQuery {
    let midnight = Ts::start_of(town.clock.now().date());
    FloorQuery { from: Some(midnight), to: Some(midnight.plus_days(1)), by: Some(by.to_owned()) }
}

async fn of(town: &Town, by: &str) -> FloorReport {
    report::floor_report(&town.app, &town.ctx("stat"), &day(town, by)).await.unwrap()
}

/// Two answered at once, one after twenty seconds, one missed, one called out.
async fn a_morning(town: &Town) {
    spoken(town, CITIZEN, "agent").await;
    spoken(town, "13900000001", "agent2").await;
    let slow = answered(town, ringing(town, "13900000002"), "agent");
    let slow = ended(CallRecord { answered_at: slow.queued_at.map(|q| q.plus_millis(20_000)), ..slow });
    let out = ended(answered(town, dialled(town, "13900000004", "agent"), "agent"));
    write(town, &[fact(&slow), fact(&out)]).await;
    missed(town, "13900000003").await;
}

testkit::both_engines! {
    async fn the_days_figures_keep_their_parts(db: Db) {
        let town = Town::build(db).await;
        a_morning(&town).await;
        let r = of(&town, "day").await;
        assert_eq!((r.rows.len(), r.rows[0].label.as_str()), (1, "2026-11-24"));
        let s = &r.sum;
        assert_eq!((s.sums.offered, s.sums.answered, s.sums.abandoned, s.total), (4, 3, 1, 4));
        assert_eq!(s.sums.offered, s.sums.answered + s.sums.abandoned, "B19");
        assert_eq!(s.rates.conn_rate, Rate { num: 3, den: 4, value: Some(75.0) });
        assert_eq!(s.rates.sl15, Rate { num: 2, den: 3, value: Some(66.67) });
        assert_eq!(s.rates.sl15_offered, Rate { num: 2, den: 4, value: Some(50.0) });
        assert_eq!(s.rates.sl20.value, Some(100.0));
        assert_eq!(s.rates.asa, Rate { num: 36_000, den: 3, value: Some(12.0) });
        assert_eq!(s.rates.missed_cb_rate, Rate { num: 0, den: 1, value: Some(0.0) });
        assert_eq!(s.rates.satisfy_rate.value, None, "nobody rated");
        let hours = of(&town, "hour").await;
        assert_eq!(hours.rows.len(), 24);
        assert_eq!(hours.rows.iter().map(|h| h.sums.offered).sum::<i64>(), 4);
        assert_eq!(hours.rows[9].sums.offered, 4, "all between nine and ten");
        assert_eq!(of(&town, "skill").await.rows[0].key, "public");
    }

    async fn a_period_left_out_counts_on_neither_side(db: Db) {
        let town = Town::build(db).await;
        a_morning(&town).await;
        let last = town.clock.now();
        let form = WindowForm { from: last.plus_minutes(-2), to: last, reason: "中继线路故障".to_owned() };
        assert!(window::window_create(&town.app, &town.ctx("leader"), &form).await.is_err(), "not by those measured");
        let made = window::window_create(&town.app, &town.ctx("supervisor"), &form).await.unwrap();
        let r = of(&town, "day").await;
        assert_eq!((r.sum.sums.offered, r.sum.sums.answered, r.excluded.len()), (2, 2, 1));
        let end = EndForm { reason: "核实并非故障".to_owned() };
        window::window_revoke(&town.app, &town.ctx("supervisor"), made.id, &end).await.unwrap();
        assert!(window::window_revoke(&town.app, &town.ctx("supervisor"), made.id, &end).await.is_err());
        assert_eq!(of(&town, "day").await.sum.sums.offered, 4);
        let listed = window::window_list(&town.app, &town.ctx("stat")).await.unwrap();
        assert_eq!(listed[0].revoked_by_name.as_deref(), Some("姓supervisor"));
        let future = WindowForm { to: last.plus_hours(1), ..form };
        assert!(window::window_create(&town.app, &town.ctx("supervisor"), &future).await.is_err());
    }

    async fn each_agents_day_adds_up(db: Db) {
        let town = Town::build(db).await;
        let start = morning();
        let span = |from: i64, to: i64, state, reason: Option<&str>| Fact::Seat(SeatSpan {
            session: SessionId(town.user("agent").uuid()),
            user: town.user("agent"),
            state,
            reason: reason.map(str::to_owned),
            from: start.plus_minutes(from),
            to: Some(start.plus_minutes(to)),
        });
        a_morning(&town).await;
        write(&town, &[
            span(0, 30, SeatState::Ready, None), span(30, 36, SeatState::Talking, None),
            span(36, 38, SeatState::WrapUp, None), span(38, 40, SeatState::WrapUp, None),
            span(40, 50, SeatState::Busy, Some("4")),
        ]).await;
        app::order::order_register(&town.app, &town.ctx("agent"), crate::town::complaint(CITIZEN)).await.unwrap();
        let r = of(&town, "agent").await;
        let row = r.agents.iter().find(|a| a.login == "agent").unwrap();
        assert_eq!((row.answered, row.outbound, row.registered, row.direct), (2, 1, 1, 0));
        assert_eq!((row.signed_ms, row.ready_ms, row.talking_ms), (50 * 60_000, 30 * 60_000, 6 * 60_000));
        assert_eq!(row.avg_wrap, Rate { num: 240_000, den: 2, value: Some(120.0) });
        assert_eq!(row.occupancy, Rate { num: 10 * 60_000, den: 50 * 60_000, value: Some(20.0) });
        assert_eq!(row.busy[0].ms, 600_000);
        assert_eq!(row.score_avg.value, None);
        assert!(r.agents.iter().any(|a| a.login == "agent2"));
    }

    async fn the_report_leaves_as_a_file_with_its_purpose(db: Db) {
        let town = Town::build(db).await;
        a_morning(&town).await;
        let q = day(&town, "day");
        let form = |by: &str, format: &str, purpose: &str| FloorExportForm {
            from: q.from.unwrap(), to: q.to.unwrap(), by: by.to_owned(), format: format.to_owned(), purpose: purpose.to_owned(),
        };
        let open = async |who: &str, f: FloorExportForm| report::floor_export(&town.app, &town.ctx(who), &f).await;
        let file = open("stat", form("day", "csv", "话务日报")).await.unwrap();
        assert!(file.file_name.starts_with("话务情况统计表_") && file.file_name.ends_with(".csv"));
        let parts: Vec<_> = file.body.collect().await;
        let text = String::from_utf8(parts.into_iter().flat_map(Result::unwrap).collect()).unwrap();
        assert!(text.contains("15秒接通率(%)") && text.contains("合计,4,3,1,75,2,66.67,50,100,12"), "{text}");
        let parts: Vec<_> = open("stat", form("agent", "xlsx", "话务日报")).await.unwrap().body.collect().await;
        assert!(parts[0].as_ref().unwrap().starts_with(b"PK"));
        assert!(open("stat", form("day", "csv", "日")).await.is_err(), "a purpose is asked for");
        assert!(open("qc", form("day", "csv", "话务日报")).await.is_err(), "no permission to export");
        assert!(open("agent", form("day", "csv", "话务日报")).await.is_err());
        assert!(report::floor_report(&town.app, &town.ctx("agent"), &q).await.is_err());
        let long = FloorQuery { to: q.from.map(|f| f.plus_days(401)), ..q.clone() };
        assert!(report::floor_report(&town.app, &town.ctx("stat"), &long).await.is_err());
    }
}
