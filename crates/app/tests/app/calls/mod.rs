//! The call centre between the floor and the screens.

mod desk;
mod journal;
mod quality;
mod recording;
mod report;
mod setup;

use app::call;
use kernel::{CallId, CallTaskId, Clock, LegId, Ts, UserId};
use serde_json::json;
use voice::journal::{CallDuty, CallEvent, CallRecord, DutyKind, Fact, LegRecord, Outcome};
use voice::protocol::{Direction, PartyKind};
use voice::switch::Cause;

use crate::town::Town;

pub const CITIZEN: &str = "13812345678";

/// A call that begins now, not answered yet.
fn ringing(town: &Town, number: &str) -> CallRecord {
    let now = town.clock.now();
    CallRecord {
        id: CallId(town.app.mint.uuid(now)),
        direction: Direction::In,
        outcome: Outcome::Open,
        number: number.to_owned(),
        line: "12345".to_owned(),
        trunk: Some("t1".to_owned()),
        skill: Some("public".to_owned()),
        priority: 0,
        started_at: now,
        queued_at: Some(now.plus_millis(5_000)),
        offered_at: None,
        answered_at: None,
        talk_ended_at: None,
        ended_at: None,
        hold_ms: 0,
        agent: None,
        last_agent: None,
        cause: None,
        ended_by: None,
        rating: None,
        rating_asked: false,
        wrap_up: None,
        note: None,
        order: None,
        task: None,
        joint: None,
        transfers: 0,
        recorded: false,
    }
}

/// The same call, answered by somebody after eight seconds of waiting.
fn answered(town: &Town, c: CallRecord, who: &str) -> CallRecord {
    let at = c.started_at.plus_millis(13_000);
    let agent = Some(town.user(who));
    CallRecord { offered_at: Some(at), answered_at: Some(at), agent, last_agent: agent, recorded: true, ..c }
}

/// The same call at its end, two minutes after it began.
fn ended(c: CallRecord) -> CallRecord {
    let at = c.started_at.plus_minutes(2);
    let outcome = match (c.direction, c.answered_at) {
        (_, Some(_)) => Outcome::Answered,
        (Direction::Out, None) => Outcome::NotReached,
        (_, None) => Outcome::Abandoned,
    };
    CallRecord {
        outcome,
        talk_ended_at: c.answered_at.map(|_| at),
        ended_at: Some(at),
        cause: Some(Cause::Remote),
        ended_by: Some("citizen".to_owned()),
        ..c
    }
}

fn dialled(town: &Town, number: &str, who: &str) -> CallRecord {
    let agent = Some(town.user(who));
    CallRecord {
        direction: Direction::Out,
        queued_at: None,
        skill: None,
        agent,
        last_agent: agent,
        ..ringing(town, number)
    }
}

async fn write(town: &Town, facts: &[Fact]) {
    call::write_facts(&town.app, facts).await.unwrap();
}

fn fact(c: &CallRecord) -> Fact {
    Fact::Call(Box::new(c.clone()))
}

fn event(c: &CallRecord, seq: i32, at: Ts, kind: &str, user: Option<UserId>) -> Fact {
    Fact::Event(CallEvent { call: c.id, seq, at, kind: kind.to_owned(), user, data: json!({}) })
}

fn leg(town: &Town, c: &CallRecord, kind: PartyKind, user: Option<UserId>) -> Fact {
    Fact::Leg(LegRecord {
        id: LegId(town.app.mint.uuid(c.started_at)),
        call: c.id,
        kind,
        user,
        number: (kind == PartyKind::Citizen).then(|| c.number.clone()),
        started_at: c.started_at,
        answered_at: c.answered_at,
        ended_at: c.ended_at,
        cause: c.cause,
        code: None,
    })
}

/// The duty a missed call makes.
fn duty(town: &Town, c: &CallRecord) -> CallDuty {
    let at = c.ended_at.unwrap();
    CallDuty {
        id: CallTaskId(town.app.mint.uuid(at)),
        kind: DutyKind::Missed,
        call: c.id,
        number: c.number.clone(),
        skill: c.skill.clone(),
        created_at: at,
        due_at: at.plus_minutes(30),
        recording: None,
    }
}

/// A citizen gives up; the clock moves on to the end of the call.
async fn missed(town: &Town, number: &str) -> (CallRecord, CallDuty) {
    let c = ended(ringing(town, number));
    let duty = duty(town, &c);
    town.clock.set(c.ended_at.unwrap());
    write(town, &[fact(&c), Fact::Duty(duty.clone())]).await;
    (c, duty)
}

/// A whole conversation with one agent; the clock moves on to its end.
pub async fn spoken(town: &Town, number: &str, who: &str) -> CallRecord {
    let c = ended(answered(town, ringing(town, number), who));
    town.clock.set(c.ended_at.unwrap());
    write(town, &[fact(&c)]).await;
    c
}
