//! 同步 between platforms (§9.1 `dict.sync`, `kb.sync`, `org.sync`): what a platform publishes to others beside orders. What comes is
//! a proposal: a person here sees how it differs from what there is, and takes it or not.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{FieldError, Refusal};
use serde::{Deserialize, Serialize};

use super::{MessageType, PartnerKind};
use crate::authority::Permission;
use crate::directory::{Category, Directory};
use crate::knowledge::ArticleText;

coded! {
    /// 同步内容.
    Topic {
        Dict = "dict", "问题分类";
        Kb = "kb", "公开知识";
        Org = "org", "机构名录";
    }
}

impl Topic {
    #[must_use]
    pub const fn message(self) -> MessageType {
        match self {
            Self::Dict => MessageType::DictSync,
            Self::Kb => MessageType::KbSync,
            Self::Org => MessageType::OrgSync,
        }
    }

    #[must_use]
    pub fn of(message: MessageType) -> Option<Self> {
        Self::ALL.iter().copied().find(|t| t.message() == message)
    }

    /// A platform publishes to those below it; its organisations it names to the one above, too.
    #[must_use]
    pub const fn goes_to(self, kind: PartnerKind) -> bool {
        match self {
            Self::Dict | Self::Kb => matches!(kind, PartnerKind::Lower),
            Self::Org => matches!(kind, PartnerKind::Lower | PartnerKind::Upper),
        }
    }

    #[must_use]
    pub const fn comes_from(self, kind: PartnerKind) -> bool {
        match self {
            Self::Dict | Self::Kb => matches!(kind, PartnerKind::Upper),
            Self::Org => matches!(kind, PartnerKind::Lower | PartnerKind::Upper),
        }
    }

    /// Who sees what came, and takes or declines it.
    #[must_use]
    pub const fn decided_by(self) -> Permission {
        match self {
            Self::Dict => Permission::AdminCategory,
            Self::Kb => Permission::KbAudit,
            Self::Org => Permission::AdminOrg,
        }
    }
}

coded! {
    /// Where a proposal stands.
    ProposalState {
        Open = "open", "待处理";
        Taken = "taken", "已采纳";
        Declined = "declined", "未采纳";
        Overtaken = "overtaken", "已有新版本";
    }
}

/// One 问题分类 with the codes it stands for now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeLine {
    pub code: String,
    pub name: String,
    pub parent: Option<String>,
    pub level: i32,
    pub active: bool,
    /// 替代的旧编码.
    pub mapped_old: Vec<String>,
}

/// One organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OrgLine {
    pub code: String,
    pub name: String,
    pub short: String,
    pub parent: Option<String>,
    pub active: bool,
}

/// A whole list in one of its versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shared<T> {
    /// Larger with each change.
    pub ver: i64,
    pub updated_at: String,
    pub items: Vec<T>,
}

/// One public article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SharedArticle {
    /// Number there: names it for ever.
    pub src_no: String,
    pub ver: i64,
    /// `put`, or `del` when it is no longer public there.
    pub op: String,
    pub title: String,
    pub body: String,
    pub category_code: String,
    pub category_name: String,
    pub keywords: String,
    /// 政策依据.
    pub basis: String,
    pub valid_from: Option<String>,
    pub valid_to: Option<String>,
    pub updated_at: String,
}

/// Longest list that is taken.
const MOST: usize = 5_000;

fn too_long(text: &str, most: usize) -> bool {
    !(1..=most).contains(&text.trim().chars().count())
}

/// Every fault of a list of codes, by field.
#[must_use]
pub fn code_faults(list: &Shared<CodeLine>) -> Vec<FieldError> {
    let bad = |c: &CodeLine| {
        c.code.len() != 6
            || !c.code.bytes().all(|b| b.is_ascii_digit())
            || too_long(&c.name, 40)
            || !(1..=3).contains(&c.level)
    };
    faults(
        list,
        list.items.iter().filter(|c| bad(c)).map(|c| c.code.as_str()).next(),
        "code 为6位数字，name 1至40字，level 1至3",
    )
}

/// Every fault of a list of organisations, by field.
#[must_use]
pub fn org_faults(list: &Shared<OrgLine>) -> Vec<FieldError> {
    let bad = |o: &OrgLine| too_long(&o.code, 40) || too_long(&o.name, 100);
    faults(list, list.items.iter().filter(|o| bad(o)).map(|o| o.code.as_str()).next(), "code 1至40字符，name 1至100字")
}

fn faults<T>(list: &Shared<T>, wrong: Option<&str>, remedy: &str) -> Vec<FieldError> {
    let mut all = Vec::new();
    if list.ver < 1 {
        all.push(FieldError::new("ver", "缺少版本号").with_remedy("从1起，每次变化加大"));
    }
    if list.items.is_empty() || list.items.len() > MOST {
        all.push(FieldError::new("items", "没有内容或过多").with_remedy("1至5000项，每次发送全部"));
    }
    if let Some(code) = wrong {
        let short: String = code.chars().take(40).collect();
        all.push(FieldError::new("items", format!("“{short}”不正确")).with_remedy(remedy.to_owned()));
    }
    all
}

/// Every fault of an article, by field.
#[must_use]
pub fn article_faults(a: &SharedArticle) -> Vec<FieldError> {
    let mut all = Vec::new();
    let mut need = |bad: bool, field: &str, message: &str, remedy: &str| {
        if bad {
            all.push(FieldError::new(field, message.to_owned()).with_remedy(remedy.to_owned()));
        }
    };
    need(too_long(&a.src_no, 64), "src_no", "缺少知识编号", "1至64个字符，同一条知识不变");
    need(a.ver < 1, "ver", "缺少版本号", "从1起，每次变化加大");
    need(!matches!(a.op.as_str(), "put" | "del"), "op", "操作不正确", "put 或 del");
    let n = |t: &str| t.trim().chars().count();
    let put = a.op != "del";
    need(put && !(4..=100).contains(&n(&a.title)), "title", "标题应为4至100字", "写群众会怎么问");
    need(put && !(10..=20_000).contains(&n(&a.body)), "body", "内容应为10至20000字", "可以告诉任何人的答复");
    need(
        n(&a.keywords) > 300 || n(&a.basis) > 1_000,
        "keywords",
        "关键词或依据过长",
        "关键词不超过300字，依据不超过1000字",
    );
    all
}

coded! {
    /// How a line of a list differs.
    ChangeKind {
        Added = "added", "新增";
        Renamed = "renamed", "改名";
        Ended = "ended", "停用";
        Resumed = "resumed", "启用";
        Mapped = "mapped", "替代旧编码";
    }
}

/// One difference between a list that came and what there is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListChange {
    pub code: String,
    pub kind: ChangeKind,
    pub was: Option<String>,
    pub now: String,
    /// Codes it replaces.
    pub replaces: Vec<String>,
}

/// Codes that another stands for, by old code.
pub type CodeMap = BTreeMap<String, String>;

/// The table of ours as others are told it.
#[must_use]
pub fn code_lines(directory: &Directory, map: &CodeMap) -> Vec<CodeLine> {
    let line = |c: &Category| CodeLine {
        code: c.code.clone(),
        name: c.name.clone(),
        parent: c.parent.clone(),
        level: c.level,
        active: c.active,
        mapped_old: map.iter().filter(|(_, new)| **new == c.code).map(|(old, _)| old.clone()).collect(),
    };
    directory.categories().map(line).collect()
}

/// Our organisations as others are told them.
#[must_use]
pub fn org_lines(directory: &Directory) -> Vec<OrgLine> {
    let code = |id| directory.org(id).map(|o| o.code.clone());
    let mut all: Vec<OrgLine> = directory
        .orgs()
        .map(|o| OrgLine {
            code: o.code.clone(),
            name: o.name.clone(),
            short: o.short.clone(),
            parent: o.parent.and_then(code),
            active: o.active,
        })
        .collect();
    all.sort_by(|a, b| a.code.cmp(&b.code));
    all
}

/// How a table that came differs from ours. What only we have is left alone; so are our key words.
#[must_use]
pub fn code_changes(ours: &Directory, map: &CodeMap, items: &[CodeLine]) -> Vec<ListChange> {
    let mut all = Vec::new();
    let replaced: BTreeSet<&String> = items.iter().flat_map(|l| &l.mapped_old).collect();
    for line in items {
        let old = ours.category(&line.code);
        let fresh: Vec<String> =
            line.mapped_old.iter().filter(|o| **o != line.code && map.get(*o) != Some(&line.code)).cloned().collect();
        let change = |kind| ListChange {
            code: line.code.clone(),
            kind,
            was: old.map(|c| c.name.clone()),
            now: line.name.trim().to_owned(),
            replaces: fresh.clone(),
        };
        match old {
            None if line.active => all.push(change(ChangeKind::Added)),
            None => {}
            Some(c) if c.active && !line.active => all.push(change(ChangeKind::Ended)),
            // What another stands for does not come back beside it.
            Some(c) if !c.active && line.active && replaced.contains(&line.code) => {}
            Some(c) if !c.active && line.active => all.push(change(ChangeKind::Resumed)),
            Some(c) if c.name != line.name.trim() => all.push(change(ChangeKind::Renamed)),
            Some(_) if !fresh.is_empty() => all.push(change(ChangeKind::Mapped)),
            Some(_) => {}
        }
    }
    all
}

/// How their list of organisations differs from the one taken last.
#[must_use]
pub fn org_changes(before: &[OrgLine], items: &[OrgLine]) -> Vec<ListChange> {
    let known: BTreeMap<&str, &OrgLine> = before.iter().map(|o| (o.code.as_str(), o)).collect();
    let listed: BTreeSet<&str> = items.iter().map(|o| o.code.as_str()).collect();
    let change = |code: &str, kind, was: Option<&OrgLine>, now: &str| ListChange {
        code: code.to_owned(),
        kind,
        was: was.map(|o| o.name.clone()),
        now: now.to_owned(),
        replaces: Vec::new(),
    };
    let mut all: Vec<ListChange> = Vec::new();
    for line in items {
        let old = known.get(line.code.as_str()).copied();
        match old {
            None if line.active => all.push(change(&line.code, ChangeKind::Added, None, &line.name)),
            Some(o) if o.active && !line.active => all.push(change(&line.code, ChangeKind::Ended, old, &line.name)),
            Some(o) if !o.active && line.active => all.push(change(&line.code, ChangeKind::Resumed, old, &line.name)),
            Some(o) if o.name != line.name => all.push(change(&line.code, ChangeKind::Renamed, old, &line.name)),
            _ => {}
        }
    }
    let gone = before.iter().filter(|o| o.active && !listed.contains(o.code.as_str()));
    all.extend(gone.map(|o| change(&o.code, ChangeKind::Ended, Some(o), &o.name)));
    all
}

/// Where a category stands: its level and what it is below, by its code `AABBCC`.
fn place(code: &str) -> (i32, Option<String>) {
    match (code.get(..2), code.get(2..4), code.get(4..)) {
        (Some(a), Some(b), Some(c)) if c != "00" => (3, Some(format!("{a}{b}00"))),
        (Some(a), Some(b), _) if b != "00" => (2, Some(format!("{a}0000"))),
        _ => (1, None),
    }
}

/// Our table after the lines chosen were taken: the categories to be written, and the codes they replace.
///
/// # Errors
/// Says which line cannot stand without which other.
pub fn take_codes(
    ours: &Directory,
    items: &[CodeLine],
    chosen: &[ListChange],
) -> Result<(Vec<Category>, CodeMap), Refusal> {
    let mut table: BTreeMap<String, Category> = ours.categories().map(|c| (c.code.clone(), c.clone())).collect();
    let (mut touched, mut map) = (BTreeSet::new(), CodeMap::new());
    for change in chosen {
        let Some(line) = items.iter().find(|l| l.code == change.code) else { continue };
        let old = table.get(&line.code).cloned();
        let place = place(&line.code);
        let new = Category {
            code: line.code.clone(),
            name: line.name.trim().to_owned(),
            parent: place.1,
            level: place.0,
            keywords: old.as_ref().map(|c| c.keywords.clone()).unwrap_or_default(),
            active: line.active,
            dept_duty_only: old.as_ref().is_some_and(|c| c.dept_duty_only),
        };
        // Ours keeps its place, key words and limits.
        let new = old.map_or(new.clone(), |c| Category { name: new.name.clone(), active: new.active, ..c });
        table.insert(new.code.clone(), new);
        touched.insert(line.code.clone());
        map.extend(change.replaces.iter().map(|o| (o.clone(), line.code.clone())));
    }
    // An old code that another stands for now is not chosen any more.
    for old in map.keys() {
        if let Some(c) = table.get_mut(old).filter(|c| c.active) {
            c.active = false;
            touched.insert(old.clone());
        }
    }
    for c in table
        .values()
        .filter(|c| c.active && (touched.contains(&c.code) || c.parent.as_ref().is_some_and(|p| touched.contains(p))))
    {
        let Some(parent) = &c.parent else { continue };
        if !table.get(parent).is_some_and(|p| p.active) {
            let text = format!("“{} {}”的上级“{parent}”没有启用，请一并采纳或都不采纳", c.code, c.name);
            return Err(Refusal::state("parent", text));
        }
    }
    Ok((touched.iter().filter_map(|code| table.get(code).cloned()).collect(), map))
}

/// An article that came, as a text of ours; the category is one of ours, chosen where theirs is unknown.
#[must_use]
pub fn article_text(a: &SharedArticle, category: &str, now: kernel::Ts) -> ArticleText {
    let at = |t: &Option<String>| t.as_deref().and_then(kernel::Ts::parse_iso);
    ArticleText {
        title: a.title.trim().to_owned(),
        body: a.body.trim().to_owned(),
        inner: String::new(),
        category: category.to_owned(),
        area: String::new(),
        keywords: a.keywords.trim().to_owned(),
        basis: a.basis.trim().to_owned(),
        public: true,
        valid_from: at(&a.valid_from).unwrap_or(now),
        valid_to: at(&a.valid_to),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn category(code: &str, name: &str, parent: Option<&str>, level: i32, active: bool) -> Category {
        Category {
            code: code.to_owned(),
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            level,
            keywords: "路灯 灯".to_owned(),
            active,
            dept_duty_only: false,
        }
    }

    fn ours() -> Directory {
        let categories = vec![
            category("030000", "城建", None, 1, true),
            category("030900", "市政设施", Some("030000"), 2, true),
            category("030901", "路灯", Some("030900"), 3, true),
            category("030902", "井盖", Some("030900"), 3, true),
        ];
        Directory::new(Vec::new(), categories, Vec::new())
    }

    fn line(code: &str, name: &str, parent: Option<&str>, level: i32, active: bool, old: &[&str]) -> CodeLine {
        CodeLine {
            code: code.to_owned(),
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            level,
            active,
            mapped_old: old.iter().map(|o| (*o).to_owned()).collect(),
        }
    }

    #[test]
    fn a_table_that_came_is_shown_as_its_differences() {
        let theirs = [
            line("030000", "城建", None, 1, true, &[]),
            line("030901", "道路照明", Some("030900"), 3, true, &[]),
            line("030903", "窨井盖", Some("030900"), 3, true, &["030902"]),
            line("040000", "环保", None, 1, false, &[]),
        ];
        let found = code_changes(&ours(), &CodeMap::new(), &theirs);
        let told: Vec<_> = found.iter().map(|c| (c.code.as_str(), c.kind, c.was.as_deref())).collect();
        assert_eq!(told, [("030901", ChangeKind::Renamed, Some("路灯")), ("030903", ChangeKind::Added, None)]);
        let (written, map) = take_codes(&ours(), &theirs, &found).unwrap();
        let told: Vec<_> = written.iter().map(|c| (c.code.as_str(), c.active, c.keywords.as_str())).collect();
        assert_eq!(
            told,
            [("030901", true, "路灯 灯"), ("030902", false, "路灯 灯"), ("030903", true, "")],
            "key words stay, the replaced ends"
        );
        assert_eq!(map.get("030902").map(String::as_str), Some("030903"));
        assert!(code_changes(&ours(), &map, &[line("030902", "井盖", None, 3, true, &[])]).is_empty());
    }

    #[test]
    fn nothing_is_left_without_what_it_stands_below() {
        let theirs = [
            line("030900", "市政设施", Some("030000"), 2, false, &[]),
            line("050101", "新类", Some("050100"), 3, true, &[]),
        ];
        let found = code_changes(&ours(), &CodeMap::new(), &theirs);
        assert_eq!(found.len(), 2);
        assert!(
            take_codes(&ours(), &theirs, &found[..1]).unwrap_err().message.contains("030900"),
            "children would hang"
        );
        assert!(take_codes(&ours(), &theirs, &found[1..]).unwrap_err().message.contains("050100"));
    }

    #[test]
    fn organisations_that_went_are_told_too() {
        let org = |code: &str, name: &str, active| OrgLine {
            code: code.to_owned(),
            name: name.to_owned(),
            active,
            ..OrgLine::default()
        };
        let before = [org("A", "甲局", true), org("B", "乙局", true), org("C", "丙局", true)];
        let after = [org("A", "甲委", true), org("B", "乙局", false), org("D", "丁局", true)];
        let told: Vec<_> = org_changes(&before, &after).into_iter().map(|c| (c.code, c.kind)).collect();
        let want =
            [("A", ChangeKind::Renamed), ("B", ChangeKind::Ended), ("D", ChangeKind::Added), ("C", ChangeKind::Ended)];
        assert_eq!(told, want.map(|(c, k)| (c.to_owned(), k)));
        assert!(org_changes(&after, &after).is_empty());
    }

    #[test]
    fn what_goes_down_does_not_come_up() {
        for kind in PartnerKind::ALL {
            for topic in [Topic::Dict, Topic::Kb] {
                assert!(!(topic.goes_to(*kind) && topic.comes_from(*kind)));
            }
            assert_eq!(Topic::Org.goes_to(*kind), Topic::Org.comes_from(*kind));
            assert_eq!(Topic::Dict.goes_to(*kind), *kind == PartnerKind::Lower);
        }
        for topic in Topic::ALL {
            assert_eq!(Topic::of(topic.message()), Some(*topic));
        }
    }

    #[test]
    fn faults_name_the_field() {
        let list = Shared { ver: 0, updated_at: String::new(), items: vec![line("3", "", None, 9, true, &[])] };
        let fields: Vec<_> = code_faults(&list).into_iter().map(|f| f.field).collect();
        assert_eq!(fields, ["ver", "items"]);
        assert!(!article_faults(&SharedArticle::default()).is_empty());
        let del =
            SharedArticle { src_no: "知000001".to_owned(), ver: 2, op: "del".to_owned(), ..SharedArticle::default() };
        assert!(article_faults(&del).is_empty(), "what is withdrawn has no text");
    }
}
