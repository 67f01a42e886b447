//! SIP behind our own types.
