//! 参数配置: the numbers that rules read, effective at once (App. C).
//!
//! `data/params.csv` is the one list of parameters: key, default, kind, bounds, Chinese name. The database holds only
//! what an administrator changed.

mod check;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use kernel::{Cutoff, Unit, WorkHours};
use serde_json::Value;

pub use check::validate;
pub use table::{ParamDef, ParamKind, definition, definitions};

use crate::{
    clock::Span,
    order::{DemandType, Urgency},
};

/// The parameters in force at one moment: key → JSON value, defaults filled in.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    values: BTreeMap<String, Value>,
    ignored: Vec<String>,
}

impl Default for Params {
    fn default() -> Self {
        Self::defaults()
    }
}

impl Params {
    /// Every parameter at its shipped value.
    #[must_use]
    pub fn defaults() -> Self {
        let values = definitions().iter().map(|d| (d.key.clone(), d.default.clone())).collect();
        Self { values, ignored: Vec::new() }
    }

    /// Defaults with what administrators changed. A key that is no longer known and a value that would not pass
    /// [`validate`] are left out and listed by [`Params::ignored`]: an old row must not stop the hotline.
    #[must_use]
    pub fn with(overrides: impl IntoIterator<Item = (String, Value)>) -> Self {
        let mut params = Self::defaults();
        for (key, value) in overrides {
            if validate(&key, &value).is_ok() {
                params.values.insert(key, value);
            } else {
                params.ignored.push(key);
            }
        }
        params
    }

    /// Keys of overrides that could not be used.
    #[must_use]
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// Every parameter in force, in order of key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(k, v)| (k.as_str(), v))
    }

    /// The raw value; `None` for an unknown key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(key)
    }

    fn known(&self, key: &str) -> &Value {
        self.values.get(key).unwrap_or_else(|| panic!("parameter {key} is not in data/params.csv"))
    }

    /// A length of time.
    ///
    /// # Panics
    /// This and the getters below panic when the key is not in the table or is of another kind; a test reads every key
    /// literal of the workspace, so this cannot reach a user.
    #[must_use]
    pub fn span(&self, key: &str) -> Span {
        table::read_span(self.known(key)).unwrap_or_else(|| panic!("parameter {key} is no span"))
    }
    /// A whole number.
    #[must_use]
    pub fn int(&self, key: &str) -> i64 {
        self.known(key).as_i64().unwrap_or_else(|| panic!("parameter {key} is no whole number"))
    }
    /// A number.
    #[must_use]
    pub fn number(&self, key: &str) -> f64 {
        self.known(key).as_f64().unwrap_or_else(|| panic!("parameter {key} is no number"))
    }
    /// On or off.
    #[must_use]
    pub fn flag(&self, key: &str) -> bool {
        self.known(key).as_bool().unwrap_or_else(|| panic!("parameter {key} is no flag"))
    }
    /// A text or a choice.
    #[must_use]
    pub fn text(&self, key: &str) -> &str {
        self.known(key).as_str().unwrap_or_else(|| panic!("parameter {key} is no text"))
    }
    /// A list of codes.
    #[must_use]
    pub fn list(&self, key: &str) -> Vec<&str> {
        let items = self.known(key).as_array().unwrap_or_else(|| panic!("parameter {key} is no list"));
        items.iter().filter_map(Value::as_str).collect()
    }
    /// One number of a parameter that is an object, e.g. `weight("dup.weights", "phone")`; 0 when it has no such entry.
    #[must_use]
    pub fn weight(&self, key: &str, entry: &str) -> f64 {
        self.known(key).get(entry).and_then(Value::as_f64).unwrap_or(0.0)
    }
    /// Times of day, in minutes after midnight: from (included) to (excluded), in order.
    #[must_use]
    pub fn windows(&self, key: &str) -> Vec<(u16, u16)> {
        table::read_windows(self.known(key)).unwrap_or_else(|| panic!("parameter {key} holds no times of day"))
    }

    /// When the last day of a period ends (`sla.cutoff`).
    #[must_use]
    pub fn cutoff(&self) -> Cutoff {
        if self.text("sla.cutoff") == "business" { Cutoff::Business } else { Cutoff::Midnight }
    }

    /// 办公时间 (`sla.business_hours`), for the calendar.
    #[must_use]
    pub fn work_hours(&self) -> WorkHours {
        match self.windows("sla.business_hours")[..] {
            [(start_min, noon_start_min), (noon_end_min, end_min)] => {
                WorkHours { start_min, end_min, noon_start_min, noon_end_min }
            }
            [(start_min, end_min)] => WorkHours { start_min, end_min, noon_start_min: end_min, noon_end_min: end_min },
            _ => WorkHours::default(),
        }
    }

    /// The keys of the handling time that govern an order: that of its type and, where its urgency has one, the overlay.
    /// The earlier of the two due moments holds (§4.1). The overlays of ordinary and complex orders belong to
    /// 接诉即办 and count only in that mode.
    #[must_use]
    pub fn sla_key(&self, demand_type: DemandType, urgency: Urgency) -> (&'static str, Option<&'static str>) {
        let handle = match demand_type {
            DemandType::Consult => "sla.handle.consult",
            DemandType::Help => "sla.handle.help",
            DemandType::Complaint => "sla.handle.complaint",
            DemandType::Report => "sla.handle.report",
            DemandType::Suggestion => "sla.handle.suggestion",
            DemandType::Praise => "sla.handle.praise",
            DemandType::Other => "sla.handle.other",
        };
        let overlay = match urgency {
            Urgency::U1 => Some("sla.urgency.u1"),
            Urgency::U2 => Some("sla.urgency.u2"),
            Urgency::U3 => self.flag("mode.jsjb").then_some("sla.urgency.u3"),
            Urgency::U4 => self.flag("mode.jsjb").then_some("sla.urgency.u4"),
        };
        (handle, overlay)
    }

    /// The key of the time to sign (签收).
    #[must_use]
    pub fn accept_key(&self, urgency: Urgency) -> &'static str {
        match urgency {
            Urgency::U1 => "sla.accept.u1",
            Urgency::U2 => "sla.accept.u2",
            Urgency::U3 | Urgency::U4 => "sla.accept",
        }
    }

    /// The key of the time for a second round (二次办理).
    #[must_use]
    pub fn redo_key(&self, demand_type: DemandType) -> &'static str {
        match demand_type {
            DemandType::Consult | DemandType::Help => "sla.redo.short",
            _ => "sla.redo.long",
        }
    }

    /// The key of the time to dispatch (派单).
    #[must_use]
    pub fn dispatch_key(&self, urgency: Urgency) -> &'static str {
        match urgency {
            Urgency::U1 | Urgency::U2 => "dispatch.clock.urgent",
            Urgency::U3 | Urgency::U4 => "dispatch.clock.normal",
        }
    }

    /// How long before its end a period of this length turns yellow (§4.2). Hours and minutes: a share of the whole,
    /// in whole minutes or working hours, at least one.
    #[must_use]
    pub fn warn_span(&self, span: Span) -> Span {
        let share = |whole: i64| (whole * self.int("warn.hour_percent") / 100).max(1);
        match (span.unit, span.qty) {
            (Unit::WorkDay, ..=1) => self.span("warn.wd1"),
            (Unit::WorkDay, 2..=5) => self.span("warn.wd5"),
            (Unit::WorkDay, 6..=15) => self.span("warn.wd15"),
            (Unit::WorkDay, _) => self.span("warn.wd30"),
            (Unit::CalendarDay, ..=15) => self.span("warn.cd15"),
            (Unit::CalendarDay, 16..=30) => self.span("warn.cd30"),
            (Unit::CalendarDay, _) => self.span("warn.cd60"),
            (Unit::Hour, qty) => Span { qty: share(qty.saturating_mul(60)), unit: Unit::Minute },
            (Unit::Minute, qty) => Span { qty: share(qty), unit: Unit::Minute },
            (Unit::WorkHour, qty) => Span { qty: share(qty), unit: Unit::WorkHour },
        }
    }
}
