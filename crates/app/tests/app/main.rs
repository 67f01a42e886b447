//! The application on both engines, from the first statement of a use case to the last row.

mod desk;
mod import;
mod login;
mod order;
mod town;
mod two;
mod walk;
