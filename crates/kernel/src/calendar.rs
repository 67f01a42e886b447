use crate::ts::Ts;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum DayKind {
    Off,
    Work,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DayOverride {
    pub kind: DayKind,
    pub note: String,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WorkHours {
    pub start_min: u16,
    pub noon_start_min: u16,
    pub noon_end_min: u16,
    pub end_min: u16,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Unit {
    WorkDay,
    CalendarDay,
    Hour,
    WorkHour,
    Minute,
}
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Cutoff {
    #[default]
    Midnight,
    Business,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Due {
    pub due: Ts,
    pub steps: Arithmetic,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Arithmetic {
    pub start: Ts,
    pub qty: i64,
    pub unit: Unit,
    pub cutoff: Cutoff,
    pub counted: u32,
    pub skipped: Vec<SkippedDay>,
    pub added: Vec<AddedDay>,
    pub rolled: Option<RolledOver>,
    pub due: Ts,
}
impl Arithmetic {
    pub fn explain_cn(&self) -> Vec<String> {
        unimplemented!()
    }
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SkippedDay {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Date,
    pub why: SkipReason,
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "note")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SkipReason {
    Weekend,
    Holiday(String),
}
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddedDay {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub date: Date,
    pub note: String,
}
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RolledOver {
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub from: Date,
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub to: Date,
}
#[derive(Clone, Debug)]
pub struct Calendar {}
impl Calendar {
    pub fn new(_overrides: BTreeMap<Date, DayOverride>, _hours: WorkHours) -> Self {
        unimplemented!()
    }
    pub fn shipped() -> Self {
        unimplemented!()
    }
    pub fn is_working(&self, _date: Date) -> bool {
        unimplemented!()
    }
    pub fn years_covered(&self) -> Vec<i16> {
        unimplemented!()
    }
    pub fn missing_year(&self, _date: Date) -> bool {
        unimplemented!()
    }
    pub fn add(&self, _start: Ts, _qty: i64, _unit: Unit, _cutoff: Cutoff) -> Due {
        unimplemented!()
    }
    pub fn subtract_warn(&self, _due: Ts, _qty: i64, _unit: Unit) -> Ts {
        unimplemented!()
    }
    pub fn working_days_between(&self, _a: Date, _b: Date) -> i64 {
        unimplemented!()
    }
    pub fn resume(&self, _due: Ts, _paused_at: Ts, _resumed_at: Ts, _unit: Unit) -> Ts {
        unimplemented!()
    }
}
