//! Typed keys. Each noun has its own type, so that a task key can never be passed where an order key is meant.
//! Keys are UUID version 7 (RFC 9562): they sort by the time they were minted.

use crate::ts::{Mint, Ts};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares key types over [`Uuid`]: ordered, hashable, transparent in JSON, in SQL (feature `sqlx`) and in the API
/// document (feature `openapi`).
macro_rules! typed_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent))]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = String, format = Uuid))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new key minted at `now`.
            pub fn mint(mint: &dyn Mint, now: Ts) -> Self {
                Self(mint.uuid(now))
            }

            /// The bare UUID, for cursors and bindings.
            pub const fn uuid(self) -> Uuid {
                self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    )+};
}

typed_id! {
    /// Key of a work order (工单).
    OrderId;
    /// Key of one unit's task inside an order (承办任务).
    TaskId;
    /// Key of a running or stopped deadline (时限).
    ClockId;
    /// Key of a request for extension, return or exemption (申请).
    RequestId;
    /// Key of a callback (回访).
    CallbackId;
    /// Key of a contact (联系记录).
    ContactId;
    /// Key of an organisation (机构).
    OrgId;
    /// Key of a user (用户).
    UserId;
    /// Key of a user's appointment to a role in an organisation (任职).
    AppointmentId;
    /// Key of a login session (会话).
    SessionId;
    /// Key of a flow-log entry (流转记录).
    FlowId;
    /// Key of an audit record (审计记录).
    AuditId;
    /// Key of a notice (通知).
    NoticeId;
    /// Key of a background job (后台任务).
    JobId;
    /// Key of an attachment (附件).
    AttachmentId;
    /// Key of a draft (草稿).
    DraftId;
    /// Key of a link between orders (关联).
    LinkId;
    /// Key of a joint event that gathers orders about one matter (并案).
    EventId;
    /// Key of a saved filter (常用筛选).
    FilterId;
    /// Key of an export (导出).
    ExportId;
    /// Key of an import (导入).
    ImportId;
    /// Key of a supervision (督办).
    SupervisionId;
    /// Key of a card of the electronic monitoring (监察牌).
    CardId;
    /// Key of a consultation between units (会商).
    ConsultationId;
    /// Key of a telephone call (通话), from the first ring to the last party's leaving.
    CallId;
    /// Key of one party's line in a call (话路).
    LegId;
    /// Key of a call recording (录音).
    RecordingId;
    /// Key of a duty to call somebody back (回拨任务).
    CallTaskId;
    /// Key of a quality score of a call (质检评分).
    ScoreId;
    /// Key of an announcement or replaced prompt (语音公告).
    PromptId;
    /// Key of an article of the knowledge base (知识条目).
    ArticleId;
    /// Key of a correction ticket about an article (纠错工单).
    FixId;
    /// Key of a version of a survey (问卷).
    SurveyId;
    /// Key of a window or department that is rated (评价点).
    PointId;
    /// Key of an answered survey (答卷).
    AnswerId;
    /// Key of an issued document (文书).
    PaperId;
    /// Key of a version of a document's template (文书模板).
    TemplateId;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ts::SeqMint;

    #[test]
    fn key_survives_text_and_json() {
        let id = OrderId::mint(&SeqMint::new(), Ts(1_700_000_000_000));
        assert_eq!(id.to_string().parse::<OrderId>().unwrap(), id);
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(json, format!("\"{id}\""));
        assert_eq!(serde_json::from_str::<OrderId>(&json).unwrap(), id);
    }

    #[test]
    fn bad_key_text_is_refused() {
        assert!("not-a-key".parse::<TaskId>().is_err());
    }

    #[test]
    fn keys_sort_by_the_time_they_were_minted() {
        let mint = SeqMint::new();
        let late = OrderId::mint(&mint, Ts(2_000));
        let early = OrderId::mint(&mint, Ts(1_000));
        assert!(early < late);
        assert_eq!(early.uuid().get_version_num(), 7);
    }

    #[cfg(feature = "openapi")]
    #[test]
    fn key_is_documented_as_uuid_string() {
        use utoipa::PartialSchema;
        let schema = serde_json::to_value(OrderId::schema()).unwrap();
        assert_eq!(schema["type"], "string");
        assert_eq!(schema["format"], "uuid");
    }

    #[cfg(feature = "sqlx")]
    #[test]
    fn keys_and_instants_are_columns_of_both_engines() {
        fn column<DB: sqlx::Database, T>() -> String
        where
            T: sqlx::Type<DB> + for<'q> sqlx::Encode<'q, DB> + for<'r> sqlx::Decode<'r, DB>,
        {
            T::type_info().to_string()
        }
        assert_eq!(column::<sqlx::Postgres, OrderId>(), "UUID");
        assert_eq!(column::<sqlx::Sqlite, OrderId>(), "BLOB");
        assert_eq!(column::<sqlx::Postgres, Ts>(), "INT8");
        assert_eq!(column::<sqlx::Sqlite, Ts>(), "INTEGER");
    }
}
