//! 办理进展 between two platforms: what the handling side tells of a matter, step by step, and what the sender has heard so far. One
//! value on both sides: told there, heard here.

use kernel::{Ts, redact_text};
use serde::{Deserialize, Serialize};

use super::wo::{CallbackRef, OrgRef, Wo};
use super::{LinkState, MessageType, answer_of};
use crate::callback::{Contacted, Rating, Solved};
use crate::order::Order;

/// Longest name of an organisation that is kept, characters.
const LONGEST: usize = 60;
/// Most co-handlers that are kept.
const MOST: usize = 20;

/// How far the handling side is, as it was last told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// 主办单位.
    pub lead: Option<String>,
    /// 协办单位.
    pub co: Vec<String>,
    /// 办理期限 there.
    pub due: Option<Ts>,
    /// Since when the lead has it.
    pub since: Option<Ts>,
    pub callback: Option<CallbackRef>,
    /// 办理期限 before the extension that was decided last.
    pub ext_from: Option<Ts>,
}

fn name(org: &OrgRef) -> Option<String> {
    let text: String = redact_text(org.name.trim()).chars().take(LONGEST).collect();
    (!text.is_empty()).then_some(text)
}

impl Progress {
    /// What a message says of it.
    #[must_use]
    pub fn of(wo: &Wo) -> Self {
        let at = |text: &Option<String>| text.as_deref().and_then(Ts::parse_iso);
        Self {
            lead: wo.lead_org.as_ref().and_then(name),
            co: wo.co_orgs.iter().filter_map(name).take(MOST).collect(),
            due: at(&wo.due_at),
            since: at(&wo.dispatched_at),
            callback: wo.callback.clone(),
            ext_from: None,
        }
    }

    /// Somebody has it, and not the same, or not until the same moment.
    fn goes_beyond(&self, told: &Self) -> bool {
        self.lead.is_some() && (&self.lead, &self.co, self.due) != (&told.lead, &told.co, told.due)
    }

    /// After a message of a kind: each says its own part, and nothing takes away what it does not speak of.
    #[must_use]
    pub fn after(&self, kind: MessageType, now: &Self) -> Self {
        use MessageType as M;
        let mut next = self.clone();
        match kind {
            M::WoDispatch => {
                (next.lead, next.co, next.due, next.since) = (now.lead.clone(), now.co.clone(), now.due, now.since)
            }
            M::WoSign if self.lead.is_none() => {
                (next.lead, next.due, next.since) = (now.lead.clone(), now.due, now.since)
            }
            M::WoCallback | M::WoClose => next.callback = now.callback.clone().or(next.callback),
            _ => {}
        }
        next
    }

    /// In words, for people on both sides.
    #[must_use]
    pub fn held_cn(&self) -> Option<String> {
        let lead = self.lead.as_ref()?;
        let co = if self.co.is_empty() { String::new() } else { format!("，协办：{}", self.co.join("、")) };
        let due = self.due.map(|d| format!("，{}前办结", d.format_cn())).unwrap_or_default();
        Some(format!("主办：{lead}{co}{due}"))
    }

    /// 回访结果 in words.
    #[must_use]
    pub fn callback_cn(&self) -> Option<String> {
        let c = self.callback.as_ref()?;
        let contacted = c.contacted.as_deref().and_then(|t| t.parse::<Contacted>().ok());
        let solved = c.solved.as_deref().and_then(|t| t.parse::<Solved>().ok());
        let rating = c.rating.as_deref().and_then(|t| t.parse::<Rating>().ok());
        let words = [contacted.map(|c| c.cn()), solved.map(|s| s.cn()), rating.map(|r| r.cn())];
        let words: Vec<&str> = words.into_iter().flatten().collect();
        (!words.is_empty()).then(|| words.join("，"))
    }
}

/// What the other side knows of a matter that came from it.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    pub state: LinkState,
    pub reply: Option<&'a str>,
    pub progress: &'a Progress,
}

/// Everything that is to be told of an order of ours now, in the order it is to be told, each with how the matter then stands.
#[must_use]
pub fn answers(order: &Order, now: &Progress, told: Told<'_>) -> Vec<(MessageType, LinkState)> {
    use LinkState as L;
    use MessageType as M;
    let Some((kind, state)) = answer_of(order) else { return Vec::new() };
    let mut all = Vec::new();
    let taken = matches!(told.state, L::Accepted | L::Replied);
    let rated = taken && now.callback.is_some() && now.callback != told.progress.callback;
    match kind {
        M::WoReturn => all.extend((told.state != state).then_some((kind, state))),
        M::WoClose => {
            all.extend(rated.then_some((M::WoCallback, told.state)));
            all.extend((told.state != state).then_some((kind, state)));
        }
        M::WoReply => {
            all.extend(
                now.goes_beyond(told.progress).then_some((M::WoDispatch, if taken { told.state } else { L::Accepted })),
            );
            let another = told.state != state || told.reply != order.reply.as_deref();
            all.extend(another.then_some((kind, state)));
            all.extend(rated.then_some((M::WoCallback, state)));
        }
        _ => {
            all.extend((told.state != state).then_some((kind, state)));
            all.extend(now.goes_beyond(told.progress).then_some((M::WoDispatch, state)));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wo(lead: &str, due: &str, rating: Option<&str>) -> Wo {
        Wo {
            lead_org: Some(OrgRef { code: "A".to_owned(), name: lead.to_owned() }),
            co_orgs: vec![OrgRef { code: "B".to_owned(), name: "区城管局".to_owned() }],
            due_at: Some(due.to_owned()),
            callback: rating.map(|r| CallbackRef { rating: Some(r.to_owned()), ..CallbackRef::default() }),
            ..Wo::default()
        }
    }

    #[test]
    fn a_message_says_its_own_part_and_takes_nothing_else_away() {
        let first = Progress::of(&wo("市住建局", "2026-12-03T18:00:00+08:00", None));
        let told = Progress::default().after(MessageType::WoSign, &first);
        assert_eq!((told.lead.as_deref(), told.co.len()), (Some("市住建局"), 0), "a receipt names the lead alone");
        assert!(first.goes_beyond(&told) && !first.goes_beyond(&first));
        let told = told.after(MessageType::WoDispatch, &first);
        assert_eq!(told.held_cn().unwrap(), "主办：市住建局，协办：区城管局，2026-12-03 18:00前办结");
        let later = Progress::of(&wo("市住建局", "2026-12-05T18:00:00+08:00", Some("very_sat")));
        assert!(later.goes_beyond(&told), "another due moment is told");
        let rated = told.after(MessageType::WoCallback, &later);
        assert_eq!(rated.due, first.due);
        assert_eq!(rated.callback_cn().unwrap(), "非常满意");
        assert_eq!(rated.after(MessageType::WoClose, &first).callback, rated.callback);
    }

    #[test]
    fn a_name_that_hides_a_number_is_masked_and_cut() {
        let long = Progress::of(&wo(&"局".repeat(200), "x", None));
        assert_eq!((long.lead.unwrap().chars().count(), long.due), (60, None));
        let told = Progress::of(&wo("张三13812345678", "x", None));
        assert!(!told.lead.unwrap().contains("13812345678"));
    }
}
