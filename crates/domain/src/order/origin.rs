//! 来源情况: what a matter that did not come by telephone brought along (信访工作条例 arts 17–20).

use kernel::Ts;
use serde::{Deserialize, Serialize};

use super::{Channel, RegisterForm};

/// 多人走访推选的代表 are at most this many (信访工作条例 art. 20).
pub const MOST_REPRESENTATIVES: usize = 5;
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
    /// 来信编号 (of a registered letter), 上级工单号, 报道出处.
    pub number: Option<String>,
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
}

/// What is asked of a matter that came this way.
#[must_use]
pub const fn asked(channel: Channel) -> Asked {
    match channel {
        Channel::Letter => Asked { at: Some(("收信日期", true)), number: Some("来信编号"), visit: false },
        Channel::Visit => Asked { at: Some(("来访时间", true)), number: None, visit: true },
        Channel::Superior => Asked { at: Some(("来文日期", false)), number: Some("上级工单号"), visit: false },
        Channel::Media => Asked { at: Some(("报道日期", false)), number: Some("报道出处"), visit: false },
        _ => Asked { at: None, number: None, visit: false },
    }
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
            place: text(&o.place).filter(|_| asked.visit),
            head_count: o.head_count.filter(|_| asked.visit),
            representatives: o.representatives.iter().filter(|_| asked.visit).map(named).collect(),
        }
    }
}
