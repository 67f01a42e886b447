//! 时钟: every deadline is a row with its arithmetic (§5.12).

use kernel::{Arithmetic, ClockId, OrderId, Refusal, TaskId, Ts, Unit};
use serde::{Deserialize, Serialize};

use crate::{
    env::Env,
    light::{Light, light},
};

coded! {
    /// What the clock measures.
    ClockKind {
        Dispatch = "dispatch", "派单";
        Accept = "accept", "签收";
        /// The promise to the citizen, over returns and recalls.
        Order = "order", "工单办理";
        /// One organisation's own time.
        Task = "task", "任务办理";
        Co = "co", "协办";
        UnifiedReply = "unified_reply", "统一回复";
        Callback = "callback", "回访";
        Redo = "redo", "二次办理";
        Tracking = "tracking", "跟踪督办";
        Respond = "respond", "响应";
        ReturnDecide = "return_decide", "退回审批";
        ExtDecide = "ext_decide", "延期审批";
        /// The answer to one round of supervision.
        Supervise = "supervise", "督办反馈";
    }
}

coded! {
    /// How the clock ended.
    ClockOutcome {
        Open = "open", "计时中";
        OnTime = "ontime", "按时";
        Late = "late", "超时";
        Void = "void", "作废";
    }
}

coded! {
    /// 暂停原因.
    PauseReason {
        Hearing = "hearing", "听证";
        Appraisal = "appraisal", "检测鉴定";
        AwaitMaterial = "await_material", "等待补充材料";
        ForceMajeure = "force_majeure", "不可抗力";
    }
}

/// A length of time as rules state it, e.g. 5 working days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Span {
    pub qty: i64,
    pub unit: Unit,
}

/// One running or finished deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clock {
    pub id: ClockId,
    pub order_id: OrderId,
    pub task_id: Option<TaskId>,
    pub kind: ClockKind,
    pub round: i32,
    pub unit: Unit,
    pub qty: i64,
    pub start_at: Ts,
    pub due_at: Ts,
    pub warn_at: Ts,
    pub paused_at: Option<Ts>,
    pub pause_reason: Option<PauseReason>,
    /// Milliseconds spent paused so far.
    pub paused_total: i64,
    pub stop_at: Option<Ts>,
    pub outcome: ClockOutcome,
    /// The rule that set it: parameter key and, where one exists, the legal basis.
    pub basis: String,
    /// The sum, day by day: 为什么是这个日期.
    pub arithmetic: Vec<Arithmetic>,
    /// The light last recorded; lights themselves are computed (see [`crate::light`]).
    pub light: crate::light::Light,
    pub version: i64,
}

impl ClockKind {
    /// Clocks that measure handling, and so are moved by extension, instruction and pause.
    #[must_use]
    pub const fn is_handling(self) -> bool {
        matches!(self, Self::Order | Self::Task | Self::Co | Self::Redo)
    }

    /// Clocks of one organisation's own share of the work: every active task has one of these open.
    #[must_use]
    pub const fn is_task_own(self) -> bool {
        matches!(self, Self::Task | Self::Co | Self::Redo)
    }
}

/// How long a clock runs and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    pub span: Span,
    pub due: Ts,
    /// Parameter key, or `due.*` when a person set the moment.
    pub basis: String,
    pub sum: Arithmetic,
    /// Where a superior's limit cuts the sum off.
    pub cap: Option<Arithmetic>,
}

/// Basis of a moment set by a superior body (上级限办日期).
pub const BY_SUPERIOR: &str = "due.superior";

impl Term {
    /// `span` from `at`, by the working calendar.
    #[must_use]
    pub fn of(span: Span, basis: impl Into<String>, at: Ts, env: &Env) -> Self {
        let sum = env.calendar.add(at, span.qty, span.unit, env.params.cutoff());
        Self { span, due: sum.due, basis: basis.into(), sum: sum.steps, cap: None }
    }

    /// The parameter `key` from `at`.
    #[must_use]
    pub fn param(key: &str, at: Ts, env: &Env) -> Self {
        Self::of(env.params.span(key), key, at, env)
    }

    /// A moment somebody named, stated in working days when it is at least one away and in hours otherwise.
    #[must_use]
    pub fn until(due: Ts, basis: impl Into<String>, at: Ts, env: &Env) -> Self {
        let days = env.calendar.working_days_between(at.date(), due.date());
        let span = if days >= 1 {
            Span { qty: days, unit: Unit::WorkDay }
        } else {
            Span { qty: due.millis_since(at).max(0) / 3_600_000, unit: Unit::Hour }
        };
        Self { span, due, basis: basis.into(), sum: plain_sum(at, span, due, env), cap: None }
    }

    /// The one that ends first; at a tie `self`.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if other.due < self.due { other } else { self }
    }

    /// Not later than a superior's limit: what was counted stays in the sum, and the limit ends it.
    #[must_use]
    pub fn capped(self, limit: Option<Ts>, env: &Env) -> Self {
        let Some(limit) = limit.filter(|l| *l < self.due) else { return self };
        let named = Self::until(limit, BY_SUPERIOR, self.sum.start, env);
        let cap = Arithmetic { instead_of: Some(self.due), ..named.sum };
        Self { sum: self.sum, cap: Some(cap), ..named }
    }
}

/// A sum without counting: the end was given, not computed.
fn plain_sum(start: Ts, span: Span, due: Ts, env: &Env) -> Arithmetic {
    Arithmetic {
        start,
        qty: span.qty,
        unit: span.unit,
        cutoff: env.params.cutoff(),
        counted: u32::try_from(span.qty).unwrap_or(0),
        skipped: Vec::new(),
        added: Vec::new(),
        rolled: None,
        missing_years: Vec::new(),
        by: None,
        instead_of: None,
        due,
    }
}

fn warn_at(span: Span, start: Ts, due: Ts, env: &Env) -> Ts {
    let lead = env.params.warn_span(span);
    env.calendar.subtract_warn(due, lead.qty, lead.unit).max(start)
}

/// What a new clock belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    pub order: OrderId,
    pub task: Option<TaskId>,
    pub round: i32,
}

impl Clock {
    /// A running clock.
    #[must_use]
    pub fn start(kind: ClockKind, owner: Owner, term: Term, env: &Env) -> Self {
        let start = term.sum.start;
        Self {
            id: env.id(),
            order_id: owner.order,
            task_id: owner.task,
            kind,
            round: owner.round,
            unit: term.span.unit,
            qty: term.span.qty,
            start_at: start,
            due_at: term.due,
            warn_at: warn_at(term.span, start, term.due, env),
            paused_at: None,
            pause_reason: None,
            paused_total: 0,
            stop_at: None,
            outcome: ClockOutcome::Open,
            basis: term.basis,
            arithmetic: [Some(term.sum), term.cap].into_iter().flatten().collect(),
            light: Light::Green,
            version: 0,
        }
    }

    #[must_use]
    pub fn is_open(&self) -> bool {
        self.outcome == ClockOutcome::Open
    }

    #[must_use]
    pub const fn span(&self) -> Span {
        Span { qty: self.qty, unit: self.unit }
    }

    /// Ends the clock, on time when `judged_at` is not after the due moment. A paused clock is resumed first. No effect
    /// on a clock already at an end: outcomes are never rewritten.
    pub fn stop(&mut self, judged_at: Ts, env: &Env) {
        if !self.is_open() {
            return;
        }
        self.unfreeze(env);
        self.stop_at = Some(env.now);
        self.outcome = if judged_at <= self.due_at { ClockOutcome::OnTime } else { ClockOutcome::Late };
        self.light = light(self, env.now);
    }

    /// Ends the clock without a judgement: returned, recalled, merged, withdrawn.
    pub fn void(&mut self, env: &Env) {
        if !self.is_open() {
            return;
        }
        self.stop_at = Some(env.now);
        self.outcome = ClockOutcome::Void;
        self.light = Light::Off;
    }

    /// Freezes the clock.
    pub fn pause(&mut self, reason: PauseReason, env: &Env) -> Result<(), Refusal> {
        if !self.is_open() || self.paused_at.is_some() {
            return Err(Refusal::state("paused", "时限已停止或已暂停，不能再次暂停"));
        }
        self.paused_at = Some(env.now);
        self.pause_reason = Some(reason);
        self.light = Light::Paused;
        Ok(())
    }

    /// Lets a frozen clock run on; the due moment moves by the time frozen, as the unit counts it.
    pub fn resume(&mut self, env: &Env) -> Result<(), Refusal> {
        if !self.is_open() || self.paused_at.is_none() {
            return Err(Refusal::state("not_paused", "时限未暂停，无需恢复"));
        }
        self.unfreeze(env);
        Ok(())
    }

    fn unfreeze(&mut self, env: &Env) {
        let Some(since) = self.paused_at.take() else { return };
        let due = env.calendar.resume(self.due_at, since, env.now, self.unit).max(self.due_at);
        let moved = Span { qty: env.calendar.working_days_between(since.date(), env.now.date()), unit: Unit::WorkDay };
        self.paused_total += env.now.millis_since(since).max(0);
        self.pause_reason = None;
        self.arithmetic.push(plain_sum(since, moved, due, env));
        self.move_due(due, env);
        // Yellow and red are raised by the watcher, which tells people; here the lamp only leaves "paused".
        self.light = Light::Green;
    }

    /// `qty` more units, counted from the due moment.
    pub fn extend(&mut self, qty: i64, unit: Unit, env: &Env) {
        if !self.is_open() {
            return;
        }
        let more = env.calendar.add(self.due_at, qty, unit, env.params.cutoff());
        let due = more.due.max(self.due_at);
        self.arithmetic.push(more.steps);
        self.move_due(due, env);
    }

    /// Moves the due moment to `due` when that is later, as `by` decided; stated in working days where it is so many.
    pub fn grant(&mut self, due: Ts, by: &str, env: &Env) {
        if !self.is_open() || due <= self.due_at {
            return;
        }
        let days = env.calendar.working_days_between(self.due_at.date(), due.date());
        let sum = plain_sum(self.due_at, Span { qty: days.max(0), unit: Unit::WorkDay }, due, env);
        self.arithmetic.push(Arithmetic { by: Some(by.to_owned()), ..sum });
        self.move_due(due, env);
    }

    /// Moves the due moment to `due` when that is later: a hold while an application waits.
    pub fn hold_until(&mut self, due: Ts, env: &Env) {
        if !self.is_open() || due <= self.due_at {
            return;
        }
        self.arithmetic.push(plain_sum(self.due_at, Span { qty: 0, unit: Unit::Hour }, due, env));
        self.move_due(due, env);
    }

    /// Brings the due moment forward to `due` (领导批示); never later.
    pub fn shorten(&mut self, due: Ts, basis: &str, env: &Env) {
        if !self.is_open() || due >= self.due_at {
            return;
        }
        let term = Term::until(due, basis, env.now, env);
        self.arithmetic.push(term.sum);
        basis.clone_into(&mut self.basis);
        self.move_due(due, env);
    }

    /// Brings the due moment back to a superior's limit, where what was decided here went beyond it.
    pub fn cap(&mut self, limit: Ts, env: &Env) {
        if !self.is_open() || limit >= self.due_at {
            return;
        }
        let sum = Term::until(limit, BY_SUPERIOR, self.start_at, env).sum;
        self.arithmetic.push(Arithmetic { instead_of: Some(self.due_at), ..sum });
        self.move_due(limit, env);
    }

    /// Takes back the last [`cap`](Self::cap): the due moment is again what it was before, or the limit as it is now.
    pub fn lift(&mut self, limit: Option<Ts>, env: &Env) {
        let due = self.due_at;
        let cut = self.arithmetic.last().filter(|a| a.due == due && limit.is_none_or(|l| l > due));
        let Some(own) = cut.and_then(|a| a.instead_of).filter(|_| self.is_open()) else { return };
        self.arithmetic.pop();
        self.move_due(own, env);
        if let Some(limit) = limit {
            self.cap(limit, env);
        }
    }

    /// Counts anew by `term`, from the start the clock had: a superior's limit was written down wrongly and is put right.
    pub fn recount_as(&mut self, term: Term, env: &Env) {
        if !self.is_open() {
            return;
        }
        (self.qty, self.unit, self.basis) = (term.span.qty, term.span.unit, term.basis);
        self.arithmetic = [Some(term.sum), term.cap].into_iter().flatten().collect();
        self.move_due(term.due, env);
    }

    /// Counts the same span anew from `at` (`sla.handle.start = signed`); the due moment only moves later.
    pub fn restart(&mut self, at: Ts, env: &Env) {
        let term = Term::of(self.span(), self.basis.clone(), at, env);
        if !self.is_open() || term.due < self.due_at {
            return;
        }
        self.start_at = at;
        self.arithmetic.push(term.sum);
        self.move_due(term.due, env);
    }

    fn move_due(&mut self, due: Ts, env: &Env) {
        self.due_at = due;
        self.warn_at = warn_at(self.span(), self.start_at, due, env);
        // Moving the date may put a lamp out, never light one: that is the watcher's, which also sends the notices.
        if self.paused_at.is_none() && light(self, env.now) == Light::Green {
            self.light = Light::Green;
        }
    }
}
