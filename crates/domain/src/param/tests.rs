use serde_json::json;

use super::*;

fn day(qty: i64, unit: Unit) -> Span {
    Span { qty, unit }
}

#[test]
fn every_shipped_default_passes_its_own_check() {
    assert!(definitions().len() > 100);
    for def in definitions() {
        assert_eq!(validate(&def.key, &def.default), Ok(()), "{}", def.key);
        assert!(!def.name.is_empty() && !def.description.is_empty() && !def.group.is_empty(), "{}", def.key);
    }
}

#[test]
fn keys_are_unique_and_numbers_are_bounded() {
    let keys: std::collections::BTreeSet<&str> = definitions().iter().map(|d| d.key.as_str()).collect();
    assert_eq!(keys.len(), definitions().len());
    for def in definitions() {
        let bounded = def.min.is_some() || !def.choices.is_empty();
        if matches!(def.kind, ParamKind::Int | ParamKind::Number | ParamKind::Span | ParamKind::Choice) {
            assert!(bounded, "{}", def.key);
        }
    }
}

/// Reads every `params.span("…")` and the like of the workspace: a key that is not in the table, or is of another kind,
/// is found here and not by a user.
#[test]
fn every_key_in_the_sources_exists_with_the_kind_it_is_read_as() {
    let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    collect(&crates, &mut files);
    let params = Params::defaults();
    let mut found = 0;
    for file in files.iter().filter(|f| !f.ends_with("param/tests.rs")) {
        let text = std::fs::read_to_string(file).unwrap();
        for getter in ["span", "int", "number", "flag", "text", "list", "windows"] {
            for opening in [format!("params.{getter}(\""), format!("params().{getter}(\""), format!("self.{getter}(\"")]
            {
                for rest in text.split(&opening).skip(1) {
                    let key = rest.split('"').next().unwrap();
                    // `self.` getters outside this crate belong to other types.
                    if opening.starts_with("self") && !file.ends_with("param/mod.rs") {
                        continue;
                    }
                    let def = definition(key).unwrap_or_else(|| panic!("{}: unknown parameter {key}", file.display()));
                    let fits = match getter {
                        "span" => def.kind == ParamKind::Span,
                        "int" => def.kind == ParamKind::Int,
                        "number" => matches!(def.kind, ParamKind::Number | ParamKind::Int),
                        "flag" => def.kind == ParamKind::Flag,
                        "text" => matches!(def.kind, ParamKind::Text | ParamKind::Choice),
                        "list" => def.kind == ParamKind::List,
                        _ => matches!(def.kind, ParamKind::Window | ParamKind::Windows),
                    };
                    assert!(fits, "{}: {key} is a {}, not a {getter}", file.display(), def.kind);
                    found += 1;
                }
            }
        }
    }
    assert!(found >= 10, "only {found} keys read");
    for key in ["sla.accept.u1", "sla.redo.accept", "claim.minutes", "export.approval_rows", "security.idle.minutes"] {
        assert!(params.get(key).is_some(), "{key}");
    }
}

fn collect(dir: &std::path::Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|n| n != "target" && n != "node_modules") {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn the_promises_of_the_hotline_are_the_defaults() {
    let p = Params::defaults();
    assert_eq!(p.span("sla.accept"), day(1, Unit::WorkDay));
    assert_eq!(p.span("sla.handle.consult"), day(5, Unit::WorkDay));
    assert_eq!(p.span("sla.handle.complaint"), day(15, Unit::WorkDay));
    assert_eq!(p.span("sla.handle.report"), day(30, Unit::WorkDay));
    assert!(p.flag("unified_reply") && !p.flag("mode.jsjb"));
    assert_eq!(p.work_hours(), WorkHours::default());
    assert_eq!(p.cutoff(), Cutoff::Midnight);
    assert_eq!(p.windows("sms.window"), vec![(480, 1260)]);
    assert_eq!(p.text("sla.handle.start"), "dispatched");
    assert_eq!(p.list("sms.optional"), vec!["T07"]);
}

#[test]
fn an_override_takes_effect_and_a_bad_one_is_left_out() {
    let p = Params::with([
        ("sla.handle.consult".to_owned(), json!({"qty": 3, "unit": "work_day"})),
        ("ext.max".to_owned(), json!("many")),
        ("long.gone".to_owned(), json!(1)),
    ]);
    assert_eq!(p.span("sla.handle.consult"), day(3, Unit::WorkDay));
    assert_eq!(p.int("ext.max"), 1);
    assert_eq!(p.ignored(), ["ext.max", "long.gone"]);
}

#[test]
fn yellow_comes_before_the_end_by_the_length_of_the_period() {
    let p = Params::defaults();
    for (qty, unit, warn, warn_unit) in [
        (1, Unit::WorkDay, 2, Unit::WorkHour),
        (5, Unit::WorkDay, 1, Unit::WorkDay),
        (3, Unit::WorkDay, 1, Unit::WorkDay),
        (15, Unit::WorkDay, 3, Unit::WorkDay),
        (30, Unit::WorkDay, 5, Unit::WorkDay),
        (60, Unit::WorkDay, 5, Unit::WorkDay),
        (15, Unit::CalendarDay, 3, Unit::CalendarDay),
        (30, Unit::CalendarDay, 5, Unit::CalendarDay),
        (60, Unit::CalendarDay, 10, Unit::CalendarDay),
        (2, Unit::Hour, 30, Unit::Minute),
        (24, Unit::Hour, 360, Unit::Minute),
        (15, Unit::Minute, 3, Unit::Minute),
        (1, Unit::Minute, 1, Unit::Minute),
        (4, Unit::WorkHour, 1, Unit::WorkHour),
    ] {
        assert_eq!(p.warn_span(day(qty, unit)), day(warn, warn_unit), "{qty} {unit:?}");
    }
    let half = Params::with([("warn.hour_percent".to_owned(), json!(50))]);
    assert_eq!(half.warn_span(day(2, Unit::Hour)), day(60, Unit::Minute));
}

#[test]
fn urgency_lays_a_second_period_over_that_of_the_type() {
    let p = Params::defaults();
    assert_eq!(p.sla_key(DemandType::Report, Urgency::U1), ("sla.handle.report", Some("sla.urgency.u1")));
    assert_eq!(p.sla_key(DemandType::Consult, Urgency::U4), ("sla.handle.consult", None));
    let jsjb = Params::with([("mode.jsjb".to_owned(), json!(true))]);
    assert_eq!(jsjb.sla_key(DemandType::Consult, Urgency::U4).1, Some("sla.urgency.u4"));
    for demand in DemandType::ALL {
        for urgency in Urgency::ALL {
            let (key, overlay) = jsjb.sla_key(*demand, *urgency);
            for k in [key, overlay.unwrap(), p.accept_key(*urgency), p.redo_key(*demand), p.dispatch_key(*urgency)] {
                assert!(p.span(k).qty > 0);
            }
        }
    }
}

#[test]
fn wrong_values_are_refused_with_a_remedy() {
    for (key, value, word) in [
        ("ext.max", json!(9), "0至5之间的整数（次）"),
        ("ext.max", json!(1.5), "整数"),
        ("sla.accept", json!(1), "数量和单位"),
        ("sla.accept", json!({"qty": 0, "unit": "work_day"}), "1至3650"),
        ("sla.accept", json!({"qty": 1, "unit": "week"}), "工作日"),
        ("sla.cutoff", json!("noon"), "midnight、business"),
        ("light.scheme", json!(4), "3、5"),
        ("mode.jsjb", json!("yes"), "true"),
        ("eval.partial_weight", json!(1.2), "0至1"),
        ("eval.weights", json!({"respond": 30, "solve": 35, "satisfy": 30}), "之和须为100"),
        ("eval.weights", json!({"respond": 30, "solve": 70}), "satisfy"),
        ("eval.weights", json!({"respond": -30, "solve": 35, "satisfy": 95}), "不小于0"),
        ("callback.types", json!(["help", "help"]), "重复"),
        ("callback.types", json!(["shout"]), "consult、help"),
        ("sms.window", json!({"from": "21:00", "to": "08:00"}), "结束须晚于开始"),
        ("sla.business_hours", json!([["09:00", "12:00"], ["11:00", "18:00"]]), "不得重叠"),
        ("sla.business_hours", json!([]), "1至2个时段"),
        ("sms.sign", json!(""), "2至20个字"),
        ("supervision.ladder", json!([{"after": {"qty": 1, "unit": "week"}, "level": "urge"}]), "时长"),
        ("security.password.min_length", json!(4), "8至64"),
    ] {
        let refusal = validate(key, &value).expect_err(key);
        assert!(refusal.message.contains(word), "{key}: {}", refusal.message);
        assert!(refusal.message.contains(&definition(key).unwrap().name), "{}", refusal.message);
        assert_eq!(refusal.fields[0].field, "value");
    }
    assert!(validate("no.such", &json!(1)).unwrap_err().message.contains("no.such"));
}
