//! 话务质检: sheets, calls drawn for a look, scores with their appeals.

mod sample;
mod score;
mod sheet;

pub use sample::{Candidate, Sample, candidates, insert_samples, list_samples, load_sample, mark_scored};
pub use score::{Score, ScoreFilter, ScoreSum, insert_score, list_scores, load_score, load_score_for_change};
pub use score::{save_score, score_of_call, score_sums};
pub use sheet::{Sheet, active_sheet, list_sheets, load_sheet, put_sheet};

use db::Sql;

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    [sheet::statements(), sample::statements(), score::statements()].into_iter().flatten().collect()
}
