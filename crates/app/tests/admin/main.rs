//! Administration, first start, verification and the demonstration, on both engines.

mod calendar;
mod demo;
mod grant;
mod office;
mod param;
mod reference;
mod seed;
mod steps;
#[path = "../app/town.rs"]
#[expect(dead_code, reason = "shared with the tests of the use cases, which need more of it")]
mod town;
mod verify;
