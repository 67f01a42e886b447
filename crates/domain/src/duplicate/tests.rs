//! Scoring, thresholds and places.
