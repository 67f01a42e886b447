//! 暂停与恢复计时 (§5.12): freezes every handling clock of the order.

use kernel::Refusal;

use super::{
    check::Check,
    work::{Say, Work},
};
use crate::clock::PauseReason;

pub(super) fn pause(w: &mut Work, reason: PauseReason, note: &str) -> Result<(), Refusal> {
    Check::new().text("note", "暂停说明", note, 2, 500).done()?;
    let env = w.env;
    for clock in w.case.clocks.iter_mut().filter(|c| c.is_open() && c.kind.is_handling() && c.paused_at.is_none()) {
        clock.pause(reason, env)?;
    }
    w.note("C1", "pause", None, Say::opinion(note.trim()).reason(reason.code()));
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", format!("因{}暂停计时", reason.cn()))]);
    Ok(())
}

pub(super) fn resume(w: &mut Work, note: Option<&str>) -> Result<(), Refusal> {
    Check::new().maybe("note", "恢复说明", note, 500).done()?;
    let env = w.env;
    for clock in w.case.clocks.iter_mut().filter(|c| c.is_open() && c.paused_at.is_some()) {
        clock.resume(env)?;
    }
    w.note("C2", "resume", None, Say::maybe(note));
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "已恢复计时".to_owned())]);
    Ok(())
}
