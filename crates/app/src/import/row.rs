//! A foreign row as a registration form. Lenient where history is thin: a row without a phone becomes anonymous, a
//! category is found by its words; whatever then breaks a rule is refused by the rule itself.

use std::collections::BTreeMap;

use domain::directory::Directory;
use domain::order::{Channel, Confidentiality, DemandType, RegisterForm, Requester, RequesterKind, Sex, Urgency};
use kernel::{FieldError, MailAddress, Phone, Ts};

use super::mapping::Mapping;

type Row = BTreeMap<String, String>;

/// The form of a row, or everything that is wrong with it.
pub fn form(mapping: &Mapping, row: &Row, directory: &Directory) -> Result<RegisterForm, Vec<FieldError>> {
    let mut faults = Vec::new();
    let text = |field: &str| mapping.value(field, row);
    let content = text("content").unwrap_or_default();
    let title = text("title").map(|t| t.chars().take(50).collect()).unwrap_or_default();
    let requester = requester(mapping, row);
    let unreachable = requester.phone.is_none() && requester.contact_phone.is_none();
    let category = category(mapping, &text("category").unwrap_or_default(), &content, directory);
    let form = RegisterForm {
        channel: code(text("channel"), Channel::ALL, |c| (c.code(), c.cn()), "channel", &mut faults),
        demand_type: code(text("demand_type"), DemandType::ALL, |c| (c.code(), c.cn()), "demand_type", &mut faults),
        urgency: code(text("urgency"), Urgency::ALL, |c| (c.code(), c.cn()), "urgency", &mut faults),
        confidentiality: code(
            text("confidentiality"),
            Confidentiality::ALL,
            |c| (c.code(), c.cn()),
            "confidentiality",
            &mut faults,
        ),
        category,
        title,
        content,
        wish: text("wish"),
        tags: text("tags").map(|t| split(&t)).unwrap_or_default(),
        region: text("region").unwrap_or_default(),
        address: text("address"),
        lng: number(text("lng"), "lng", &mut faults),
        lat: number(text("lat"), "lat", &mut faults),
        occurred_at: time(text("occurred_at"), "occurred_at", &mut faults),
        received_at: time(text("received_at"), "received_at", &mut faults),
        anonymous: text("anonymous").map_or(unreachable, |t| is_yes(&t)) || unreachable,
        no_reply_wanted: text("no_reply_wanted").is_some_and(|t| is_yes(&t)),
        respondent: text("respondent"),
        affected_count: number(text("affected_count"), "affected_count", &mut faults),
        requester,
        duplicates_checked: true,
        src_sys: Some(mapping.src_sys.clone()),
        src_no: text("src_no"),
        ..RegisterForm::default()
    };
    if faults.is_empty() { Ok(form) } else { Err(faults) }
}

/// A number that is no phone is dropped, not refused: old systems hold all sorts of text there.
fn requester(mapping: &Mapping, row: &Row) -> Requester {
    let text = |field: &str| mapping.value(field, row);
    let phone = |field: &str| text(field).and_then(|t| Phone::parse(&t).ok()).map(|p| p.normalised().to_owned());
    let company_name = text("company_name");
    let kind = if company_name.is_some() { RequesterKind::Company } else { RequesterKind::Person };
    Requester {
        name: text("name"),
        sex: text("sex").and_then(|t| Sex::ALL.iter().copied().find(|s| s.code() == t || s.cn() == t)),
        phone: phone("phone"),
        contact_phone: phone("contact_phone"),
        email: text("email").and_then(|t| MailAddress::parse(&t).ok()).map(|m| m.as_str().to_owned()),
        id_type: text("id_no").map(|_| "1".to_owned()),
        id_no: text("id_no"),
        address: text("home_address"),
        kind: Some(kind),
        company_name,
    }
}

/// A code as it is; otherwise the category the words mean, by name first and by content last; otherwise the default.
fn category(mapping: &Mapping, text: &str, content: &str, directory: &Directory) -> String {
    if text.is_empty() || directory.category(text).is_some() {
        return text.to_owned();
    }
    let found = |query: &str| directory.category_search(query, 8).into_iter().find(|hit| hit.level >= 2);
    let head: String = content.chars().take(40).collect();
    let hit = found(text).or_else(|| found(&head)).map(|hit| hit.code);
    hit.or_else(|| mapping.defaults.get("category").cloned()).unwrap_or_else(|| text.to_owned())
}

fn code<T: Copy>(
    text: Option<String>,
    all: &[T],
    words: fn(T) -> (&'static str, &'static str),
    field: &str,
    faults: &mut Vec<FieldError>,
) -> Option<T> {
    let text = text?;
    let found = all.iter().copied().find(|value| {
        let (code, cn) = words(*value);
        code == text || cn == text
    });
    if found.is_none() {
        let known: Vec<&str> = all.iter().map(|v| words(*v).1).collect();
        let remedy = format!("可用的值：{}；可在对应表的values中翻译", known.join("、"));
        faults.push(FieldError::new(field, format!("“{text}”不是有效的值")).with_remedy(remedy));
    }
    found
}

fn number<T: std::str::FromStr>(text: Option<String>, field: &str, faults: &mut Vec<FieldError>) -> Option<T> {
    let text = text?;
    let value = text.trim().parse().ok();
    if value.is_none() {
        faults.push(FieldError::new(field, format!("“{text}”不是数字")));
    }
    value
}

fn time(text: Option<String>, field: &str, faults: &mut Vec<FieldError>) -> Option<Ts> {
    let text = text?;
    let value = read_time(text.trim());
    if value.is_none() {
        let remedy = "请使用2026-11-24 10:05:00这样的格式";
        faults.push(FieldError::new(field, format!("时间“{text}”无法识别")).with_remedy(remedy));
    }
    value
}

/// `2026-11-24 10:05:00`, `2026/1/4 11:17`, `2026-11-24`, or an RFC 3339 instant; Beijing time unless it says otherwise.
pub fn read_time(text: &str) -> Option<Ts> {
    if let Some(at) = Ts::parse_iso(text) {
        return Some(at);
    }
    let (day, clock) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let parts: Vec<i16> = day.split(['-', '/', '.']).map(str::parse).collect::<Result<_, _>>().ok()?;
    let [year, month, date] = parts[..] else { return None };
    let hms: Vec<i8> =
        clock.split(':').map(|p| p.split('.').next().unwrap_or(p).parse()).collect::<Result<_, _>>().ok()?;
    let (h, m, s) = match hms[..] {
        [h, m] => (h, m, 0),
        [h, m, s] => (h, m, s),
        _ => return None,
    };
    let date = kernel::Date::new(year, i8::try_from(month).ok()?, i8::try_from(date).ok()?).ok()?;
    let civil = kernel::DateTime::new(date.year(), date.month(), date.day(), h, m, s, 0).ok()?;
    Some(Ts::from_civil(civil))
}

fn is_yes(text: &str) -> bool {
    matches!(text.trim().to_lowercase().as_str(), "是" | "1" | "true" | "yes" | "y")
}

fn split(text: &str) -> Vec<String> {
    text.split([',', '，', '、', ';', '；', ' ']).filter(|t| !t.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let category = |code: &str, name: &str, parent: Option<&str>, level| domain::directory::Category {
            code: code.to_owned(),
            name: name.to_owned(),
            parent: parent.map(str::to_owned),
            level,
            keywords: String::new(),
            active: true,
            dept_duty_only: false,
        };
        let rows = vec![category("020000", "城乡建设", None, 1), category("020300", "路灯照明", Some("020000"), 2)];
        Directory::new(Vec::new(), rows, Vec::new())
    }

    fn mapping() -> Mapping {
        Mapping::from_toml(
            "src_sys = \"old\"\n[columns]\nsrc_no = \"编号\"\ncontent = \"内容\"\nphone = \"电话\"\ncategory = \"类别\"\n\
             received_at = \"时间\"\ndemand_type = \"类型\"\n[constants]\nchannel = \"02\"\n",
        )
        .unwrap()
    }

    fn row(pairs: &[(&str, &str)]) -> Row {
        pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect()
    }

    #[test]
    fn a_thin_row_becomes_an_anonymous_form() {
        let row = row(&[
            ("编号", "7"),
            ("内容", "路灯三天不亮"),
            ("类别", "路灯"),
            ("类型", "投诉"),
            ("时间", "2020/1/4 11:17"),
            ("电话", "无"),
        ]);
        let form = form(&mapping(), &row, &directory()).unwrap();
        assert!(form.anonymous);
        assert_eq!(form.category, "020300");
        assert_eq!(form.demand_type, Some(DemandType::Complaint));
        assert_eq!(form.received_at.unwrap().format_cn(), "2020-01-04 11:17");
        assert_eq!((form.src_sys.as_deref(), form.src_no.as_deref()), (Some("old"), Some("7")));
    }

    #[test]
    fn words_that_mean_no_category_take_the_default_one() {
        let row = row(&[("内容", "其他事情一件"), ("类别", "无此类")]);
        assert_eq!(form(&mapping(), &row, &directory()).unwrap().category, "无此类");
        let mapping = Mapping { defaults: BTreeMap::from([("category".to_owned(), "990300".to_owned())]), ..mapping() };
        assert_eq!(form(&mapping, &row, &directory()).unwrap().category, "990300");
    }

    #[test]
    fn unreadable_values_are_named_with_the_remedy() {
        let row = row(&[("内容", "路灯"), ("类型", "吵架"), ("时间", "昨天")]);
        let faults = form(&mapping(), &row, &directory()).unwrap_err();
        let fields: Vec<&str> = faults.iter().map(|f| f.field.as_str()).collect();
        assert_eq!(fields, ["demand_type", "received_at"]);
        assert!(faults[0].remedy.as_deref().unwrap().contains("咨询"));
    }
}
