//! 来源情况: what a matter that did not come by telephone brought along (信访工作条例 arts 17–20).

use kernel::{FieldError, Ts};
use serde::{Deserialize, Serialize};

use super::{Channel, RegisterForm};

/// 多人走访推选的代表 are at most this many (信访工作条例 art. 20).
pub const MOST_REPRESENTATIVES: usize = 5;
/// Longest address of a report, characters.
pub const LONGEST_LINK: usize = 500;
/// 集体访 begins with so many people (§3, 来访类型).
pub const GROUP: i32 = 5;

/// 代表 of a visit by several people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Representative {
    pub name: String,
    pub phone: Option<String>,
}

/// What the channel asks for besides the matter itself. Kept sealed: it names people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct Origin {
    /// 收信日期 of a letter, 来访时间 of a visit, 来文日期 or 报道日期.
    pub at: Option<Ts>,
    /// 来信编号 (of a registered letter), 文号 or 上级工单号. Of the press only in old records, where it named the outlet.
    pub number: Option<String>,
    /// 交办单位, 媒体名称.
    pub source: Option<String>,
    /// 办理时限 set by a superior body: the last moment that is still in time. A midnight stands for the whole of its day.
    pub limit_at: Option<Ts>,
    /// 报道标题.
    pub title: Option<String>,
    /// 报道链接, `http` or `https`.
    pub link: Option<String>,
    /// 来访地点.
    pub place: Option<String>,
    /// 来访人数.
    pub head_count: Option<i32>,
    pub representatives: Vec<Representative>,
}

/// What each channel has of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Name of the date, when there is one, and whether it must be given.
    pub at: Option<(&'static str, bool)>,
    /// Name of the number.
    pub number: Option<&'static str>,
    /// 地点、人数、代表.
    pub visit: bool,
    /// Name of the body or outlet it came from, which must be given.
    pub source: Option<&'static str>,
    /// 办理时限.
    pub limit: bool,
    /// 报道标题、链接.
    pub report: bool,
}

impl Asked {
    /// Nothing besides the matter.
    pub const NOTHING: Self = Self { at: None, number: None, visit: false, source: None, limit: false, report: false };
}

/// What is asked of a matter that came this way.
#[must_use]
pub const fn asked(channel: Channel) -> Asked {
    match channel {
        Channel::Letter => Asked { at: Some(("收信日期", true)), number: Some("来信编号"), ..Asked::NOTHING },
        Channel::Visit => Asked { at: Some(("来访时间", true)), visit: true, ..Asked::NOTHING },
        Channel::Superior => Asked {
            at: Some(("来文日期", false)),
            number: Some("文号或上级工单号"),
            source: Some("交办单位"),
            limit: true,
            ..Asked::NOTHING
        },
        Channel::Media => {
            Asked { at: Some(("报道日期", false)), source: Some("媒体名称"), report: true, ..Asked::NOTHING }
        }
        _ => Asked::NOTHING,
    }
}

/// A web address people may be sent to.
pub fn link(text: &str) -> Result<(), FieldError> {
    let bad = |message: &str, remedy: &str| Err(FieldError::new("link", message).with_remedy(remedy));
    let example = "请从浏览器地址栏复制完整地址，例如 https://www.example.com/news/1.html";
    if text.chars().count() > LONGEST_LINK {
        return bad("链接过长", "不超过500字，可去掉“?”以后的跟踪参数");
    }
    let lower = text.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return bad("链接须以http://或https://开头", example);
    };
    if text.chars().any(|c| c.is_whitespace() || c.is_control() || "\"<>\\`".contains(c)) {
        return bad("链接中有空格或其他不允许的字符", example);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Whoever reads `https://gov.cn@elsewhere` would take it for another place.
    if authority.contains('@') {
        return bad("链接中不能含用户名", example);
    }
    let host = authority.split(':').next().unwrap_or_default();
    let whole = host.split('.').all(|part| !part.is_empty()) && host.contains('.');
    if whole { Ok(()) } else { bad("链接缺少网站域名", example) }
}

/// The whole of a day that was named without a time.
#[must_use]
pub fn to_the_end(at: Ts) -> Ts {
    if at == Ts::start_of(at.date()) { Ts::end_of(at.date()) } else { at }
}

impl Origin {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// 集体访.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.head_count.is_some_and(|n| n >= GROUP)
    }

    /// What a form states, without what its channel does not have and without blanks.
    #[must_use]
    pub fn of(form: &RegisterForm) -> Self {
        let Some(asked) = form.channel.map(asked) else { return Self::default() };
        let text =
            |value: &Option<String>| value.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
        let o = &form.origin;
        let named = |r: &Representative| Representative { name: r.name.trim().to_owned(), phone: text(&r.phone) };
        Self {
            at: o.at.filter(|_| asked.at.is_some()),
            number: text(&o.number).filter(|_| asked.number.is_some()),
            source: text(&o.source).filter(|_| asked.source.is_some()),
            limit_at: o.limit_at.map(to_the_end).filter(|_| asked.limit),
            title: text(&o.title).filter(|_| asked.report),
            link: text(&o.link).filter(|_| asked.report),
            place: text(&o.place).filter(|_| asked.visit),
            head_count: o.head_count.filter(|_| asked.visit),
            representatives: o.representatives.iter().filter(|_| asked.visit).map(named).collect(),
        }
    }
}
