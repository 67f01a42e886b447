//! Replaying logs: true ones lead to the state, false ones are found out.

use domain::{
    order::{DemandType, OrderState},
    replay::{ReplayError, replay},
};

use crate::world::{Story, World};

#[test]
fn a_true_log_leads_to_the_state() {
    let s = Story::of(DemandType::Complaint).closed(World::new().o.bureau);
    assert_eq!(replay(&s.log).unwrap().order, OrderState::Closed);
}

#[test]
fn a_log_with_a_missing_or_swapped_entry_is_refused() {
    let s = Story::of(DemandType::Complaint).closed(World::new().o.bureau);
    assert_eq!(replay(&[]), Err(ReplayError::NoCreation));
    assert_eq!(replay(&s.log[1..]), Err(ReplayError::NoCreation));
    for gone in 1..s.log.len() - 1 {
        if s.log[gone].from == s.log[gone].to {
            continue;
        }
        let mut log = s.log.clone();
        log.remove(gone);
        assert_ne!(replay(&log), replay(&s.log), "without entry {gone} {}", s.log[gone].code);
    }
}

#[test]
fn a_step_that_no_table_has_is_refused() {
    let s = Story::of(DemandType::Complaint).submitted();
    let mut log = s.log.clone();
    log[1].to = "closed".to_owned();
    assert!(matches!(replay(&log), Err(ReplayError::NotInTable { at: 1, .. })));
    log[1].to = "nowhere".to_owned();
    assert!(matches!(replay(&log), Err(ReplayError::UnknownState { at: 1, .. })));
}
