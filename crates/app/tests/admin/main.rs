//! Administration, first start, verification and the demonstration, on both engines.

// `cfg(test)` on each module tells clippy that everything in it is test code.
#[cfg(test)]
mod calendar;
#[cfg(test)]
mod demo;
#[cfg(test)]
mod grant;
#[cfg(test)]
mod office;
#[cfg(test)]
mod param;
#[cfg(test)]
mod reference;
#[cfg(test)]
mod seed;
#[cfg(test)]
mod steps;
#[path = "../app/town.rs"]
#[expect(dead_code, reason = "shared with the tests of the use cases, which need more of it")]
#[cfg(test)]
mod town;
#[cfg(test)]
mod verify;
