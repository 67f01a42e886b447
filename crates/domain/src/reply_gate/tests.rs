use kernel::{OrderId, OrgId, TaskId, UserId};
use uuid::Uuid;

use super::*;
use crate::{
    contact::{ContactResult, ContactWay},
    order::{Channel, DemandType, HandleResult, Numbers, RegisterForm, Requester, register},
};

const NOW: &str = "2026-11-24T10:00:00+08:00";

fn order() -> Order {
    let now = Ts::parse_iso(NOW).unwrap();
    let mint = kernel::SeqMint::new();
    let center = crate::directory::Org {
        id: OrgId(Uuid::from_u128(1)),
        code: "C".to_owned(),
        name: "热线中心".to_owned(),
        short: String::new(),
        parent: None,
        superior: None,
        level: crate::directory::OrgLevel::City,
        kind: crate::directory::OrgKind::Center,
        group: String::new(),
        region: String::new(),
        phone: None,
        active: true,
        merged_into: None,
        version: 1,
    };
    let category = crate::directory::Category {
        code: "010100".to_owned(),
        name: "路灯".to_owned(),
        parent: None,
        level: 2,
        keywords: String::new(),
        active: true,
        dept_duty_only: false,
    };
    let directory = crate::directory::Directory::new(vec![center], vec![category], Vec::new());
    let calendar = kernel::Calendar::shipped();
    let params = crate::param::Params::defaults();
    let env = crate::env::Env {
        now,
        calendar: &calendar,
        params: &params,
        directory: &directory,
        mint: &mint,
        earlier: &[],
        precedents: &[],
    };
    let form = RegisterForm {
        channel: Some(Channel::Phone),
        demand_type: Some(DemandType::Help),
        category: "010100".to_owned(),
        content: "中山路18号门前路灯三天不亮。请尽快维修路灯。另外希望核查物业收费标准。".to_owned(),
        region: "370102001000".to_owned(),
        address: Some("中山路18号".to_owned()),
        requester: Requester {
            name: Some("高晓梅".to_owned()),
            phone: Some("13812345678".to_owned()),
            ..Requester::default()
        },
        duplicates_checked: true,
        ..RegisterForm::default()
    };
    let numbers = Numbers { case_no: "1".to_owned(), query_code_hash: String::new() };
    register(&form, numbers, &crate::env::By::System, &env).unwrap().case.order
}

fn good() -> HandlingForm {
    HandlingForm {
        claim_true: Some(true),
        beyond_duty: false,
        result: HandleResult::Solved,
        unsolved_reason: None,
        handling_note: "11月23日到现场核实并更换电缆，测试正常；物业收费标准已查阅备案。".to_owned(),
        public_reply: "经核实，路灯因电缆故障熄灭，我局已于11月23日更换电缆并恢复照明；物业收费标准经核查与备案一致。"
            .to_owned(),
        legal_basis: None,
        override_reason: None,
    }
}

fn contact(result: ContactResult) -> Contact {
    Contact {
        id: Uuid::from_u128(5).into(),
        order_id: OrderId(Uuid::from_u128(6)),
        task_id: TaskId(Uuid::from_u128(7)),
        at: Ts::parse_iso(NOW).unwrap(),
        way: ContactWay::Phone,
        result,
        note: None,
        by: UserId(Uuid::from_u128(8)),
        recorded_at: Ts::parse_iso(NOW).unwrap(),
        corrects: None,
        corrected_at: None,
    }
}

fn hits_with(form: &HandlingForm, contacts: &[&Contact], earlier: &[Earlier]) -> Vec<Hit> {
    review(&Answer { order: &order(), form, contacts, earlier, now: Ts::parse_iso(NOW).unwrap() })
}

fn hits(form: &HandlingForm) -> Vec<Hit> {
    hits_with(form, &[&contact(ContactResult::Reached)], &[])
}

fn rules(form: &HandlingForm) -> Vec<GateRule> {
    let mut rules: Vec<_> = hits(form).iter().map(|h| h.rule).collect();
    rules.dedup();
    rules
}

fn says(reply: &str) -> HandlingForm {
    HandlingForm { public_reply: reply.to_owned(), ..good() }
}

#[test]
fn a_concrete_answer_to_every_demand_raises_nothing() {
    assert_eq!(hits(&good()), []);
}

#[test]
fn personal_data_is_grave_and_shown_where_it_stands() {
    let form = says("已与高晓梅（13812345678）核对，路灯已于11月23日修复，物业收费标准与备案一致。");
    let found = hits(&form);
    let words: Vec<_> = found.iter().map(|h| (h.rule, h.severity, h.found.as_str(), h.start, h.end)).collect();
    assert_eq!(
        words,
        [
            (GateRule::Personal, Severity::Grave, "13812345678", 6, 17),
            (GateRule::Personal, Severity::Grave, "高晓梅", 2, 5),
        ]
    );
    let refusal = admit(found, Some("经诉求人同意后公开"), Ts(0)).unwrap_err();
    assert_eq!(refusal.fields[0].field, "form.public_reply", "no reason helps");
    assert_eq!(
        rules(&says("证件号11010519491231002X已核对，路灯已修复，物业收费标准与备案一致。")),
        [GateRule::Personal]
    );
    assert_eq!(rules(&says("如有问题可拨打0851-86543210，路灯已于11月23日修复，物业收费标准与备案一致。")), []);
}

#[test]
fn a_short_name_inside_other_words_may_stay_with_a_reason() {
    let mut order = order();
    order.requester.name = Some("于丽".to_owned());
    let severity = |reply: &str| {
        let hits = review_text(&order, reply, Ts(0));
        hits.iter().find(|h| h.rule == GateRule::Personal).map(|h| (h.severity, h.start))
    };
    assert_eq!(severity("关于丽景湾小区路灯的问题，已于11月23日修复。"), Some((Severity::Serious, 1)));
    assert_eq!(severity("于丽，您好，路灯已于11月23日修复。"), Some((Severity::Grave, 0)));
    assert_eq!(severity("诉求人于丽反映的路灯已于11月23日修复。"), Some((Severity::Grave, 3)));
    assert_eq!(severity("我局与于丽女士核对，路灯已于11月23日修复。"), Some((Severity::Grave, 3)));
}

#[test]
fn each_demand_without_a_word_in_the_answer_is_pointed_out_in_the_demand_itself() {
    let form = HandlingForm {
        handling_note: "已到现场更换电缆。".to_owned(),
        ..says("路灯电缆已于11月23日更换，照明恢复正常。")
    };
    let found = hits(&form);
    assert_eq!(found.len(), 1);
    let hit = &found[0];
    assert_eq!(
        (hit.rule, hit.field, hit.found.as_str()),
        (GateRule::Unanswered, GateField::Content, "另外希望核查物业收费标准。")
    );
    let content: Vec<u16> = order().content.encode_utf16().collect();
    assert_eq!(String::from_utf16(&content[hit.start as usize..hit.end as usize]).unwrap(), hit.found);
}

#[test]
fn a_refusal_names_the_rule_it_rests_on() {
    let form = |reply: &str| HandlingForm {
        result: HandleResult::UnsolvedExplained,
        legal_basis: Some("《城市道路管理条例》".to_owned()),
        unsolved_reason: Some("不符合条件".to_owned()),
        ..says(reply)
    };
    assert_eq!(
        rules(&form("经核查，增设路灯的诉求不符合规划条件，不予支持；物业收费标准与备案一致。")),
        [GateRule::NoBasis]
    );
    assert_eq!(
        rules(&form(
            "根据《城市道路管理条例》第三十条，增设路灯的诉求不符合规划条件，不予支持；物业收费标准与备案一致。"
        )),
        []
    );
}

#[test]
fn contact_must_be_on_record_and_may_not_be_merely_claimed() {
    let form = says("已电话联系说明情况，路灯已于11月23日修复，物业收费标准与备案一致。");
    assert_eq!(rules(&form), []);
    let missed = contact(ContactResult::NoAnswer);
    let found = hits_with(&form, &[&missed], &[]);
    assert_eq!((found[0].rule, found[0].found.as_str()), (GateRule::Contradiction, "已电话联系"));
    let none: Vec<_> = hits_with(&good(), &[], &[]).iter().map(|h| h.rule).collect();
    assert_eq!(none, [GateRule::NoContact]);
}

#[test]
fn result_finding_and_dates_tell_one_story() {
    let tail = "物业收费标准与备案一致。";
    assert_eq!(rules(&says(&format!("路灯尚未完成修复，计划11月30日前完成，{tail}"))), [GateRule::Contradiction]);
    assert_eq!(rules(&says(&format!("经查情况不属实，路灯工作正常，{tail}"))), [GateRule::Contradiction]);
    let found = hits(&says(&format!("路灯已于12月5日更换电缆并恢复照明，{tail}")));
    assert_eq!((found[0].rule, found[0].found.as_str()), (GateRule::Contradiction, "已于12月5日"));
    let next_year = hits(&says(&format!("路灯已于1月5日更换电缆并恢复照明，{tail}")));
    assert_eq!(next_year, []);
    let open = HandlingForm {
        result: HandleResult::UnsolvedExplained,
        legal_basis: Some("《条例》第三条".to_owned()),
        ..says(&format!("依据《条例》第三条，路灯问题已解决，{tail}"))
    };
    assert_eq!(rules(&open), [GateRule::Contradiction]);
}

#[test]
fn vague_promises_are_pointed_out_only_without_a_date() {
    let tail = "物业收费标准与备案一致。";
    let found = hits(&says(&format!("路灯问题将协调相关部门尽快处理。{tail}")));
    assert_eq!(found.iter().map(|h| h.found.as_str()).collect::<Vec<_>>(), ["相关部门", "尽快"]);
    assert_eq!(rules(&says(&format!("路灯问题将协调相关部门于12月5日前修复。{tail}"))), []);
}

#[test]
fn set_phrases_and_copied_answers_are_found() {
    let template = says("您反映的问题已收悉，路灯收费，感谢您对我们工作的支持与理解，祝您生活愉快。");
    assert_eq!(rules(&template), [GateRule::Template]);
    let earlier = Earlier { case_no: "370100".to_owned(), text: good().public_reply.replace("23", "20") };
    let found = hits_with(&good(), &[&contact(ContactResult::Reached)], &[earlier]);
    assert_eq!(found[0].rule, GateRule::Reused);
    assert!(found[0].remedy.contains("370100"));
}

#[test]
fn tone_length_and_support() {
    assert_eq!(rules(&says("路灯不归我们管，物业收费也不清楚，请自行联系供电公司。")), [GateRule::Tone]);
    assert_eq!(rules(&says("路灯已修好，收费合规。")), [GateRule::Short]);
    let bare = HandlingForm { handling_note: "路灯物业收费情况良好。".to_owned(), ..good() };
    assert_eq!(rules(&bare), [GateRule::Unsupported]);
}

#[test]
fn serious_hits_go_with_a_reason_and_hints_without() {
    let serious = hits(&says("路灯问题将协调相关部门尽快处理，物业收费标准与备案一致。"));
    let refusal = admit(serious.clone(), None, Ts(0)).unwrap_err();
    assert_eq!(refusal.fields[0].field, "form.override_reason");
    assert!(refusal.fields[0].message.contains("措施空泛"), "{}", refusal.fields[0].message);
    assert!(admit(serious.clone(), Some("无"), Ts(0)).is_err(), "that is no reason");
    let record = admit(serious, Some("工期由供电公司确定，暂无日期"), Ts(0)).unwrap();
    assert_eq!((record.hits.len(), record.reason.as_deref()), (2, Some("工期由供电公司确定，暂无日期")));
    let hint = admit(hits(&says("路灯已修好，收费合规。")), Some("多余的理由"), Ts(0)).unwrap();
    assert_eq!(hint.reason, None, "nothing to excuse");
}
