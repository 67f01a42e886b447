//! 待登记: what came in by a channel that is no telephone waits for a person, who makes an order of it, adds it to the order it is
//! about, or sets it aside with a reason. One standard record for every channel (brief I1).

use kernel::{FieldError, Refusal, Ts, UserId};
use serde::{Deserialize, Serialize};

use crate::message::Medium;
use crate::order::Channel;

coded! {
    /// By which adapter it came.
    Adapter {
        Mail = "mail", "政务邮箱";
        Wechat = "wechat", "微信公众号";
        Weibo = "weibo", "微博";
    }
}

coded! {
    /// Where a piece stands.
    ItemState {
        Waiting = "waiting", "待登记";
        Registered = "registered", "已登记";
        Added = "added", "已补充";
        Discarded = "discarded", "不登记";
    }
}

coded! {
    /// 不登记的原因.
    DiscardReason {
        Spam = "spam", "广告或垃圾邮件";
        Auto = "auto", "自动回复或退信";
        Repeat = "repeat", "重复来件";
        NoDemand = "no_demand", "没有实质诉求";
        Elsewhere = "elsewhere", "不属于本平台受理范围";
        Other = "other", "其他";
    }
}

impl Adapter {
    /// 诉求来源 of an order made of it.
    #[must_use]
    pub const fn channel(self) -> Channel {
        match self {
            Self::Mail => Channel::Mail,
            Self::Wechat => Channel::Wechat,
            Self::Weibo => Channel::Weibo,
        }
    }

    /// By which medium whoever wrote is answered, where that is no address of the order's form.
    #[must_use]
    pub const fn medium(self) -> Option<Medium> {
        match self {
            Self::Mail => None,
            Self::Wechat => Some(Medium::Wechat),
            Self::Weibo => Some(Medium::Weibo),
        }
    }

    /// Where an answer to a piece goes, where that is no address of the order's form: beneath what was written, or to whoever wrote.
    #[must_use]
    pub fn account(self, record: &Record) -> Option<(Medium, String)> {
        let medium = self.medium()?;
        let place = if medium == Medium::Weibo { record.reference.clone()? } else { record.sender.clone() };
        Some((medium, place))
    }
}

/// The standard record: what every adapter delivers. Kept sealed as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Record {
    /// Address or account the sender writes from.
    pub sender: String,
    /// What the sender calls themselves.
    pub name: String,
    pub subject: String,
    pub text: String,
    /// The source's own number of the piece, for answers that belong to it.
    pub reference: Option<String>,
    /// What a reader must know: parts left out, a text cut short.
    pub remarks: Vec<String>,
}

/// Longest text kept, characters; the source keeps all of it.
pub const LONGEST: usize = 20_000;

impl Record {
    /// The text as long as it may be, with a remark when it was longer.
    #[must_use]
    pub fn with_text(mut self, text: &str) -> Self {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            self.remarks.push(format!("正文过长，只保留了前{LONGEST}字，全文请在原渠道查看"));
        }
        self.text = text.chars().take(LONGEST).collect();
        self
    }

    /// What stays when its time is over. Answers about an order go beneath what it was made of as long as it lives: of such a piece
    /// the source's own number is kept.
    #[must_use]
    pub fn blanked(&self, of_order: bool) -> Self {
        Self { reference: self.reference.clone().filter(|_| of_order), ..Self::default() }
    }

    /// Without characters that are no writing. PostgreSQL takes no NUL in a text, and an order is made of these words.
    #[must_use]
    pub fn written(mut self) -> Self {
        let texts = [&mut self.sender, &mut self.name, &mut self.subject, &mut self.text];
        for text in texts.into_iter().chain(self.reference.as_mut()).chain(&mut self.remarks) {
            *text = written(text);
        }
        self
    }
}

/// Refuses to work on a piece whose words were cleared at a moment, their time being over.
pub fn still_kept(blanked_at: Option<Ts>) -> Result<(), Refusal> {
    let Some(date) = blanked_at.map(Ts::date) else { return Ok(()) };
    let day = format!("{}年{}月{}日", date.year(), date.month(), date.day());
    Err(Refusal::state("item_blanked", format!("这件来件的内容已于{day}按保存期限清除，不能再登记、补充或恢复")))
}

/// A text without control characters other than breaks of lines and tabs.
#[must_use]
pub fn written(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect()
}

/// Characters of a piece's first words that stand for it in lists, where its source knows no subject.
const SUBJECT: usize = 40;

/// 标题 of a piece that has none: its first words, cut where a sentence pauses, or marked as cut.
#[must_use]
pub fn subject_of(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let Some((end, _)) = words.char_indices().nth(SUBJECT) else { return words };
    let begin = &words[..end];
    let pause =
        begin.rfind(['。', '，', '；', '！', '？', '、', ' ']).filter(|at| begin[..*at].chars().count() >= SUBJECT / 2);
    format!("{}…", &begin[..pause.unwrap_or(end)])
}

/// Who works on a piece, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    pub by: UserId,
    pub until: Ts,
}

/// Takes a piece for a person until a moment. One's own may be prolonged; a colleague's lapses by itself.
pub fn claim(state: ItemState, held: Option<Claim>, new: Claim, now: Ts) -> Result<Claim, Refusal> {
    waiting(state)?;
    match held.filter(|c| c.until > now && c.by != new.by) {
        Some(_) => Err(Refusal::conflict("item_claimed", "其他话务员正在处理这件来件，请处理下一件")),
        None => Ok(new),
    }
}

/// Refuses to settle what is settled already, or what the person has not taken.
pub fn may_settle(state: ItemState, held: Option<Claim>, by: UserId, now: Ts) -> Result<(), Refusal> {
    waiting(state)?;
    match held.filter(|c| c.until > now) {
        Some(claim) if claim.by == by => Ok(()),
        Some(_) => Err(Refusal::conflict("item_claimed", "其他话务员正在处理这件来件，请处理下一件")),
        None => Err(Refusal::state("item_unclaimed", "领取时间已过，请重新领取后再处理")),
    }
}

fn waiting(state: ItemState) -> Result<(), Refusal> {
    if state == ItemState::Waiting {
        return Ok(());
    }
    Err(Refusal::state("item_settled", format!("这件来件{}，不能重复处理", state.cn())))
}

/// The words a person gives with a reason; 其他 says nothing by itself.
pub fn check_discard(reason: DiscardReason, note: &str) -> Result<(), FieldError> {
    let n = note.trim().chars().count();
    if reason == DiscardReason::Other && n < 4 {
        return Err(FieldError::new("note", "请写明原因").with_remedy("选择“其他”时不少于4个字"));
    }
    if n > 200 {
        return Err(FieldError::new("note", "说明过长").with_remedy("请精简到200字以内"));
    }
    Ok(())
}

/// What the sender wrote themselves: from the first line that begins the quotation of an earlier mail on, it is left out. A text
/// that is nothing but quotation stays as it is.
#[must_use]
pub fn own_words(text: &str) -> String {
    let mut kept = Vec::new();
    for line in text.lines() {
        if begins_quotation(line.trim()) {
            break;
        }
        kept.push(line);
    }
    let own = kept.join("\n").trim().to_owned();
    if own.is_empty() { text.trim().to_owned() } else { own }
}

/// As the mail programs in use write it above what they quote.
fn begins_quotation(line: &str) -> bool {
    let ruled = line.starts_with("---") && (line.contains("原始邮件") || line.contains("Original Message"));
    let told =
        (line.ends_with("写道：") || line.ends_with("写道:") || line.ends_with("wrote:")) && line.chars().count() > 4;
    let forwarded = line.starts_with("发件人：") || line.starts_with("发件人:");
    ruled || told || forwarded || line.starts_with('>')
}

/// Numbers of orders that a text names.
#[must_use]
pub fn case_numbers(text: &str) -> Vec<String> {
    let runs = text.split(|c: char| !c.is_ascii_digit());
    let mut found: Vec<String> = runs.filter(|r| kernel::case_no_valid(r)).map(str::to_owned).collect();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Ts = Ts(1_795_485_600_000);

    #[test]
    fn a_long_beginning_is_cut_where_it_pauses() {
        assert_eq!(subject_of(" 路灯 坏了\n三天 "), "路灯 坏了 三天");
        let long = "滨海路18号门前的路灯坏了三天没有人来修，晚上接孩子放学很不安全，希望尽快派人来看一看，谢谢。";
        assert_eq!(subject_of(long), "滨海路18号门前的路灯坏了三天没有人来修，晚上接孩子放学很不安全…");
        assert_eq!(subject_of(&"灯".repeat(41)), format!("{}…", "灯".repeat(40)));
        assert_eq!(subject_of(&"灯".repeat(40)), "灯".repeat(40));
    }

    fn user(n: u128) -> UserId {
        UserId(kernel::Uuid::from_u128(n))
    }

    fn held(n: u128, minutes: i64) -> Claim {
        Claim { by: user(n), until: NOW.plus_minutes(minutes) }
    }

    #[test]
    fn one_person_at_a_time_works_on_a_piece() {
        let mine = held(1, 30);
        assert_eq!(claim(ItemState::Waiting, None, mine, NOW), Ok(mine));
        assert_eq!(claim(ItemState::Waiting, Some(held(1, 5)), mine, NOW), Ok(mine), "prolonged");
        assert_eq!(claim(ItemState::Waiting, Some(held(2, 5)), mine, NOW).unwrap_err().code, "item_claimed");
        assert_eq!(claim(ItemState::Waiting, Some(held(2, 0)), mine, NOW), Ok(mine), "lapsed");
        assert_eq!(claim(ItemState::Registered, None, mine, NOW).unwrap_err().code, "item_settled");
    }

    #[test]
    fn only_who_has_it_settles_it_and_only_once() {
        let by = user(1);
        assert!(may_settle(ItemState::Waiting, Some(held(1, 5)), by, NOW).is_ok());
        let code = |state, claim| may_settle(state, claim, by, NOW).unwrap_err().code;
        assert_eq!(code(ItemState::Waiting, None), "item_unclaimed");
        assert_eq!(code(ItemState::Waiting, Some(held(1, 0))), "item_unclaimed");
        assert_eq!(code(ItemState::Waiting, Some(held(2, 5))), "item_claimed");
        assert_eq!(code(ItemState::Discarded, Some(held(1, 5))), "item_settled");
    }

    #[test]
    fn a_reason_that_says_nothing_needs_words() {
        assert!(check_discard(DiscardReason::Spam, "").is_ok());
        assert_eq!(check_discard(DiscardReason::Other, "无").unwrap_err().field, "note");
        assert!(check_discard(DiscardReason::Other, "写给报社的").is_ok());
        assert_eq!(check_discard(DiscardReason::Spam, &"字".repeat(201)).unwrap_err().field, "note");
    }

    #[test]
    fn what_is_quoted_is_left_out() {
        for quotation in [
            "------------------ 原始邮件 ------------------\n发件人: 热线",
            "在 2026年11月28日，热线 写道：\n> 您好",
            "On Sat, 28 Nov 2026, hotline wrote:\n> hello",
            "> 您好",
            "发件人：12345 <12345@example.gov.cn>\n主题：答复",
        ] {
            assert_eq!(own_words(&format!("还是没有修好。\n请再看看。\n\n{quotation}")), "还是没有修好。\n请再看看。");
        }
        assert_eq!(own_words("> 您好"), "> 您好", "nothing but a quotation is not nothing");
        assert_eq!(own_words("他写道：\n路灯坏了"), "他写道：\n路灯坏了", "words of a person");
    }

    #[test]
    fn numbers_of_orders_are_found_in_a_subject() {
        let date: kernel::Date = "2026-11-28".parse().unwrap();
        let number = kernel::case_no("990100", date, "07", 12);
        assert_eq!(case_numbers(&format!("回复：【云12345】统一回复（{number}）")), [number.as_str()]);
        assert!(case_numbers("电话13805310001，20261128").is_empty());
    }

    #[test]
    fn of_what_was_cleared_only_the_thread_of_its_order_stays() {
        let whole = Record {
            sender: "gao@example.com".to_owned(),
            name: "高晓梅".to_owned(),
            subject: "路灯".to_owned(),
            reference: Some("m1@example.com".to_owned()),
            remarks: vec!["附件超过20个".to_owned()],
            ..Record::default()
        }
        .with_text("路灯坏了");
        let thread = Record { reference: whole.reference.clone(), ..Record::default() };
        assert_eq!((whole.blanked(false), whole.blanked(true)), (Record::default(), thread));
        assert!(still_kept(None).is_ok());
        let why = still_kept(Some(NOW)).unwrap_err();
        assert_eq!(why.code, "item_blanked");
        assert!(why.message.contains("2026年11月24日"), "{}", why.message);
    }

    #[test]
    fn what_is_no_writing_is_left_out() {
        let record = Record {
            name: "高\0晓梅".to_owned(),
            reference: Some("a\u{1b}1@example.com".to_owned()),
            remarks: vec!["附\0件".to_owned()],
            ..Record::default()
        };
        let clean = record.with_text("路灯\0坏了\r\n\t三天").written();
        assert_eq!((clean.name.as_str(), clean.text.as_str()), ("高晓梅", "路灯坏了\r\n\t三天"));
        assert_eq!((clean.reference.as_deref(), &*clean.remarks[0]), (Some("a1@example.com"), "附件"));
    }

    #[test]
    fn a_long_text_says_that_it_was_cut() {
        assert!(Record::default().with_text(" 短 ").remarks.is_empty());
        let long = Record::default().with_text(&"字".repeat(LONGEST + 1));
        assert_eq!((long.text.chars().count(), long.remarks.len()), (LONGEST, 1));
    }
}
