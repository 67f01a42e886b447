//! The order's rules from outside: every code of App. E by name, whole stories, and random walks.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod callback;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod correct;
#[cfg(test)]
mod dispatch;
#[cfg(test)]
mod handle;
#[cfg(test)]
mod intake;
#[cfg(test)]
mod joint;
#[cfg(test)]
mod limit;
#[cfg(test)]
mod merge;
#[cfg(test)]
mod monitor;
#[cfg(test)]
mod random;
#[cfg(test)]
mod replay;
#[cfg(test)]
mod request;
#[cfg(test)]
mod side;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod supervise;
#[cfg(test)]
mod tables;
#[cfg(test)]
mod world;
