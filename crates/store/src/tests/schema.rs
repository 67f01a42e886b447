use std::collections::BTreeSet;

use testkit::{block, engines};

use super::open;

#[test]
fn every_statement_prepares_on_both_engines() {
    block(async {
        for test in engines().await {
            let store = open(test.db()).await;
            let mut broken = Vec::new();
            for (name, sql) in crate::statements() {
                if let Err(e) = db::prepares(&store.db, &sql).await {
                    broken.push(format!("{name}: {e}"));
                }
            }
            assert!(broken.is_empty(), "{}:\n{}", test.engine(), broken.join("\n"));
        }
    });
}

#[test]
fn statement_names_are_unique_and_few_differ_between_engines() {
    let all = crate::statements();
    let names: BTreeSet<&str> = all.iter().map(|(name, _)| *name).collect();
    assert_eq!(names.len(), all.len());
    let split: Vec<&str> = all.iter().filter(|(_, sql)| sql.is_split()).map(|(name, _)| *name).collect();
    assert!(split.len() * 100 <= all.len() * 8, "{} of {}: {split:?}", split.len(), all.len());
}

/// SQLite's `INTEGER` and `BIGINT` are one type; the text index is each engine's own.
fn shape(columns: Vec<db::Column>) -> Vec<(String, String, bool)> {
    columns
        .into_iter()
        .map(|c| (c.name, if c.kind == "integer" { "bigint".to_owned() } else { c.kind }, c.nullable))
        .collect()
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    block(async {
        let mut schemas = Vec::new();
        for test in engines().await {
            let store = open(test.db()).await;
            let mut schema = Vec::new();
            for table in db::tables(&store.db).await.unwrap() {
                if !table.starts_with("order_text") && !table.starts_with("kb_text") {
                    let columns = shape(db::columns(&store.db, &table).await.unwrap());
                    schema.push((table, columns));
                }
            }
            schemas.push(schema);
        }
        assert!(schemas[0].len() > 30);
        for (lite, pg) in schemas[0].iter().zip(&schemas[1]) {
            assert_eq!(lite, pg);
        }
        assert_eq!(schemas[0].len(), schemas[1].len());
    });
}

/// The codes a CHECK allows for a column, as the latest migration that adds it, or makes or remakes the table, has it.
fn checked(table: &str, column: &str) -> BTreeSet<String> {
    let heads = [
        format!("ALTER TABLE {table} ADD COLUMN {column} "),
        format!("CREATE TABLE {table} ("),
        format!("CREATE TABLE {table}_next ("),
    ];
    let made = crate::MIGRATIONS.iter().rev().find_map(|m| heads.iter().find_map(|head| m.sql.split_once(head)));
    let table = made.unwrap().1.split_once(";\n").unwrap().0;
    let list = table.split_once(&format!("CHECK ({column} IN (")).unwrap().1.split_once("))").unwrap().0;
    list.split(',').map(|code| code.trim().trim_matches('\'').to_owned()).collect()
}

macro_rules! agree {
    ($($table:literal . $column:literal = $kind:ty;)+) => {$(
        let codes: BTreeSet<String> = <$kind>::ALL.iter().map(|v| v.code().to_owned()).collect();
        assert_eq!(checked($table, $column), codes, "{}.{}", $table, $column);
    )+};
}

#[test]
fn every_check_allows_exactly_the_codes_of_its_enumeration() {
    use domain::{
        attachment, authority::Scope, callback, clock, contact, directory, knowledge, light, message, monitor, order,
        request, supervision, survey, task,
    };
    agree! {
        "org"."level" = directory::OrgLevel;
        "org"."kind" = directory::OrgKind;
        "appointment"."scope" = Scope;
        "orders"."state" = order::OrderState;
        "orders"."demand_type" = order::DemandType;
        "orders"."urgency" = order::Urgency;
        "orders"."requester_kind" = order::RequesterKind;
        "orders"."confidentiality" = order::Confidentiality;
        "orders"."result" = order::HandleResult;
        "orders"."contacted" = callback::Contacted;
        "orders"."solved" = callback::Solved;
        "orders"."rating" = callback::Rating;
        "task"."role" = task::TaskRole;
        "task"."state" = task::TaskState;
        "task"."defect" = order::Defect;
        "clock"."kind" = clock::ClockKind;
        "clock"."outcome" = clock::ClockOutcome;
        "clock"."pause_reason" = clock::PauseReason;
        "clock"."light" = light::Light;
        "request"."kind" = request::RequestKind;
        "request"."state" = request::RequestState;
        "contact"."way" = contact::ContactWay;
        "contact"."result" = contact::ContactResult;
        "callback"."mode" = callback::CallbackMode;
        "callback"."outcome" = callback::CallbackOutcome;
        "link"."kind" = order::LinkKind;
        "supervision"."level" = supervision::SuperviseLevel;
        "supervision"."trigger_code" = supervision::SuperviseTrigger;
        "supervision"."state" = supervision::SuperviseState;
        "monitor_card"."metric" = monitor::Metric;
        "monitor_card"."level" = monitor::CardLevel;
        "monitor_card"."state" = monitor::CardState;
        "kb_revision"."state" = knowledge::RevisionState;
        "kb_fix"."kind" = knowledge::FixKind;
        "kb_fix"."state" = knowledge::FixState;
        "survey"."kind" = survey::SurveyKind;
        "survey"."state" = survey::SurveyState;
        "attachment"."purpose" = attachment::Purpose;
        "attachment"."class" = attachment::FileClass;
        "attachment"."scan" = attachment::Scan;
        "sms"."state" = message::SmsState;
        "sms_inbound"."outcome" = message::InboundOutcome;
        "sms_gateway"."kind" = message::GatewayKind;
        "sms"."medium" = message::Medium;
        "staff_mail"."choice" = message::MailChoice;
    }
}
