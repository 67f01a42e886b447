//! A month on the telephone, so that lists, wallboard and reports of the demonstration are alive: written as the floor
//! would write it.

mod day;
mod sound;

use std::collections::BTreeMap;

use domain::authority::{Actor, Role};
use domain::env::By;
use domain::quality::Given;
use kernel::{CallId, OrderId, RecordingId, Ts, UserId};
use store::call_window::CallWindow;
use store::caller_mark::{Mark, MarkKind, MarkState};
use voice::journal::{Fact, Outcome, RecordingRecord, RecordingStatus};
use voice::protocol::Direction;

use self::day::{Arrival, Day, Dice, Shift};
use super::cast::Cast;
use crate::ctx::{App, Ctx};
use crate::view::{AppealForm, ScoreForm};
use crate::{Error, Result, call};

/// Days the demonstration reaches back on the telephone.
pub const DAYS: i64 = 30;
/// The latest short calls that can really be heard.
const HEARD: usize = 10;
/// Longest of them, milliseconds.
const HEARD_MS: i64 = 75_000;
/// Facts written at once.
const CHUNK: usize = 4_000;
/// Calls scored by the quality inspector.
const SCORED: u32 = 14;

/// An order and the call it was registered in.
#[derive(Clone, Debug)]
pub struct CalledIn {
    pub order: OrderId,
    pub call: CallId,
    pub number: String,
    pub agent: UserId,
    pub registered_at: Ts,
}

/// Skills, a month of calls, and what follows from them; returns how many calls there are.
pub async fn load(app: &App, cast: &Cast, called_in: &[CalledIn], now: Ts) -> Result<usize> {
    let agents = cast.all(Role::Agent);
    if agents.is_empty() {
        return Ok(0);
    }
    skills(app, cast).await?;
    let mut facts = month(app, &agents, called_in, now);
    recordings(app, &mut facts, now).await?;
    let calls = facts.iter().filter(|f| matches!(f, Fact::Call(_))).count();
    let world = app.fresh_world().await?;
    let mut tx = app.store.db.begin().await?;
    for chunk in facts.chunks(CHUNK) {
        call::write_facts_in(&mut tx, app, &world, chunk).await?;
    }
    marks(&mut tx, app, cast, now).await?;
    tx.commit().await?;
    quality(app, cast, now).await?;
    Ok(calls)
}

async fn skills(app: &App, cast: &Cast) -> Result<()> {
    let mut tx = app.store.db.begin().await?;
    let mut put = BTreeMap::new();
    let special = ["enterprise", "policy", "dialect"];
    for (i, agent) in cast.all(Role::Agent).iter().enumerate() {
        let mut held = vec![("public".to_owned(), 1 + i32::try_from(i % 3).unwrap_or(0))];
        if i % 2 == 1 {
            held.push((special[i / 2 % special.len()].to_owned(), 2));
        }
        put.insert(agent.user, held);
    }
    for (role, skill) in [(Role::ExpertSeat, "policy"), (Role::Callback, "callback"), (Role::TeamLeader, "public")] {
        for person in cast.all(role) {
            put.entry(person.user).or_insert_with(|| vec![(skill.to_owned(), 1)]);
        }
    }
    for (user, held) in put {
        store::user_skill::put_skills(&mut tx, user, &held).await?;
    }
    Ok(tx.commit().await?)
}

/// Day after day, the present one up to now.
fn month(app: &App, agents: &[Actor], called_in: &[CalledIn], now: Ts) -> Vec<Fact> {
    let mut dice = Dice::new(0x12345);
    let mut facts = Vec::new();
    let line = app.world().params.text("call.hotline").to_owned();
    for back in (0..=DAYS).rev() {
        let midnight = Ts::start_of(now.date()).plus_days(-back);
        let shifts = shifts(agents, midnight);
        let mut arrivals = strangers(app, &mut dice, midnight, now);
        let next = midnight.plus_days(1);
        let own = called_in.iter().filter(|c| midnight <= c.registered_at && c.registered_at < next);
        arrivals.extend(own.map(|c| Arrival {
            call: c.call,
            at: c.registered_at.plus_minutes(-4),
            number: c.number.clone(),
            skill: "public".to_owned(),
            order: Some((c.order, c.agent)),
        }));
        facts.extend(Day::new(&*app.mint, &mut dice, &line, now, shifts).run(arrivals));
    }
    facts
}

/// Early, late and night; the early and the late one overlap in the afternoon.
fn shifts(agents: &[Actor], midnight: Ts) -> Vec<Shift> {
    let shift = |(i, agent): (usize, &Actor)| {
        let (from, hours) = match i % 8 {
            0..=3 => (8, 8),
            4..=6 => (14, 9),
            _ => (0, 8),
        };
        let from = midnight.plus_hours(from);
        let skills = ["public", "enterprise", "policy", "dialect"].map(str::to_owned).to_vec();
        Shift { user: agent.user, skills, from, until: from.plus_hours(hours) }
    };
    agents.iter().enumerate().map(shift).collect()
}

/// Callers without an order: many in the morning, few at night.
fn strangers(app: &App, dice: &mut Dice, midnight: Ts, now: Ts) -> Vec<Arrival> {
    const BY_HOUR: [i64; 24] = [1, 0, 0, 0, 0, 0, 1, 1, 4, 7, 7, 5, 3, 3, 5, 6, 5, 4, 3, 3, 2, 2, 1, 1];
    let mut arrivals = Vec::new();
    for (hour, usual) in (0..).zip(BY_HOUR) {
        let n = if usual == 0 { 0 } else { dice.between(usual / 2, usual + 1) };
        for _ in 0..n {
            let at = midnight.plus_hours(hour).plus_millis(dice.between(0, 3_599) * 1000);
            let skill = if dice.percent(12) { "enterprise" } else { "public" };
            let number = format!("1{}{:09}", dice.pick(&[3, 5, 8, 9]), dice.between(0, 400) * 997 + 10_000);
            if at < now {
                let call = CallId::mint(&*app.mint, at);
                arrivals.push(Arrival { call, at, number, skill: skill.to_owned(), order: None });
            }
        }
    }
    arrivals
}

/// Sound for the latest short calls; the others of the demonstration were never spoken.
async fn recordings(app: &App, facts: &mut Vec<Fact>, now: Ts) -> Result<()> {
    let spoken = facts.iter().rev().filter_map(|f| match f {
        Fact::Call(c) if c.outcome == Outcome::Answered && c.direction == Direction::In => {
            let (from, to) = (c.answered_at?, c.talk_ended_at?);
            (to.millis_since(from) <= HEARD_MS && to < now).then_some((c.id, from, to))
        }
        _ => None,
    });
    let spoken: Vec<_> = spoken.take(HEARD).collect();
    for (call, from, to) in spoken {
        let id = RecordingId::mint(&*app.mint, from);
        let day = from.date();
        let file = format!("{:04}/{:02}/{:02}/{id}.wav", day.year(), day.month(), day.day());
        let (path, ms) = (app.settings.recordings.join(&file), to.millis_since(from));
        let written = tokio::task::spawn_blocking(move || sound::write(&path, ms)).await.map_err(Error::broken)?;
        let written = match written {
            Ok(written) => written,
            Err(e) => {
                tracing::warn!(error = %e, "a recording of the demonstration could not be written");
                return Ok(());
            }
        };
        facts.push(Fact::Recording(RecordingRecord {
            id,
            call,
            file,
            status: RecordingStatus::Closed,
            message: false,
            started_at: from,
            ended_at: Some(to),
            bytes: Some(written.bytes),
            ms: Some(ms),
            sha256: Some(written.sha256),
            pauses: Vec::new(),
            reason: None,
        }));
    }
    Ok(())
}

/// A nuisance caller, an old gentleman, and one that waits for a second person; and an hour when the line was down.
async fn marks(tx: &mut db::Tx, app: &App, cast: &Cast, now: Ts) -> Result<()> {
    let (Some(agent), Some(leader)) = (cast.any(Role::Agent, 1), cast.any(Role::TeamLeader, 0)) else { return Ok(()) };
    let (active, pending) = (MarkState::Active, MarkState::Pending);
    let rows = [
        (MarkKind::Black, "19911112222", "一周内拨打四十余次，接通后辱骂话务员，劝阻无效", active, 20),
        (MarkKind::Care, "19933334444", "独居老人，听力不便，请放慢语速并耐心核对住址", active, 60),
        (MarkKind::Black, "19955556666", "多次无声占线，影响其他群众拨打", pending, 15),
    ];
    for (kind, number, reason, state, days) in rows {
        let decided = (state == MarkState::Active).then_some(leader.user);
        let mark = Mark {
            id: app.mint.uuid(now),
            kind,
            number: number.to_owned(),
            reason: reason.to_owned(),
            call: None,
            state: MarkState::Pending,
            valid_to: now.plus_days(days),
            proposed_by: agent.user,
            proposed_at: now.plus_days(-3),
            decided_by: None,
            decided_at: None,
            opinion: None,
            ended_by: None,
            ended_at: None,
            end_reason: None,
        };
        store::caller_mark::insert_mark(tx, &app.store.vault, &mark).await?;
        if let Some(by) = decided {
            let opinion = Some("情况属实，同意".to_owned());
            store::caller_mark::decide_mark(tx, mark.id, state, by, now.plus_days(-2), opinion).await?;
        }
    }
    if let Some(supervisor) = cast.any(Role::Supervisor, 0) {
        let from = Ts::start_of(now.date()).plus_days(-8).plus_hours(14);
        let window = CallWindow {
            id: app.mint.uuid(now),
            from_at: from,
            to_at: from.plus_minutes(40),
            reason: "运营商中继线路故障，来电无法接入".to_owned(),
            by_user: supervisor.user,
            created_at: from.plus_hours(20),
            revoked_by: None,
            revoked_at: None,
            revoke_reason: None,
        };
        store::call_window::insert_window(tx, &window).await?;
    }
    Ok(())
}

/// Two weeks drawn, some of them scored, one score appealed against.
async fn quality(app: &App, cast: &Cast, now: Ts) -> Result<()> {
    let Some(inspector) = cast.any(Role::Qc, 0) else { return Ok(()) };
    let as_of = |actor: &Actor, at: Ts| Ctx { by: By::Person(actor.clone()), now: at, ..app.system("demo") };
    call::quality::draw(app, &as_of(inspector, now), now.plus_days(-14), now).await?;
    let Some(sheet) = store::quality::active_sheet(&app.store.db).await? else { return Ok(()) };
    let page = kernel::Page::first(200);
    let (samples, _) = store::quality::list_samples(&app.store.db, Some(false), None, &page).await?;
    for (n, sample) in (0_u32..).zip(samples.iter().skip(6)).take(usize::try_from(SCORED).unwrap_or(0)) {
        let marks = sheet.items.iter().enumerate().map(|(i, item)| Given {
            code: item.code.clone(),
            points: (item.weight - i32::try_from((n as usize + i) % 4).unwrap_or(0) * item.weight / 10).max(0),
            hit: item.fatal && n == 9,
            note: None,
        });
        let form = ScoreForm {
            call: sample.call,
            sheet: sheet.id,
            marks: marks.collect(),
            comment: (n % 3 == 0).then(|| "开头语规范，核对地址不够完整".to_owned()),
        };
        let at = now.plus_hours(-i64::from(n) * 5 - 2).max(sample.call_at);
        let made = call::quality::score_create(app, &as_of(inspector, at), &form).await?;
        if n == 2
            && let Some(agent) = cast.user(sample.agent)
        {
            let appeal =
                AppealForm { reason: "来电人多次打断，已复述诉求要点，请复核录音".to_owned() };
            call::quality::score_appeal(app, &as_of(agent, now), made.line.id, &appeal).await?;
        }
    }
    Ok(())
}
