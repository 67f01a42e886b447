//! 误操作: what people try that the rules must refuse. Each says by which refusal; a mistake that goes through, or is
//! refused for another reason, is a fault of the platform or of this list.

mod centre;
mod intake;
mod requests;
mod unit;

use domain::authority::Actor;
use domain::env::By;
use domain::order::Command;
use kernel::Refusal;

use crate::live::Scene;

/// One mistake: the refusal it must meet, and how somebody makes it where it can be made.
pub struct Blunder {
    /// [`key`] of the refusal.
    pub key: &'static str,
    /// 场景.
    pub what: &'static str,
    pub tries: fn(&mut Scene) -> Option<(Actor, Command)>,
}

const fn blunder(key: &'static str, what: &'static str, tries: fn(&mut Scene) -> Option<(Actor, Command)>) -> Blunder {
    Blunder { key, what, tries }
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Blunder> {
    intake::BLUNDERS.iter().chain(unit::BLUNDERS).chain(centre::BLUNDERS).chain(requests::BLUNDERS)
}

/// [`key`] of a step taken from an outdated reading.
pub const OVERTAKEN: &str = "stale";

/// What tells one refusal from another: the field at fault, else the code.
pub fn key(refusal: &Refusal) -> String {
    match refusal.fields.first() {
        Some(field) => format!("field:{}", field.field),
        None => refusal.code.to_string(),
    }
}

/// Whether the refusal met is the one meant: targets of a merge may have moved on meanwhile.
pub fn fits(meant: &str, met: &str) -> bool {
    meant == met || (meant.starts_with("merge_") && met.starts_with("merge_"))
}

/// How often a mistake is made once it has been seen often enough, of a thousand chances.
const SELDOM: usize = 4;

/// The mistakes made at this moment.
pub fn made(s: &mut Scene) -> Vec<(&'static Blunder, By, Command)> {
    let mut made = Vec::new();
    for blunder in all() {
        if s.tally.rare("refusal", blunder.key) || s.live.dice.chance(SELDOM) {
            let tried = (blunder.tries)(s);
            made.extend(tried.map(|(actor, cmd)| (blunder, By::Person(actor), cmd)));
        }
    }
    made
}
