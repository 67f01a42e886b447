//! The application on both engines, from the first statement of a use case to the last row.
// `cfg(test)` on each module tells clippy that everything in it is test code.

#[cfg(test)]
mod acceptance;
#[cfg(test)]
mod appraisal;
#[cfg(test)]
mod attachments;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod catalogue;
#[cfg(test)]
mod citizen;
#[cfg(test)]
mod correct;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod export;
#[cfg(test)]
mod gate;
#[cfg(test)]
mod import;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod joint;
#[cfg(test)]
mod knowledge;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod login;
#[cfg(test)]
mod mail;
#[cfg(test)]
mod mailbox;
#[cfg(test)]
mod monitor;
#[cfg(test)]
mod order;
#[cfg(test)]
mod origin;
#[cfg(test)]
mod papers;
#[cfg(test)]
mod partner_steps;
#[cfg(test)]
mod partner_sync;
#[cfg(test)]
mod partners;
#[cfg(test)]
mod phone;
#[cfg(test)]
mod received;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod sms;
#[cfg(test)]
mod supervise;
#[cfg(test)]
mod survey;
#[cfg(test)]
mod time;
#[cfg(test)]
mod town;
#[cfg(test)]
mod two;
#[cfg(test)]
mod walk;
#[cfg(test)]
mod wechat;
#[cfg(test)]
mod weibo;
