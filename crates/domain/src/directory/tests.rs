//! Trees, counties, catalogue precedence and category type-ahead.
