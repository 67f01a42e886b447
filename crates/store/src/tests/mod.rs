//! The story on both engines.
