//! 电子监察: rules over what the platform has recorded, cards for what they find, and the word of unit and monitor on each.
//! Nothing here changes an order: a card is about it, never part of it.

mod card;
mod judge;
mod rule;

pub use card::{Card, CardState, MonitorNotice, Plea, Ruling, appeal, explain, issue, raise, rule_on};
pub use judge::{Fact, Finding, judge, minutes_cn};
pub use rule::{CardLevel, Metric, Rule, rules};
