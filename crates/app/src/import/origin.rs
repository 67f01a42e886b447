//! 来源情况 of history: what a letter, a visit, a superior's or the press's matter brought along. What an old system left out
//! stays out; what it wrote into the wrong row is told, for it would be lost.

use std::collections::BTreeMap;

use domain::order::origin::{Asked, MOST_REPRESENTATIVES, asked};
use domain::order::{Channel, Origin, Representative};
use kernel::{FieldError, Phone, Ts};

use super::mapping::{Mapping, word};
use super::row::{number, time};

type Row = BTreeMap<String, String>;

/// Most people a visit may bring, as at the desk.
const MOST_PEOPLE: i32 = 10_000;

/// What the columns say, or everything that is wrong with them. A letter or a visit without a date of its own has that of its
/// receipt.
pub fn origin(
    mapping: &Mapping,
    row: &Row,
    channel: Option<Channel>,
    received_at: Option<Ts>,
    faults: &mut Vec<FieldError>,
) -> Origin {
    let text = |field: &str| mapping.value(field, row);
    let has = channel.map_or(Asked::NOTHING, asked);
    misplaced(mapping, row, channel, has, faults);
    let must = has.at.is_some_and(|(_, must)| must);
    let head_count = number(text("head_count"), "head_count", faults);
    if head_count.is_some_and(|n| !(1..=MOST_PEOPLE).contains(&n)) {
        faults.push(FieldError::new("head_count", format!("来访人数须在1至{MOST_PEOPLE}之间")));
    }
    let link = text("origin_link");
    if let Some(Err(e)) = link.as_deref().map(domain::order::origin::link) {
        faults.push(e.at("origin_link"));
    }
    let number_cell = text("origin_number");
    // 报道出处 of older tables is the outlet.
    let outlet = number_cell.clone().filter(|_| channel == Some(Channel::Media));
    Origin {
        source: text("origin_source").or(outlet),
        limit_at: time(text("origin_limit"), "origin_limit", faults),
        title: text("origin_title"),
        link,
        at: time(text("origin_at"), "origin_at", faults).or(received_at.filter(|_| must)),
        number: number_cell.filter(|_| has.number.is_some()),
        place: text("origin_place"),
        head_count,
        representatives: representatives(&text("representatives").unwrap_or_default(), faults),
    }
}

/// Cells that the row's own channel has no room for.
fn misplaced(mapping: &Mapping, row: &Row, channel: Option<Channel>, has: Asked, faults: &mut Vec<FieldError>) {
    let rooms = [
        ("origin_at", has.at.is_some()),
        ("origin_number", has.number.is_some() || channel == Some(Channel::Media)),
        ("origin_source", has.source.is_some()),
        ("origin_limit", has.limit),
        ("origin_title", has.report),
        ("origin_link", has.report),
        ("origin_place", has.visit),
        ("head_count", has.visit),
        ("representatives", has.visit),
    ];
    let name = channel.map_or("未填写", Channel::cn);
    for (field, room) in rooms {
        if !room && mapping.read(field, row).is_some() {
            let message = format!("诉求来源为“{name}”的不填{}", word(field));
            faults.push(FieldError::new(field, message).with_remedy("请核对该行的诉求来源，或清空这一格"));
        }
    }
}

/// `李大强 13900001111；王小丽`: one after the other, each with a number or without.
fn representatives(text: &str, faults: &mut Vec<FieldError>) -> Vec<Representative> {
    let people = text.split(['；', ';', '、', ',', '，', '\n']).map(person).filter(|r| !r.name.is_empty());
    let listed: Vec<Representative> = people.collect();
    if listed.len() > MOST_REPRESENTATIVES {
        let message = format!("来访代表不得超过{MOST_REPRESENTATIVES}人，现有{}人", listed.len());
        faults.push(FieldError::new("representatives", message).with_remedy("姓名之间用“；”隔开，号码跟在姓名后面"));
    }
    listed
}

/// As with the requester, a number that is no phone is dropped.
fn person(text: &str) -> Representative {
    let parts = text.split(|c: char| c.is_whitespace() || "（）()：:/".contains(c)).filter(|p| !p.is_empty());
    let (phones, names): (Vec<&str>, Vec<&str>) = parts.partition(|p| p.bytes().any(|b| b.is_ascii_digit()));
    let phone = phones.into_iter().find_map(|p| Phone::parse(p).ok()).map(|p| p.normalised().to_owned());
    Representative { name: names.concat(), phone }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(channel: Channel, pairs: &[(&str, &str)]) -> (Origin, Vec<String>) {
        let mapping = Mapping::from_toml(
            "src_sys = \"old\"\n[columns]\norigin_at = \"日期\"\norigin_number = \"编号\"\norigin_place = \"地点\"\n\
             origin_source = \"单位\"\norigin_limit = \"时限\"\norigin_title = \"标题\"\norigin_link = \"链接\"\n\
             head_count = \"人数\"\nrepresentatives = \"代表\"\n",
        )
        .unwrap();
        let row = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let mut faults = Vec::new();
        let made = origin(&mapping, &row, Some(channel), Ts::parse_iso("2024-05-06T09:00:00+08:00"), &mut faults);
        (made, faults.iter().map(|f| format!("{} {}", f.field, f.message)).collect())
    }

    #[test]
    fn a_visit_brings_people_and_a_letter_its_number() {
        let people = "李大强（13900001111）；王小丽 电话不详、赵六 010-1";
        let (visit, faults) = read(Channel::Visit, &[("人数", "6"), ("代表", people), ("地点", "接待大厅")]);
        assert_eq!(faults, Vec::<String>::new());
        let named: Vec<_> = visit.representatives.iter().map(|r| (r.name.as_str(), r.phone.as_deref())).collect();
        assert_eq!(named[0], ("李大强", Some("13900001111")));
        assert_eq!((named.len(), named[2]), (3, ("赵六", None)));
        assert_eq!(visit.at.unwrap().format_cn(), "2024-05-06 09:00", "the day it was received");
        let (letter, faults) = read(Channel::Letter, &[("日期", "2024/5/3"), ("编号", "XA1")]);
        assert_eq!((faults.len(), letter.number.as_deref()), (0, Some("XA1")));
        assert_eq!(letter.at.unwrap().format_cn(), "2024-05-03 00:00");
        assert_eq!(read(Channel::Phone, &[]).0, Origin::default());
    }

    #[test]
    fn a_superiors_matter_brings_its_limit_and_the_press_its_report() {
        let (made, faults) =
            read(Channel::Superior, &[("单位", "省信访局"), ("编号", "省督〔2024〕3号"), ("时限", "2024/6/1")]);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!((made.source.as_deref(), made.number.as_deref()), (Some("省信访局"), Some("省督〔2024〕3号")));
        assert_eq!(
            made.limit_at.unwrap().format_cn(),
            "2024-06-01 00:00",
            "the whole of the day, as the desk takes it"
        );
        let (made, faults) =
            read(Channel::Media, &[("编号", "云溪晚报"), ("标题", "路灯"), ("链接", "https://a.cn/1")]);
        assert_eq!((faults.len(), made.source.as_deref(), made.number), (0, Some("云溪晚报"), None), "an older table");
        assert_eq!((made.title.as_deref(), made.link.as_deref()), (Some("路灯"), Some("https://a.cn/1")));
        let (_, faults) =
            read(Channel::Media, &[("单位", "云溪晚报"), ("链接", "javascript:alert(1)"), ("时限", "2024/6/1")]);
        assert_eq!(
            faults,
            ["origin_limit 诉求来源为“媒体”的不填上级限办日期", "origin_link 链接须以http://或https://开头"]
        );
    }

    #[test]
    fn what_is_wrong_is_told_by_its_field() {
        let (_, faults) =
            read(Channel::Visit, &[("日期", "前天"), ("人数", "一家"), ("代表", "甲；乙；丙；丁；戊；己")]);
        let fields: Vec<&str> = faults.iter().filter_map(|f| f.split(' ').next()).collect();
        assert_eq!(fields, ["head_count", "origin_at", "representatives"]);
        assert!(read(Channel::Visit, &[("人数", "0")]).1[0].contains("1至10000"));
        let (_, faults) = read(Channel::Phone, &[("人数", "3"), ("编号", "XA1")]);
        assert_eq!(
            faults,
            ["origin_number 诉求来源为“电话”的不填来件编号", "head_count 诉求来源为“电话”的不填来访人数"]
        );
    }
}
