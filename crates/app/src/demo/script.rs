//! Which steps bring an order to its state, and when. The same order always tells the same story, at the same hours
//! counted back from the day of loading.

use domain::param::Params;
use kernel::{Calendar, Ts};

use super::rows::OrderRow;

/// What is done. Who does it follows from the step and the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    Register,
    LinkRepeat,
    LinkEvent,
    Supplement,
    DirectReply,
    Reject,
    TransferOut,
    Submit,
    Claim,
    Merge,
    Consult,
    Conclude,
    /// To another organisation than the right one.
    DispatchWrong,
    Dispatch,
    Sign,
    Assign,
    AssignBelow,
    Start,
    Contact,
    CoSign,
    CoStart,
    CoReply,
    SubmitUnit,
    UnitSendBack,
    UnitApprove,
    CenterSendBack,
    CenterAccept,
    UnifiedReply,
    CallbackMissed,
    CallbackGiveUp,
    /// As the row says.
    Callback,
    /// Dissatisfied, whatever the row says.
    CallbackUnhappy,
    /// The second round ends well.
    CallbackSecond,
    /// Yes to whatever waits, by whom it waits for.
    Approve,
    Track,
    Return,
    Reassign,
    Extend,
    Pause,
    Instruct,
    Withdraw,
    Terminate,
    Archive,
}

/// A step and its moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    pub at: Ts,
    pub act: Act,
    /// People take it in office hours.
    office: bool,
}

/// The world in which stories happen.
#[derive(Clone, Copy)]
pub struct Setting<'a> {
    pub now: Ts,
    pub calendar: &'a Calendar,
    pub params: &'a Params,
}

/// Repeatable chance.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u32) -> Self {
        Self(u64::from(seed).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    /// A number from `low` to `high`.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let span = u64::try_from(high - low + 1).unwrap_or(1).max(1);
        low + i64::try_from((z ^ (z >> 31)) % span).unwrap_or(0)
    }

    /// True so many times out of a hundred.
    fn percent(&mut self, share: i64) -> bool {
        self.between(0, 99) < share
    }
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const MINUTE_MS: i64 = 60_000;

/// States in which an order waits for a desk: nobody lets it lie there for weeks.
const FRESH: &[&str] = &["unit_audit", "center_audit", "pending_reply", "pending_callback", "consulting"];

struct Story<'a> {
    row: &'a OrderRow,
    set: Setting<'a>,
    chance: Chance,
    at: Ts,
    steps: Vec<Step>,
    /// From this step on the story may have waited before it went on.
    hold: Option<usize>,
    urgent: bool,
}

/// The whole story of an order, in order of time; every moment lies before `now`.
pub fn story(row: &OrderRow, set: Setting) -> Vec<Step> {
    let mut chance = Chance::new(row.seq);
    let minute = chance.between(0, 59);
    let day = Ts::start_of(set.now.date()).plus_days(-row.days_ago);
    let mut at = day.plus_minutes(row.hour * HOUR + minute);
    let latest = set.now.plus_minutes(-4);
    if at > latest {
        at = latest.plus_minutes(-chance.between(1, 50));
    }
    let urgent = matches!(row.urgency.as_str(), "u1" | "u2");
    let mut s =
        Story { row, set, chance, at, steps: vec![Step { at, act: Act::Register, office: false }], hold: None, urgent };
    s.write();
    s.fit();
    s.steps
}

impl Story<'_> {
    fn push(&mut self, act: Act, office: bool) -> &mut Self {
        self.steps.push(Step { at: self.at, act, office });
        self
    }

    /// So many minutes later, at any hour.
    fn soon(&mut self, low: i64, high: i64, act: Act) -> &mut Self {
        let after = self.chance.between(low, high);
        self.at = self.at.plus_minutes(after);
        self.push(act, false)
    }

    /// So many minutes later, in office hours; an urgent matter does not wait for them and takes a tenth.
    fn work(&mut self, low: i64, high: i64, act: Act) -> &mut Self {
        if self.urgent {
            return self.soon((low / 10).max(2), (high / 10).max(6), act);
        }
        let after = self.chance.between(low, high);
        let early = self.chance.between(0, 80);
        self.at = office(self.set.calendar, self.at.plus_minutes(after), early);
        self.push(act, true)
    }

    fn target(&self) -> &str {
        self.row.target_state.as_str()
    }

    /// The desk has an answer at hand: consultations, suggestions and thanks that no unit was asked about, or the centre
    /// itself.
    fn short(&self) -> bool {
        let kind = matches!(self.row.demand_type.as_str(), "consult" | "suggestion" | "praise" | "other");
        kind && matches!(self.row.lead_org_code.as_str(), "" | "YX-12345")
    }

    fn write(&mut self) {
        if self.row.repeat_of.is_some() {
            self.soon(1, 3, Act::LinkRepeat);
        }
        if !self.row.cluster.is_empty() {
            self.soon(1, 6, Act::LinkEvent);
        }
        match self.target() {
            "registered" => {}
            "direct_closed" => {
                self.soon(3, 12, Act::DirectReply);
            }
            "rejected" => {
                self.soon(4, 15, Act::Reject).soon(10, 60, Act::Approve);
            }
            "transferred_out" => {
                self.soon(1, 3, Act::TransferOut);
            }
            "archived" | "closed" if self.short() => {
                self.soon(3, 12, Act::DirectReply);
            }
            _ => {
                self.soon(3, 15, Act::Submit);
                self.submitted();
            }
        }
        if self.target() == "archived" {
            self.soon(7 * DAY + 20, 8 * DAY, Act::Archive);
        }
    }

    fn submitted(&mut self) {
        let recent = self.row.days_ago == 0;
        match self.target() {
            "pending_dispatch" if recent && self.row.seq.is_multiple_of(3) => {
                self.soon(2, 8, Act::Claim);
            }
            "pending_dispatch" => {}
            "consulting" => {
                self.hold = Some(self.steps.len());
                self.work(20, 90, Act::Consult);
            }
            "merged" => {
                self.soon(15, 60, Act::Merge).soon(10, 40, Act::Approve);
            }
            "return_pending" => self.returning(),
            _ => {
                self.dispatch();
                self.dispatched();
            }
        }
    }

    /// The right unit wants it off its desk. An old matter reached it only lately.
    fn returning(&mut self) {
        if self.row.days_ago > 4 {
            self.work(20, 150, Act::DispatchWrong).work(30, 300, Act::Sign);
            self.hold = Some(self.steps.len());
            self.work(DAY, 2 * DAY, Act::Reassign);
        } else {
            self.work(20, 150, Act::Dispatch);
        }
        self.work(40, 4 * HOUR, Act::Return);
    }

    fn dispatch(&mut self) {
        if self.row.urgency == "u4" && self.chance.percent(30) {
            self.work(30, 90, Act::Consult).work(3 * HOUR, DAY, Act::Conclude);
        }
        let detour = !matches!(self.target(), "dispatched" | "withdrawn") && !self.urgent && self.row.days_ago > 3;
        if detour && self.chance.percent(8) {
            self.work(20, 150, Act::DispatchWrong).work(40, 5 * HOUR, Act::Return).work(20, 3 * HOUR, Act::Approve);
        }
        self.work(20, 150, Act::Dispatch);
    }

    fn dispatched(&mut self) {
        match self.target() {
            "dispatched" => {}
            "withdrawn" if self.row.demand_type == "report" => {
                self.signed();
                self.work(2 * HOUR, DAY, Act::Terminate).work(30, 3 * HOUR, Act::Approve);
            }
            "withdrawn" => {
                self.work(4 * HOUR, 20 * HOUR, Act::Withdraw);
            }
            "handling" => self.handling(),
            _ => {
                let from = self.at;
                self.signed();
                self.helpers();
                if self.chance.percent(5) {
                    self.soon(HOUR, 6 * HOUR, Act::Supplement);
                }
                self.unit_answers(from);
            }
        }
    }

    /// Signed and given to somebody who begins.
    fn signed(&mut self) {
        self.work(20, 7 * HOUR, Act::Sign).work(15, 2 * HOUR, Act::Assign).work(15, 3 * HOUR, Act::Start);
    }

    /// Co-handlers, where the catalogue names any: they answer before the lead does.
    fn helpers(&mut self) {
        self.work(20, 2 * HOUR, Act::CoSign).work(20, 2 * HOUR, Act::CoStart).work(2 * HOUR, 8 * HOUR, Act::CoReply);
    }

    /// There is somebody to contact, and no secret to keep.
    fn reachable(&self) -> bool {
        self.row.anonymous != "1" && self.row.confidentiality == "none"
    }

    fn promise(&self, from: Ts) -> Ts {
        let (Ok(kind), Ok(urgency)) = (self.row.demand_type.parse(), self.row.urgency.parse()) else {
            return from.plus_days(7);
        };
        let (base, overlay) = self.set.params.sla_key(kind, urgency);
        let due = |key: &str| {
            let span = self.set.params.span(key);
            self.set.calendar.add(from, span.qty, span.unit, self.set.params.cutoff()).due
        };
        overlay.map_or(due(base), |key| due(key).min(due(base)))
    }

    /// The unit's own answer, ready after part of its time; now and then too late.
    fn unit_answers(&mut self, from: Ts) {
        let whole = self.promise(from).millis_since(from) / MINUTE_MS;
        let late = self.chance.percent(9);
        let share = if late { self.chance.between(104, 125) } else { self.chance.between(25, 80) };
        let ready = from.plus_minutes(whole * share / 100);
        if self.reachable() {
            let half = ready.millis_since(self.at) / MINUTE_MS / 2;
            self.work(20, half.max(40), Act::Contact);
        }
        if self.chance.percent(7) && !self.urgent && !late {
            self.work(20, 3 * HOUR, Act::Extend).work(20, 2 * HOUR, Act::Approve).work(30, 4 * HOUR, Act::Approve);
        }
        self.hold = Some(self.steps.len());
        let wait = ready.millis_since(self.at) / MINUTE_MS;
        self.work(wait.max(20), wait.max(20) + 3 * HOUR, Act::SubmitUnit);
        if self.target() == "unit_audit" {
            return;
        }
        if self.chance.percent(6) {
            self.work(30, 3 * HOUR, Act::UnitSendBack).work(30, 5 * HOUR, Act::SubmitUnit);
        }
        self.work(20, 5 * HOUR, Act::UnitApprove);
        self.audited();
    }

    fn audited(&mut self) {
        // What was urgent has been done; checking and answering follow the clock on the wall.
        self.urgent = false;
        match self.target() {
            "center_audit" => return,
            "tracking" => {
                self.work(HOUR, 5 * HOUR, Act::Track).work(30, 2 * HOUR, Act::Approve);
                return;
            }
            _ => {}
        }
        if self.chance.percent(9) {
            self.sent_back();
            self.work(2 * HOUR, 8 * HOUR, Act::SubmitUnit).work(30, 2 * HOUR, Act::UnitApprove);
        }
        self.work(30, 6 * HOUR, Act::CenterAccept);
        if self.target() == "pending_reply" {
            return;
        }
        self.work(20, 4 * HOUR, Act::UnifiedReply);
        self.called_back();
    }

    fn sent_back(&mut self) {
        self.work(30, 4 * HOUR, Act::CenterSendBack).work(30, HOUR, Act::Start);
    }

    fn called_back(&mut self) {
        if self.target() == "pending_callback" {
            match self.row.seq % 5 {
                0 => self.work(3 * HOUR, 20 * HOUR, Act::CallbackMissed),
                1 => self.work(3 * HOUR, 20 * HOUR, Act::CallbackUnhappy),
                _ => self,
            };
            return;
        }
        if self.row.rating == "none" && self.row.days_ago > 20 {
            // Three calls on two days, at different times of day.
            for (low, act) in [(DAY, Act::CallbackMissed), (5 * HOUR, Act::CallbackMissed), (DAY, Act::CallbackGiveUp)]
            {
                let hour = if act == Act::CallbackMissed && low < DAY { 15 } else { 10 };
                let date = office(self.set.calendar, self.at.plus_minutes(low), 0).date();
                self.at = Ts::start_of(date)
                    .plus_minutes(hour * HOUR + self.chance.between(0, 50))
                    .max(self.at.plus_minutes(5));
                self.push(act, true);
            }
            return;
        }
        self.work(3 * HOUR, 30 * HOUR, Act::Callback);
        let content =
            matches!(self.row.rating.as_str(), "very_sat" | "sat" | "basic" | "") || self.row.solved == "solved";
        if !content {
            self.second_round();
        }
    }

    fn second_round(&mut self) {
        self.work(30, 4 * HOUR, Act::Approve).signed();
        self.work(HOUR, 6 * HOUR, Act::Contact).work(8 * HOUR, 2 * DAY, Act::SubmitUnit).work(
            30,
            2 * HOUR,
            Act::UnitApprove,
        );
        self.work(30, 4 * HOUR, Act::CenterAccept).work(20, 2 * HOUR, Act::UnifiedReply);
        self.work(3 * HOUR, 20 * HOUR, Act::CallbackSecond);
    }

    /// An order under way: signed, given out or being worked on, with what may happen meanwhile.
    fn handling(&mut self) {
        let from = self.at;
        self.work(20, 7 * HOUR, Act::Sign);
        let co = self.chance.percent(85);
        if co {
            self.helpers();
        }
        match self.chance.between(0, 99) {
            0..12 => return,
            12..28 => {
                self.work(15, 2 * HOUR, Act::Assign);
                return;
            }
            28..38 => {
                self.work(15, 2 * HOUR, Act::AssignBelow);
            }
            _ => {}
        }
        self.work(15, 2 * HOUR, Act::Assign).work(15, 3 * HOUR, Act::Start);
        if self.reachable() && self.chance.percent(75) {
            self.work(20, 8 * HOUR, Act::Contact);
        }
        self.meanwhile(from, co);
    }

    /// No answer without having heard the citizen.
    fn heard(&mut self) -> &mut Self {
        if self.reachable() { self.work(20, 4 * HOUR, Act::Contact) } else { self }
    }

    fn meanwhile(&mut self, from: Ts, co: bool) {
        let open = self.promise(from) > self.set.now;
        match self.chance.between(0, 99) {
            0..16 if !self.urgent => {
                self.work(20, 5 * HOUR, Act::Extend).work(20, 3 * HOUR, Act::Approve);
                // The centre has not spoken on some that are not due yet.
                if !open || self.chance.percent(50) {
                    self.work(30, 4 * HOUR, Act::Approve);
                }
            }
            16..24 => {
                self.work(HOUR, 8 * HOUR, Act::Pause);
            }
            24..28 => {
                self.work(HOUR, 8 * HOUR, Act::Instruct);
            }
            28..34 => {
                self.soon(2 * HOUR, 20 * HOUR, Act::Supplement);
            }
            34..42 if co && self.row.days_ago >= 10 => {
                self.hold = Some(self.steps.len());
                self.heard().work(2 * DAY, 4 * DAY, Act::SubmitUnit).work(20, 5 * HOUR, Act::UnitApprove).sent_back();
            }
            42..50 if co && self.row.days_ago >= 18 => {
                self.heard().work(2 * DAY, 4 * DAY, Act::SubmitUnit).work(20, 5 * HOUR, Act::UnitApprove);
                self.work(30, 6 * HOUR, Act::CenterAccept).work(20, 4 * HOUR, Act::UnifiedReply);
                self.work(3 * HOUR, 30 * HOUR, Act::CallbackUnhappy).work(30, 4 * HOUR, Act::Approve).signed();
            }
            _ => {}
        }
    }

    /// Brings every moment before now: a story too long is told faster, one that waits at a desk has come there lately.
    fn fit(&mut self) {
        let (set, first) = (self.set, self.steps[0].at);
        let age = set.now.millis_since(first) / MINUTE_MS;
        let archived = self.steps.last().is_some_and(|s| s.act == Act::Archive);
        let lag = self.chance.between(3, (age / 4).clamp(4, 18 * HOUR)) + if archived { 7 * DAY + HOUR } else { 0 };
        let limit = set.now.plus_minutes(-lag).max(first.plus_minutes(1));
        let body = self.steps.len() - usize::from(archived);
        let last = self.steps[body - 1].at;
        if last > limit {
            let (told, room) = (last.millis_since(first).max(1), limit.millis_since(first));
            for step in &mut self.steps[..body] {
                let share = i128::from(step.at.millis_since(first)) * i128::from(room) / i128::from(told);
                step.at = first.plus_millis(i64::try_from(share).unwrap_or(room));
            }
            self.await_mornings(body, limit);
        } else if FRESH.contains(&self.row.target_state.as_str()) || self.target() == "return_pending" {
            self.freshen(limit);
        } else if let (Some(from), "handling") = (self.hold, self.target()) {
            let days = self.chance.between(0, 2);
            self.shift(from, limit.plus_days(-days));
        }
        if archived {
            let rested = self.steps[body - 1].at.plus_days(7).plus_minutes(2);
            self.steps[body].at = self.steps[body].at.min(set.now.plus_minutes(-2)).max(rested);
        }
        self.spread();
    }

    /// After telling faster: steps of the night wait for the morning, where there is one left.
    fn await_mornings(&mut self, body: usize, limit: Ts) {
        for i in 1..body {
            let earliest = self.steps[i].at.max(self.steps[i - 1].at.plus_minutes(2));
            let minutes = self.chance.between(0, 40);
            let waited = office(self.set.calendar, earliest, minutes);
            let fits = self.steps[i].office && waited <= limit;
            self.steps[i].at =
                if fits { waited } else { self.steps[i].at.max(self.steps[i - 1].at.plus_millis(1_500)) };
        }
    }

    fn freshen(&mut self, limit: Ts) {
        if let Some(from) = self.hold {
            self.shift(from, limit);
        }
    }

    /// Moves the steps from `from` on by whole days, so that the last comes close to `limit` on a working day.
    fn shift(&mut self, from: usize, limit: Ts) {
        let Some(last) = self.steps.last().map(|s| s.at) else { return };
        let mut days = limit.millis_since(last) / (DAY * MINUTE_MS);
        while days > 0 && !self.set.calendar.is_working(last.plus_days(days).date()) {
            days -= 1;
        }
        for step in self.steps[from..].iter_mut().filter(|_| days > 0) {
            step.at = step.at.plus_days(days);
        }
    }

    /// Two steps never share a moment.
    fn spread(&mut self) {
        for i in 1..self.steps.len() {
            let earliest = self.steps[i - 1].at.plus_millis(1_500);
            self.steps[i].at = self.steps[i].at.max(earliest);
        }
    }
}

/// The moment itself in office hours, else soon after they begin.
fn office(calendar: &Calendar, at: Ts, early: i64) -> Ts {
    let (open, close) = (8 * HOUR + 30, 17 * HOUR + 30);
    let minute = at.millis_since(Ts::start_of(at.date())) / MINUTE_MS;
    let same_day = calendar.is_working(at.date()) && minute < close;
    if same_day && minute >= open {
        return at;
    }
    let day = if same_day { at.date() } else { at.date().tomorrow().unwrap_or(at.date()) };
    Ts::start_of(calendar.working_day_on_or_after(day)).plus_minutes(open + early)
}

#[cfg(test)]
mod tests {
    use super::super::rows::{ORDERS, OrderRow, read};
    use super::*;

    /// A Tuesday afternoon.
    const NOW: Ts = Ts(1_795_508_700_000);

    #[test]
    fn every_story_begins_with_registration_and_ends_before_now() {
        let (calendar, params) = (Calendar::shipped(), Params::defaults());
        let set = Setting { now: NOW, calendar: &calendar, params: &params };
        let rows: Vec<OrderRow> = read("orders.csv", ORDERS).unwrap();
        for row in &rows {
            let steps = story(row, set);
            assert_eq!(steps, story(row, set), "{}: the same story each time", row.seq);
            assert_eq!(steps[0].act, Act::Register);
            assert!(steps.windows(2).all(|w| w[0].at < w[1].at), "{}: {steps:?}", row.seq);
            assert!(steps.iter().all(|s| s.at < NOW), "{} {}: {steps:?}", row.seq, row.target_state);
        }
    }

    #[test]
    fn office_hours_skip_nights_and_weekends() {
        let calendar = Calendar::shipped();
        let friday_night = Ts::parse_iso("2026-11-20T19:00:00+08:00").unwrap();
        assert_eq!(office(&calendar, friday_night, 10).iso(), "2026-11-23T08:40:00+08:00");
        let noon = Ts::parse_iso("2026-11-23T12:00:00+08:00").unwrap();
        assert_eq!(office(&calendar, noon, 10), noon);
    }
}
