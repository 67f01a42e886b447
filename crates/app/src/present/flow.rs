//! 流转记录 in words.

use domain::authority::Role;
use domain::correction::{CorrectedField, CorrectionGround};
use domain::flow::FlowEntry;
use domain::order::OrderState;
use domain::order::table::order_transition;
use domain::request::{ContestGround, RequestKind};
use domain::task::TaskState;
use domain::task_table::task_transition;
use kernel::Ts;
use serde_json::Value;

use crate::view::{FlowLine, Labelled};
use crate::world::World;

/// What was done, in words. A code of the tables names its step only where the step was taken: applications and notes
/// bear the code of the step they are about.
pub fn action_label(entry: &FlowEntry) -> String {
    let action = entry.action.as_str();
    let order = order_transition(&entry.code).filter(|t| t.action == action).map(|t| t.label);
    let task = || task_transition(&entry.code).filter(|t| t.action == action).map(|t| t.label);
    if let Some(label) = order.or_else(task) {
        return label.to_owned();
    }
    request_label(action).unwrap_or_else(|| note_label(action).to_owned())
}

/// The stages of an application: `extension_apply`, `extension_step`, `extension_approved`, `extension_refused`.
fn request_label(action: &str) -> Option<String> {
    let (kind, stage) = action.rsplit_once('_')?;
    let kind = kind.parse::<RequestKind>().ok()?;
    if kind == RequestKind::ReportUp {
        return report_label(stage).map(str::to_owned);
    }
    let kind = kind.cn();
    Some(match stage {
        "apply" => format!("申请{kind}"),
        "step" => format!("同意{kind}，报上级审批"),
        "approved" => format!("同意{kind}"),
        "refused" => format!("不同意{kind}"),
        "escalated" => format!("{kind}审批超时升级"),
        _ => return None,
    })
}

/// 呈阅 is read rather than agreed to.
fn report_label(stage: &str) -> Option<&'static str> {
    match stage {
        "apply" => Some("呈报领导"),
        "approved" => Some("领导已阅"),
        "refused" => Some("领导退回呈阅件"),
        _ => None,
    }
}

fn note_label(action: &str) -> &str {
    match action {
        "callback" => "回访",
        "callback_attempt" => "回访未接通",
        "remind_sign" => "催办签收",
        "merge_in" => "并入工单",
        "unmerge_out" => "并入工单已拆出",
        "link_in" => "被关联",
        "join_in" => "有工单并案",
        "leave_out" => "工单移出并案",
        "withdraw_mark" => "撤诉意愿记录",
        "approve" => "同意申请",
        "refuse" => "驳回申请",
        "recalc" => "重算时限",
        "call_bind" => "关联通话",
        "partner_dispatch" => "对方平台派单",
        "partner_reply" => "对方平台答复",
        "partner_callback" => "对方平台回访",
        "partner_close" => "对方平台办结",
        "supervise_follow" => "督办转新主办",
        "supervise_raised" => "督办升级",
        "supervise_ended" => "督办随单结束",
        _ => domain::authority::Permission::for_action(action).map_or("其他记录", |p| p.cn()),
    }
}

fn state_cn(entry: &FlowEntry, code: &str) -> String {
    if code == "-" || code.is_empty() {
        return String::new();
    }
    let of_task = entry.task_id.is_some() && entry.code.starts_with('K');
    let task = || code.parse::<TaskState>().map(|s| s.cn()).ok();
    let order = || code.parse::<OrderState>().map(|s| s.cn()).ok();
    let word = if of_task { task().or_else(order) } else { order().or_else(task) };
    word.unwrap_or(code).to_owned()
}

/// Names of the facts a step may carry.
const LABELS: &[(&str, &str)] = &[
    ("accused_org", "被反映单位"),
    ("channel", "渠道"),
    ("category", "问题分类"),
    ("demand_type", "诉求类型"),
    ("urgency", "紧急程度"),
    ("partner", "对接平台"),
    ("superior", "交办单位"),
    ("held", "办理进展"),
    ("lead", "主办单位"),
    ("co", "协办单位"),
    ("org", "承办单位"),
    ("suggested_org", "建议承办单位"),
    ("role", "承办方式"),
    ("handler", "经办人"),
    ("target", "去向"),
    ("receipt", "回执"),
    ("reason", "原因"),
    ("question", "问题"),
    ("participants", "参与单位"),
    ("conclusion", "结论"),
    ("way", "联系方式"),
    ("result", "结果"),
    ("at", "时间"),
    ("due", "期限"),
    ("due_at", "期限"),
    ("until", "承诺日期"),
    ("days", "天数"),
    ("defect", "缺陷"),
    ("contacted", "是否联系"),
    ("solved", "是否解决"),
    ("rating", "满意度"),
    ("process_rating", "过程满意度"),
    ("outcome", "回访结论"),
    ("mode", "方式"),
    ("reached", "是否接通"),
    ("into", "并入工单"),
    ("other", "关联工单"),
    ("lead_no", "主单编号"),
    ("joined_no", "并案工单编号"),
    ("kind", "类别"),
    ("parts", "拆分件数"),
    ("basis", "依据"),
    ("measures", "措施"),
    ("disputed", "有误依据"),
    ("corrected", "更正项"),
    ("items", "申诉评价项"),
    ("ruled", "写入派单目录"),
    ("designated", "指定承办"),
    ("step", "审批步骤"),
    ("approve", "是否同意"),
    ("supplement", "补充内容"),
    ("code", "编码"),
    ("case_no", "工单编号"),
    ("round", "办理轮次"),
    ("n", "次数"),
    ("unit", "计时单位"),
    ("awaiting", "待审批人"),
    ("changed", "修改项目"),
    ("dissatisfy_reasons", "不满意原因"),
    ("redirect_target", "告知去向"),
    ("petition_no", "信访件编号"),
    ("unable", "不能协办"),
    ("clocks", "时限"),
    ("gate", "质量检查保留项"),
    ("supervise_level", "督办级别"),
    ("verdict", "评价"),
    ("score", "评分"),
    ("verify_way", "核实方式"),
    ("cc", "抄送"),
    ("from", "原"),
    ("to", "现"),
    ("call_direction", "通话"),
    ("call_result", "通话结果"),
];

fn value_cn(key: &str, value: &Value, world: &World) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(false) if key == "unable" => return None,
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::Number(n) if matches!(key, "at" | "due" | "due_at" | "until" | "from" | "to") => {
            Ts(n.as_i64()?).format_cn()
        }
        Value::Number(n) => n.to_string(),
        Value::Array(items) if items.is_empty() => return None,
        Value::Array(items) => {
            some(items.iter().filter_map(|v| value_cn(key, v, world)).collect::<Vec<_>>().join("、"))?
        }
        Value::Object(map) => {
            let parts = map.iter().filter_map(|(k, v)| Some(format!("{}：{}", label(k)?, value_cn(k, v, world)?)));
            parts.collect::<Vec<_>>().join("，")
        }
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => return word_of(key, text, world),
    })
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// `None` for the id of something that has no name here, such as another order: that is told by the order's relations.
fn word_of(key: &str, text: &str, world: &World) -> Option<String> {
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        return world.directory.org(id.into()).map(|o| o.name.clone()).or_else(|| world.names.get(&id.into()).cloned());
    }
    Some(code_cn(key, text, world))
}

fn code_cn(key: &str, text: &str, world: &World) -> String {
    match key {
        "channel" => text
            .parse()
            .map(|c: domain::order::Channel| c.cn().to_owned())
            .or_else(|_| reply_channel(text).ok_or_else(String::new)),
        "demand_type" => text.parse().map(|c: domain::order::DemandType| c.cn().to_owned()),
        "urgency" => text.parse().map(|c: domain::order::Urgency| c.cn().to_owned()),
        "category" => Ok(world.category_path(text)),
        "role" => text.parse().map(|c: domain::task::TaskRole| c.cn().to_owned()),
        "target" => text.parse().map(|c: domain::order::TransferTarget| c.cn().to_owned()),
        "way" => text.parse().map(|c: domain::contact::ContactWay| c.cn().to_owned()),
        "result" => text
            .parse()
            .map(|c: domain::contact::ContactResult| c.cn().to_owned())
            .or_else(|_| text.parse().map(|c: domain::order::HandleResult| c.cn().to_owned())),
        "solved" => text.parse().map(|c: domain::callback::Solved| c.cn().to_owned()),
        "contacted" => text.parse().map(|c: domain::callback::Contacted| c.cn().to_owned()),
        "rating" | "process_rating" => text.parse().map(|c: domain::callback::Rating| c.cn().to_owned()),
        "outcome" => text.parse().map(|c: domain::callback::CallbackOutcome| c.cn().to_owned()),
        "mode" => text.parse().map(|c: domain::callback::CallbackMode| c.cn().to_owned()),
        "defect" => text.parse().map(|c: domain::order::Defect| c.cn().to_owned()),
        "kind" => text
            .parse()
            .map(|c: domain::request::RequestKind| c.cn().to_owned())
            .or_else(|_| text.parse().map(|c: domain::order::LinkKind| c.cn().to_owned()))
            .or_else(|_| text.parse().map(|c: domain::clock::ClockKind| c.cn().to_owned())),
        "supervise_level" => text.parse().map(|c: domain::supervision::SuperviseLevel| c.cn().to_owned()),
        "gate" => text.parse().map(|c: domain::reply_gate::GateRule| c.cn().to_owned()),
        "verdict" => text.parse().map(|c: domain::supervision::SuperviseVerdict| c.cn().to_owned()),
        "verify_way" => text.parse().map(|c: domain::supervision::VerifyWay| c.cn().to_owned()),
        "disputed" => text.parse().map(|c: domain::evidence::EvidenceLine| c.cn().to_owned()),
        "items" => text.parse().map(|c: domain::callback::RatedItem| c.cn().to_owned()),
        "corrected" => text.parse().map(|c: CorrectedField| c.cn().to_owned()),
        "awaiting" => text.parse().map(|c: Role| c.cn().to_owned()),
        "unit" => Ok(unit_cn(text).to_owned()),
        "changed" => Ok(field_cn(text).to_owned()),
        "dissatisfy_reasons" => Ok(world.word("dissatisfy_reason", text)),
        _ => Ok(text.to_owned()),
    }
    .unwrap_or_else(|_: String| text.to_owned())
}

/// How the citizen was answered (统一回复).
fn reply_channel(code: &str) -> Option<String> {
    let words = [("phone", "电话"), ("sms", "短信"), ("app", "网络"), ("wechat", "微信"), ("letter", "书面")];
    words.iter().find(|(c, _)| *c == code).map(|(_, cn)| (*cn).to_owned())
}

fn unit_cn(code: &str) -> &str {
    match code {
        "work_day" => "工作日",
        "calendar_day" => "自然日",
        "hour" => "小时",
        "work_hour" => "工作小时",
        "minute" => "分钟",
        other => other,
    }
}

/// Fields of the registration that 补充修改 may change.
fn field_cn(name: &str) -> &str {
    match name {
        "title" => "标题",
        "content" => "诉求内容",
        "wish" => "诉求目的",
        "address" => "事发地址",
        "region" => "所属区域",
        "location" => "点位",
        "occurred_at" => "事发时间",
        "requester" => "诉求人信息",
        "tags" => "标签",
        "flags" => "敏感标记",
        "respondent" => "被反映方",
        "affected_count" => "涉及人数",
        "origin" => "来源情况",
        "anonymous" => "是否匿名",
        "confidentiality" => "保密要求",
        "reply_wishes" => "回复和回访意愿",
        other => label(other).unwrap_or("其他"),
    }
}

/// Facts without a name are for machines.
fn label(key: &str) -> Option<&'static str> {
    LABELS.iter().find(|(k, _)| *k == key).map(|(_, cn)| *cn)
}

/// The word of a reason code. `about` is the action or the kind of request: the dictionaries share their numbers.
pub fn reason_cn(about: &str, code: &str, world: &World) -> String {
    let by_enum = code
        .parse::<domain::order::RejectReason>()
        .map(|r| r.cn())
        .or_else(|_| code.parse::<domain::order::Defect>().map(|d| d.cn()))
        .or_else(|_| code.parse::<domain::clock::PauseReason>().map(|p| p.cn()))
        .or_else(|_| code.parse::<domain::supervision::SuperviseTrigger>().map(|t| t.cn()));
    if let Ok(word) = by_enum {
        return word.to_owned();
    }
    if let Some(ground) = code.parse::<ContestGround>().ok().filter(|_| about.starts_with("contest")) {
        return ground.cn().to_owned();
    }
    if let Some(ground) = code.parse::<CorrectionGround>().ok().filter(|_| about.starts_with("correction")) {
        return ground.cn().to_owned();
    }
    let own = [("return", "return_reason"), ("extension", "extension_reason"), ("exempt", "exempt_reason")];
    if let Some((_, dict)) = own.iter().find(|(kind, _)| about.starts_with(kind)) {
        return world.word(dict, code);
    }
    match code {
        "B2" => "回访不满意且未解决",
        "B3" => "回访认为诉求不合理",
        "B6" => "按更正后的回访记录",
        "merge" => "同一事项并案办理",
        "track" => "客观条件暂不能解决",
        "redo" => "重新办理",
        "dispatch" => "重新派单",
        "report_up" => "呈领导审阅",
        other => other,
    }
    .to_owned()
}

/// One entry in words. Opinions and reasons only for those who may read internal texts.
pub fn flow_line(seq: i64, hash: &str, entry: &FlowEntry, internal: bool, world: &World) -> FlowLine {
    let fields = entry.fields.as_object().into_iter().flatten();
    let fields_cn = fields
        .filter_map(|(k, v)| Some(Labelled { label: label(k)?.to_owned(), value: value_cn(k, v, world)? }))
        .filter(|_| internal)
        .collect();
    FlowLine {
        seq,
        code: entry.code.clone(),
        action: entry.action.clone(),
        action_cn: action_label(entry),
        from_cn: state_cn(entry, &entry.from),
        to_cn: state_cn(entry, &entry.to),
        task_id: entry.task_id,
        org_name: entry.actor_org.map(|id| world.directory.org_name(id).to_owned()),
        actor_name: entry.actor_name.clone(),
        role_cn: entry.actor_role.map(|r: Role| r.cn().to_owned()),
        at: entry.at,
        opinion: entry.opinion.clone().filter(|_| internal),
        reason_cn: entry.reason_code.as_deref().map(|code| reason_cn(&entry.action, code, world)),
        fields_cn,
        due_before: entry.due_before,
        due_after: entry.due_after,
        hash: hash.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_of_an_application_are_told_by_its_kind() {
        assert_eq!(request_label("extension_step").as_deref(), Some("同意延期，报上级审批"));
        assert_eq!(request_label("redo_apply").as_deref(), Some("申请二次办理"));
        assert_eq!(request_label("return_refused").as_deref(), Some("不同意退回"));
        assert_eq!(request_label("center_accept"), None);
    }

    #[test]
    fn a_note_without_a_word_of_its_own_is_never_told_by_its_code() {
        assert_eq!(note_label("callback"), "回访");
        assert_eq!(note_label("pause"), "暂停计时");
        assert_eq!(note_label("something_new"), "其他记录");
    }
}
