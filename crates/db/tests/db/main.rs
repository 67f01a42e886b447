//! The waist on both engines.
// `cfg(test)` on each module tells clippy that everything in it is test code.

#[cfg(test)]
mod failures;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod group;
#[cfg(test)]
mod migrations;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod streams;
#[cfg(test)]
mod values;
