//! What every request needs to know of the installation, loaded once and replaced whole when somebody changes it.

use std::collections::{BTreeMap, HashMap};

use domain::directory::Directory;
use domain::env::Env;
use domain::mailbox::Mailbox;
use domain::message::MailChoice;
use domain::param::Params;
use kernel::{Calendar, Mint, OrgId, Ts, UserId};

use store::announcement::Announcement;

use crate::message::{compose, fill};
use crate::view::{OrgRef, RegionLine, RegionStep};

/// A consistent snapshot of reference data, parameters and calendar.
#[derive(Debug)]
pub struct World {
    pub directory: Directory,
    pub params: Params,
    pub calendar: Calendar,
    pub regions: Regions,
    /// Dictionary code → items in their order.
    pub dictionaries: BTreeMap<String, Vec<DictItem>>,
    /// Names of all users, the disabled ones included: logs must stay readable.
    pub names: HashMap<UserId, String>,
    /// 业务公告, played now or later.
    pub announcements: Vec<Announcement>,
    /// Version and text of the message templates that were given one.
    pub texts: BTreeMap<String, (i64, String)>,
    /// Who of the staff is told by mail too: where, and of what.
    pub mails: HashMap<UserId, (String, MailChoice)>,
    /// A mail server is connected.
    pub mail_on: bool,
    /// 微信公众号 is connected.
    pub wechat_on: bool,
    /// What may be said in public is said beneath posts on Weibo.
    pub weibo_answers: bool,
    /// 领导信箱, closed ones too, in their order.
    pub mailboxes: Vec<Mailbox>,
    /// Somebody reads what citizens answer to a mail.
    pub mail_read: bool,
    /// Counter values at the time of loading, by snapshot name.
    pub versions: BTreeMap<String, i64>,
}

/// A template filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// 0 is the shipped text.
    pub version: i64,
    pub title: String,
    pub text: String,
}

/// An item of a dictionary as it is valid now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DictItem {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
}

impl World {
    /// The world at a moment, for a rule.
    pub fn env<'a>(&'a self, now: Ts, mint: &'a dyn Mint) -> Env<'a> {
        Env {
            now,
            calendar: &self.calendar,
            params: &self.params,
            directory: &self.directory,
            mint,
            earlier: &[],
            precedents: &[],
        }
    }

    /// A message in the words in force: the version of the text, its title, the filled text.
    pub fn compose(&self, template: &str, vars: &BTreeMap<String, String>) -> Composed {
        let (title, shipped) = compose(template, vars);
        match self.texts.get(template) {
            Some((version, text)) => Composed { version: *version, title, text: fill(text, vars) },
            None => Composed { version: 0, title, text: shipped },
        }
    }

    pub fn org(&self, id: OrgId) -> OrgRef {
        OrgRef { id, name: self.directory.org_name(id).to_owned() }
    }

    /// The name of a user; a neutral word for the system and the unknown.
    pub fn user_name(&self, id: UserId) -> String {
        if id == domain::callback::CITIZEN {
            return "诉求人".to_owned();
        }
        self.names.get(&id).cloned().unwrap_or_else(|| "（已删除用户）".to_owned())
    }

    /// Name of a 领导信箱.
    pub fn mailbox(&self, id: kernel::Uuid) -> Option<&Mailbox> {
        self.mailboxes.iter().find(|m| m.id == id)
    }

    /// The Chinese word of a dictionary code; the code itself when unknown.
    pub fn word(&self, dict: &str, code: &str) -> String {
        let items = self.dictionaries.get(dict).map_or(&[][..], Vec::as_slice);
        items.iter().find(|i| i.code == code).map_or_else(|| code.to_owned(), |i| i.name.clone())
    }

    /// `城乡建设/市政/路灯`.
    pub fn category_path(&self, code: &str) -> String {
        self.directory.category_path(code).replace(" > ", "/")
    }
}

/// 行政区划, by code.
#[derive(Clone, Debug, Default)]
pub struct Regions {
    by_code: HashMap<String, Region>,
    children: HashMap<String, Vec<String>>,
    roots: Vec<String>,
    /// First digits of the hotline's own city.
    home: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: String,
}

impl Regions {
    /// `home6`: the six-digit code of the city that runs the hotline.
    pub fn new(mut all: Vec<Region>, home6: &str) -> Self {
        all.sort_by(|a, b| a.code.cmp(&b.code));
        let known: HashMap<&str, ()> = all.iter().map(|r| (r.code.as_str(), ())).collect();
        let mut children: HashMap<String, Vec<String>> = HashMap::new();
        let mut roots = Vec::new();
        for region in &all {
            match region.parent.as_deref().filter(|p| known.contains_key(p)) {
                Some(parent) => children.entry(parent.to_owned()).or_default().push(region.code.clone()),
                None => roots.push(region.code.clone()),
            }
        }
        let home = domain::directory::region_prefix(&format!("{home6:0<12}")).to_owned();
        let by_code = all.into_iter().map(|r| (r.code.clone(), r)).collect();
        Self { by_code, children, roots, home }
    }

    pub fn get(&self, code: &str) -> Option<&Region> {
        self.by_code.get(code)
    }

    /// Below `parent`; at the top the city's own districts first, then the provinces.
    pub fn list(&self, parent: Option<&str>) -> Vec<RegionLine> {
        match parent {
            Some(code) => self.below(code).iter().filter_map(|c| self.line(c, false)).collect(),
            None => {
                let city = format!("{:0<12}", self.home);
                let own = self.below(&city).iter().filter_map(|c| self.line(c, true));
                own.chain(self.roots.iter().filter_map(|c| self.line(c, false))).collect()
            }
        }
    }

    fn below(&self, code: &str) -> &[String] {
        self.children.get(code).map_or(&[], Vec::as_slice)
    }

    fn line(&self, code: &str, home: bool) -> Option<RegionLine> {
        let region = self.get(code)?;
        let leaf = self.below(code).is_empty();
        Some(RegionLine {
            code: region.code.clone(),
            name: region.name.clone(),
            level: region.level.clone(),
            leaf,
            home,
        })
    }

    /// From the province down to the code; empty when unknown.
    pub fn path(&self, code: &str) -> Vec<RegionStep> {
        let mut steps = Vec::new();
        let mut at = self.get(code);
        while let Some(region) = at {
            steps.push(RegionStep { code: region.code.clone(), name: region.name.clone() });
            at = region.parent.as_deref().and_then(|p| self.get(p)).filter(|_| steps.len() < 8);
        }
        steps.reverse();
        steps
    }

    /// Names below the own city, joined: `历下区泉城路街道`; with province and city for places elsewhere.
    pub fn path_cn(&self, code: &str) -> String {
        let steps = self.path(code);
        if steps.is_empty() {
            return code.to_owned();
        }
        let home = !self.home.is_empty() && code.starts_with(&self.home);
        let names: Vec<&str> = steps
            .iter()
            .filter(|s| !(home && self.is_above_home(&s.code)))
            .map(|s| s.name.as_str())
            .filter(|n| !matches!(*n, "市辖区" | "县"))
            .collect();
        match (names.as_slice(), steps.last()) {
            ([], Some(own)) => own.name.clone(),
            _ => names.join(""),
        }
    }

    /// The own city or something that contains it.
    fn is_above_home(&self, code: &str) -> bool {
        let prefix = domain::directory::region_prefix(code);
        prefix.len() <= self.home.len() && self.home.starts_with(prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regions() -> Regions {
        let row = |code: &str, name: &str, parent: Option<&str>, level: &str| Region {
            code: code.to_owned(),
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            level: level.to_owned(),
        };
        Regions::new(
            vec![
                row("370000000000", "山东省", None, "province"),
                row("370100000000", "云城市", Some("370000000000"), "city"),
                row("370102000000", "青禾区", Some("370100000000"), "county"),
                row("370102001000", "泉城路街道", Some("370102000000"), "town"),
                row("110000000000", "北京市", None, "province"),
            ],
            "370100",
        )
    }

    #[test]
    fn own_districts_come_first() {
        let top = regions().list(None);
        assert_eq!((top[0].name.as_str(), top[0].home, top[0].leaf), ("青禾区", true, false));
        assert_eq!(top.iter().map(|r| r.name.as_str()).collect::<Vec<_>>(), ["青禾区", "北京市", "山东省"]);
        assert!(regions().list(Some("370102000000"))[0].leaf);
    }

    #[test]
    fn own_city_is_not_repeated_in_paths() {
        assert_eq!(regions().path_cn("370102001000"), "青禾区泉城路街道");
        assert_eq!(regions().path_cn("110000000000"), "北京市");
        assert_eq!(regions().path_cn("370100000000"), "云城市");
        assert_eq!(regions().path("370102001000").len(), 4);
        assert_eq!(regions().path_cn("999999000000"), "999999000000");
    }
}
