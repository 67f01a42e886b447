//! Keyset paging: a page starts after a cursor, which names the last row seen by its sort value and key.

use crate::refusal::{FieldError, Refusal};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Rows wanted, 1..=200.
    pub limit: u16,
    /// Start after this row; from the beginning when absent.
    pub after: Option<Cursor>,
}

impl Page {
    pub const MAX: u16 = 200;
    pub const DEFAULT: u16 = 20;

    /// From query parameters. Refuses a limit outside 1..=200 and a cursor that this system did not give out.
    pub fn try_new(limit: Option<u32>, after: Option<&str>) -> Result<Self, Refusal> {
        let limit = match limit {
            None => Self::DEFAULT,
            Some(n) => u16::try_from(n).ok().filter(|n| (1..=Self::MAX).contains(n)).ok_or_else(|| {
                FieldError::new("limit", format!("每页条数应在1到{}之间", Self::MAX)).with_remedy("请减少每页条数")
            })?,
        };
        let after = match after.filter(|text| !text.is_empty()) {
            None => None,
            Some(text) => Some(Cursor::decode(text)?),
        };
        Ok(Self { limit, after })
    }

    /// The first page; `limit` is brought into range.
    pub fn first(limit: u16) -> Self {
        Self { limit: limit.clamp(1, Self::MAX), after: None }
    }

    /// The page after `cursor`; `limit` is brought into range.
    pub fn after(limit: u16, cursor: Cursor) -> Self {
        Self { after: Some(cursor), ..Self::first(limit) }
    }
}

impl Default for Page {
    fn default() -> Self {
        Self::first(Self::DEFAULT)
    }
}

/// The value the list is sorted by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKey {
    Int(i64),
    Text(String),
}

/// The last row seen: sort value and key (the tie-breaker). Opaque base64url text outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub key: SortKey,
    pub id: Uuid,
}

impl Cursor {
    pub fn int(value: i64, id: impl Into<Uuid>) -> Self {
        Self { key: SortKey::Int(value), id: id.into() }
    }

    pub fn text(value: impl Into<String>, id: impl Into<Uuid>) -> Self {
        Self { key: SortKey::Text(value.into()), id: id.into() }
    }

    /// The integer sort value; `None` for a cursor of a list sorted by text.
    pub const fn as_int(&self) -> Option<i64> {
        match self.key {
            SortKey::Int(value) => Some(value),
            SortKey::Text(_) => None,
        }
    }

    /// The text sort value; `None` for a cursor of a list sorted by number.
    pub fn as_text(&self) -> Option<&str> {
        match &self.key {
            SortKey::Int(_) => None,
            SortKey::Text(value) => Some(value),
        }
    }

    pub fn encode(&self) -> String {
        let mut bytes = self.id.as_bytes().to_vec();
        match &self.key {
            SortKey::Int(value) => {
                bytes.push(b'i');
                bytes.extend_from_slice(&value.to_be_bytes());
            }
            SortKey::Text(value) => {
                bytes.push(b't');
                bytes.extend_from_slice(value.as_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Refuses any text that [`Cursor::encode`] did not produce.
    pub fn decode(text: &str) -> Result<Self, FieldError> {
        Self::read(text).ok_or_else(|| FieldError::new("after", "翻页位置无效").with_remedy("请从第一页重新查询"))
    }

    fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (id, rest) = bytes.split_first_chunk::<16>()?;
        let (tag, value) = rest.split_first()?;
        let key = match tag {
            b'i' => SortKey::Int(i64::from_be_bytes(value.try_into().ok()?)),
            b't' => SortKey::Text(std::str::from_utf8(value).ok()?.to_owned()),
            _ => return None,
        };
        Some(Self { key, id: Uuid::from_bytes(*id) })
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.encode())
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::decode(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Cursor {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <String as utoipa::PartialSchema>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Cursor {}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cursor_survives_its_text(number in any::<i64>(), text in ".*", id in any::<u128>()) {
            let id = Uuid::from_u128(id);
            for cursor in [Cursor::int(number, id), Cursor::text(text.clone(), id)] {
                prop_assert_eq!(Cursor::decode(&cursor.encode()), Ok(cursor));
            }
        }

        #[test]
        fn foreign_text_is_refused_without_panic(text in ".*") {
            if let Ok(cursor) = Cursor::decode(&text) {
                prop_assert_eq!(cursor.encode(), text);
            }
        }
    }

    #[test]
    fn limit_out_of_range_names_the_field() {
        for bad in [0, 201, 70_000] {
            let refusal = Page::try_new(Some(bad), None).unwrap_err();
            assert_eq!(refusal.fields[0].field, "limit");
        }
        assert_eq!(Page::try_new(Some(200), None).unwrap().limit, 200);
        assert_eq!(Page::try_new(None, Some("")).unwrap(), Page::default());
    }

    #[test]
    fn broken_cursor_names_the_field_and_the_remedy() {
        let refusal = Page::try_new(None, Some("!!")).unwrap_err();
        assert_eq!(refusal.fields[0].field, "after");
        assert!(refusal.fields[0].remedy.is_some());
    }

    #[test]
    fn cursor_is_text_in_json() {
        let cursor = Cursor::int(-5, Uuid::from_u128(9));
        let json = serde_json::to_string(&cursor).unwrap();
        assert_eq!(serde_json::from_str::<Cursor>(&json).unwrap(), cursor);
        assert_eq!(cursor.as_int(), Some(-5));
        assert_eq!(cursor.as_text(), None);
    }
}
