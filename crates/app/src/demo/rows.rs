//! The files of `seed/demo`.

use kernel::Ts;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::{Error, Result};

pub const ORGS: &str = include_str!("../../seed/demo/orgs.csv");
pub const USERS: &str = include_str!("../../seed/demo/users.csv");
pub const REGIONS: &str = include_str!("../../seed/demo/regions.csv");
pub const CATALOGUE: &str = include_str!("../../seed/demo/catalogue.csv");
pub const ORDERS: &str = include_str!("../../seed/demo/orders.csv");

#[derive(Clone, Debug, Deserialize)]
pub struct OrgRow {
    pub code: String,
    pub name: String,
    pub short: String,
    pub parent_code: String,
    pub superior_code: String,
    pub level: String,
    pub kind: String,
    pub group: String,
    pub region_code: String,
    pub phone: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct UserRow {
    pub login: String,
    pub name: String,
    pub org_code: String,
    pub position: String,
    pub roles: String,
    pub scope: String,
    pub is_duty: String,
    pub phone: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct RegionRow {
    pub code12: String,
    pub name: String,
    pub level: String,
    pub parent: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct CatalogueRow {
    pub category_code: String,
    pub region_code: String,
    pub lead_org_code: String,
    pub co_org_codes: String,
    pub legal_basis: String,
    pub dept_duty_only: String,
}

/// One order and how far it has come. `{D+3}` in the reply means three days after it was registered.
#[derive(Clone, Debug, Deserialize)]
pub struct OrderRow {
    pub seq: u32,
    pub days_ago: i64,
    pub hour: i64,
    pub channel: String,
    pub demand_type: String,
    pub category_code: String,
    pub region_code12: String,
    pub address: String,
    pub title: String,
    pub content: String,
    pub wish: String,
    pub requester_name: String,
    pub sex: String,
    pub phone: String,
    pub anonymous: String,
    pub confidentiality: String,
    pub urgency: String,
    pub lead_org_code: String,
    pub target_state: String,
    pub reply_text: String,
    pub rating: String,
    pub solved: String,
    pub cluster: String,
    pub merged_into: Option<u32>,
    pub repeat_of: Option<u32>,
    pub reason_code: String,
    pub reason_text: String,
    pub redirect: String,
    pub dissatisfy_reason: String,
}

/// Every row of a file.
pub fn read<T: DeserializeOwned>(name: &str, text: &str) -> Result<Vec<T>> {
    crate::seed::rows(&format!("demo/{name}"), text)
}

/// A code of an enumeration.
pub fn code<T: std::str::FromStr>(what: &str, text: &str) -> Result<T> {
    text.parse().map_err(|_| Error::broken(format_args!("seed/demo: {text} is no {what}")))
}

/// `None` for an empty text.
pub fn filled(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// Puts dates in place of `{D+n}`: so many days after `day`. What has been done was done by `today`; only what is
/// promised (`{D+n}前`) lies ahead.
pub fn dated(text: &str, day: Ts, today: Ts) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{D") {
        out.push_str(before);
        let Some((offset, tail)) = after.split_once('}') else {
            rest = after;
            break;
        };
        let then = day.plus_days(offset.trim_start_matches('+').parse().unwrap_or(0));
        let date = if tail.starts_with('前') { then } else { then.min(today) }.date();
        out.push_str(&format!("{}月{}日", date.month(), date.day()));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_in_replies_follow_the_day_of_registration() {
        let day = Ts::parse_iso("2026-10-30T09:00:00+08:00").unwrap();
        let text = "{D+1}到场，{D+5}完工，{D}登记，{D+9}前回访";
        assert_eq!(dated(text, day, day.plus_days(30)), "10月31日到场，11月4日完工，10月30日登记，11月8日前回访");
        assert_eq!(dated(text, day, day.plus_days(2)), "10月31日到场，11月1日完工，10月30日登记，11月8日前回访");
    }

    #[test]
    fn every_file_reads() {
        assert!(read::<OrgRow>("orgs.csv", ORGS).unwrap().len() > 50);
        assert!(read::<UserRow>("users.csv", USERS).unwrap().len() > 100);
        assert!(read::<RegionRow>("regions.csv", REGIONS).unwrap().len() > 50);
        assert!(read::<CatalogueRow>("catalogue.csv", CATALOGUE).unwrap().len() > 200);
        assert!(read::<OrderRow>("orders.csv", ORDERS).unwrap().len() > 300);
    }
}
