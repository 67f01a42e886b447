//! Recordings over HTTP.
// `cfg(test)` on the module tells clippy that everything in it is test code.

#[cfg(test)]
mod story;
