//! Administrative division codes: six digits of GB/T 2260 (province, city, county), three of GB/T 10114 (town), three of
//! the statistical village code.

use crate::refusal::FieldError;
use serde::{Deserialize, Deserializer, Serialize};

/// How deep a code reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum RegionLevel {
    /// 省级
    Province,
    /// 地级
    City,
    /// 县级
    County,
    /// 乡级
    Town,
    /// 村级
    Village,
}

impl RegionLevel {
    const ALL: [Self; 5] = [Self::Province, Self::City, Self::County, Self::Town, Self::Village];

    /// Digits that carry meaning at this level.
    pub const fn width(self) -> usize {
        match self {
            Self::Province => 2,
            Self::City => 4,
            Self::County => 6,
            Self::Town => 9,
            Self::Village => 12,
        }
    }
}

const LEN: usize = 12;

/// A twelve-digit division code, filled with zeros below its level.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String))]
#[serde(transparent)]
pub struct RegionCode(String);

impl RegionCode {
    /// Reads 2, 4, 6, 9 or 12 digits. The error names the field `region_code`; see [`FieldError::at`].
    pub fn parse(text: &str) -> Result<Self, FieldError> {
        let text = text.trim();
        let digits = text.bytes().all(|b| b.is_ascii_digit());
        let known_width = RegionLevel::ALL.iter().any(|level| level.width() == text.len());
        if !digits || !known_width || text.starts_with('0') {
            return Err(FieldError::new("region_code", format!("行政区划代码“{text}”无效"))
                .with_remedy("请填写6位、9位或12位行政区划代码"));
        }
        Ok(Self(format!("{text:0<LEN$}")))
    }

    /// Twelve digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The six digits of GB/T 2260.
    pub fn region6(&self) -> &str {
        &self.0[..6]
    }

    /// The deepest level that is not filled with zeros. Cities without counties keep a zero county (441900003000 is a
    /// town of 东莞), so the deepest part decides, not the first gap.
    pub fn level(&self) -> RegionLevel {
        let filled = self.0.trim_end_matches('0').len();
        RegionLevel::ALL.into_iter().find(|level| filled <= level.width()).unwrap_or(RegionLevel::Village)
    }

    /// The digits that carry meaning; use them for `LIKE 'prefix%'`.
    pub fn prefix(&self) -> &str {
        &self.0[..self.level().width()]
    }

    /// The division above; `None` for a province. The town of a city without counties belongs to the city.
    pub fn parent(&self) -> Option<Self> {
        let above = RegionLevel::ALL.iter().rev().find(|level| **level < self.level())?;
        Some(Self(format!("{:0<LEN$}", &self.0[..above.width()])))
    }

    /// Whether `other` is this division or lies in it.
    pub fn is_prefix_of(&self, other: &Self) -> bool {
        other.0.starts_with(self.prefix())
    }

    /// All divisions from the province down to this one.
    pub fn lineage(&self) -> Vec<Self> {
        let mut line: Vec<_> = std::iter::successors(Some(self.clone()), Self::parent).collect();
        line.reverse();
        line
    }
}

impl std::fmt::Display for RegionCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for RegionCode {
    type Err = FieldError;
    fn from_str(text: &str) -> Result<Self, FieldError> {
        Self::parse(text)
    }
}

impl<'de> Deserialize<'de> for RegionCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> RegionCode {
        RegionCode::parse(text).unwrap()
    }

    #[test]
    fn codes_know_level_and_parent() {
        let village = code("110101001005");
        let line: Vec<_> = village.lineage().iter().map(|c| (c.level(), c.as_str().to_owned())).collect();
        let want = [
            (RegionLevel::Province, "110000000000"),
            (RegionLevel::City, "110100000000"),
            (RegionLevel::County, "110101000000"),
            (RegionLevel::Town, "110101001000"),
            (RegionLevel::Village, "110101001005"),
        ];
        assert_eq!(line, want.map(|(level, text)| (level, text.to_owned())));
    }

    #[test]
    fn town_of_a_city_without_counties_belongs_to_the_city() {
        let town = code("441900003");
        assert_eq!(town.level(), RegionLevel::Town);
        assert_eq!(town.parent().and_then(|c| c.parent()).unwrap(), code("440000"));
        assert!(code("4419").is_prefix_of(&town));
    }

    #[test]
    fn trailing_zero_inside_a_part_is_not_a_gap() {
        assert_eq!(code("110110").level(), RegionLevel::County);
        assert_eq!(code("110110").prefix(), "110110");
        assert_eq!(code("500000").level(), RegionLevel::Province);
        assert_eq!(code("110101010").level(), RegionLevel::Town);
        assert_eq!(code("110101001200").level(), RegionLevel::Village);
    }

    #[test]
    fn containment_is_by_meaningful_digits() {
        assert!(code("110000").is_prefix_of(&code("110101001")));
        assert!(code("110101").is_prefix_of(&code("110101")));
        assert!(!code("110101").is_prefix_of(&code("110102001")));
        assert!(!code("110101001").is_prefix_of(&code("110101")));
    }

    #[test]
    fn bad_codes_are_refused_with_a_remedy() {
        for bad in ["", "1", "110", "11010a", "010101", "1101010010051", "北京"] {
            assert_eq!(RegionCode::parse(bad).unwrap_err().field, "region_code", "{bad}");
        }
        assert!(serde_json::from_str::<RegionCode>("\"110\"").is_err());
        assert_eq!(serde_json::to_string(&code("110101")).unwrap(), "\"110101000000\"");
    }
}
