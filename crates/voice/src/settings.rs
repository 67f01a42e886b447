//! What administrators decide about calls. Read from parameters and tables; a new value is effective with the next event.

use std::collections::BTreeMap;

/// All settings of the floor.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The number citizens see and dial.
    pub hotline: String,
    /// 接入策略: calls started per second and calls at once; beyond, 503.
    pub max_calls_per_s: u32,
    pub max_calls: u32,
    pub greeting: Vec<String>,
    /// 业务公告, prompts played after the greeting; in force now.
    pub announcements: Vec<String>,
    /// 菜单; none by default: the national standard advises against menus.
    pub menu: Option<Menu>,
    /// Skill of callers who chose nothing.
    pub default_skill: String,
    /// 应急键: at any time before an agent answers; priority far above others.
    pub emergency_key: Option<char>,
    pub queues: BTreeMap<String, QueueSettings>,
    /// Seconds a seat may ring before it becomes 示忙（无应答）.
    pub ring_s: u32,
    /// 话后整理, seconds; 0 for none.
    pub wrap_up_s: u32,
    /// Seconds after which a lost page loses its calls' media for good.
    pub return_s: u32,
    /// Seconds of ringing of outgoing calls.
    pub dial_s: u32,
    /// Longest call, seconds.
    pub max_call_s: u32,
    /// 报工号: the caller is told the agent's number on the first answer.
    pub say_number: bool,
    /// 满意度评价 by keys after the agent hangs up.
    pub rating: bool,
    /// Key → rating 5…1. The prompt `rating.ask` says the keys: other keys need another prompt.
    pub rating_keys: BTreeMap<char, u8>,
    /// Longest message, seconds; 0 offers none.
    pub message_s: u32,
    /// Offer to call back instead of waiting.
    pub offer_callback: bool,
    /// Minutes within which missed callers are called back.
    pub missed_callback_min: u32,
    /// Waits shorter than this are 短放弃 and make no duty.
    pub short_abandon_s: u32,
    /// Service level threshold of the wallboard, seconds.
    pub service_level_s: u32,
    pub record: bool,
    /// Outgoing numbers.
    pub dialling: Dialling,
    /// 联动: service code → number to dial.
    pub joint: BTreeMap<String, String>,
    /// 承办单位 with a telephone: number in its normal form → name as the seat sees it.
    pub departments: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        let rating_keys = [('5', 5), ('4', 4), ('3', 3), ('2', 2), ('1', 1)];
        let joint = ["110", "119", "120", "122"];
        Self {
            hotline: "12345".to_owned(),
            max_calls_per_s: 50,
            max_calls: 500,
            greeting: vec!["greeting".to_owned(), "recording.notice".to_owned()],
            announcements: Vec::new(),
            menu: None,
            default_skill: "general".to_owned(),
            emergency_key: None,
            queues: BTreeMap::new(),
            ring_s: 15,
            wrap_up_s: 60,
            return_s: 30,
            dial_s: 60,
            max_call_s: 7200,
            say_number: false,
            rating: true,
            rating_keys: BTreeMap::from(rating_keys),
            message_s: 120,
            offer_callback: true,
            missed_callback_min: 30,
            short_abandon_s: 5,
            service_level_s: 15,
            record: true,
            dialling: Dialling::default(),
            joint: joint.into_iter().map(|service| (service.to_owned(), service.to_owned())).collect(),
            departments: BTreeMap::new(),
        }
    }
}

/// A queue of callers who want the same skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueSettings {
    /// 公众, 企业, 专家…
    pub name: String,
    /// Added to each caller's priority.
    pub priority: i32,
    /// Priority grows by one every so many seconds.
    pub ageing_s: u32,
    /// Position and expected wait are announced every so many seconds; 0 never.
    pub announce_s: u32,
    /// After so many seconds also seats of `overflow` skills are tried.
    pub overflow_after_s: u32,
    pub overflow: Vec<String>,
    /// After so many seconds a callback or a message is offered.
    pub offer_after_s: u32,
    /// Beyond so many waiting callers, new ones are offered callback or message at once.
    pub full_at: u32,
}

impl Default for QueueSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            priority: 0,
            ageing_s: 60,
            announce_s: 30,
            overflow_after_s: 60,
            overflow: Vec::new(),
            offer_after_s: 60,
            full_at: 200,
        }
    }
}

/// 浅层菜单: one level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    pub prompts: Vec<String>,
    /// Key → skill.
    pub keys: BTreeMap<char, String>,
    /// Seconds without a key before the default skill is taken.
    pub wait_s: u32,
    /// Wrong keys before the default skill is taken.
    pub tries: u8,
}

/// 外呼规则 against toll fraud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dialling {
    /// Prefixes that may be called; an empty list allows all that is not forbidden.
    pub allowed: Vec<String>,
    pub forbidden: Vec<String>,
    /// Digits a number may have.
    pub min_digits: u8,
    pub max_digits: u8,
    /// Calls a seat may start in an hour; 0 sets no limit.
    pub per_seat_hour: u32,
    /// To one number in a day, over all seats; 0 sets no limit. Departments are called as often as their matters ask for.
    pub per_number_day: u32,
}

impl Default for Dialling {
    /// Foreign and charged numbers are closed.
    fn default() -> Self {
        let forbidden = ["00", "168"].into_iter().map(str::to_owned).collect();
        Self { allowed: Vec::new(), forbidden, min_digits: 3, max_digits: 12, per_seat_hour: 60, per_number_day: 10 }
    }
}
