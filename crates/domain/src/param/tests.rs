//! The shipped table and its checks.
