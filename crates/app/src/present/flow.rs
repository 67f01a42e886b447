//! 流转记录 in words.

use domain::authority::Role;
use domain::flow::FlowEntry;
use domain::order::OrderState;
use domain::order::table::order_transition;
use domain::task::TaskState;
use domain::task_table::task_transition;
use kernel::Ts;
use serde_json::Value;

use crate::view::{FlowLine, Labelled};
use crate::world::World;

/// The label of a step that is no transition.
fn action_label(entry: &FlowEntry) -> String {
    let row = order_transition(&entry.code).map(|t| t.label).or_else(|| task_transition(&entry.code).map(|t| t.label));
    if let Some(label) = row {
        return label.to_owned();
    }
    let permission = domain::authority::Permission::for_action(&entry.action).map(|p| p.cn());
    let word = match entry.action.as_str() {
        "remind_sign" => "催办签收",
        "escalate" | "return_escalate" => "退单超时升级",
        "withdraw_mark" => "撤诉意愿记录",
        "approve" => "同意申请",
        "refuse" => "驳回申请",
        "recalc" => "重算时限",
        action => permission.unwrap_or(action),
    };
    word.to_owned()
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
    ("kind", "类别"),
    ("parts", "拆分件数"),
    ("basis", "依据"),
    ("measures", "措施"),
    ("designated", "指定承办"),
    ("step", "审批步骤"),
    ("approve", "是否同意"),
    ("supplement", "补充内容"),
    ("code", "编码"),
    ("case_no", "工单编号"),
    ("round", "办理轮次"),
];

fn value_cn(key: &str, value: &Value, world: &World) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
        Value::Number(n) if matches!(key, "at" | "due" | "due_at" | "until") => Ts(n.as_i64()?).format_cn(),
        Value::Number(n) => n.to_string(),
        Value::Array(items) if items.is_empty() => return None,
        Value::Array(items) => items.iter().filter_map(|v| value_cn(key, v, world)).collect::<Vec<_>>().join("、"),
        Value::Object(map) => {
            let parts = map.iter().filter_map(|(k, v)| Some(format!("{}：{}", label(k), value_cn(k, v, world)?)));
            parts.collect::<Vec<_>>().join("，")
        }
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => word_of(key, text, world),
    })
}

fn word_of(key: &str, text: &str, world: &World) -> String {
    if let Ok(id) = text.parse::<uuid::Uuid>() {
        if let Some(org) = world.directory.org(id.into()) {
            return org.name.clone();
        }
        if let Some(name) = world.names.get(&id.into()) {
            return name.clone();
        }
        return text.to_owned();
    }
    match key {
        "channel" => text
            .parse()
            .map(|c: domain::order::Channel| c.cn().to_owned())
            .or_else(|_| text.parse().map(|c: domain::callback::CallbackMode| c.cn().to_owned())),
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
            .or_else(|_| text.parse().map(|c: domain::order::LinkKind| c.cn().to_owned())),
        _ => Ok(text.to_owned()),
    }
    .unwrap_or_else(|_: String| text.to_owned())
}

fn label(key: &str) -> &str {
    LABELS.iter().find(|(k, _)| *k == key).map_or(key, |(_, cn)| cn)
}

/// The word of a reason code, whichever list it is from.
pub fn reason_cn(code: &str, world: &World) -> String {
    let by_enum = code
        .parse::<domain::order::RejectReason>()
        .map(|r| r.cn())
        .or_else(|_| code.parse::<domain::order::Defect>().map(|d| d.cn()))
        .or_else(|_| code.parse::<domain::clock::PauseReason>().map(|p| p.cn()));
    if let Ok(word) = by_enum {
        return word.to_owned();
    }
    for dict in ["return_reason", "extension_reason", "exempt_reason", "dissatisfy_reason"] {
        let word = world.word(dict, code);
        if word != code {
            return word;
        }
    }
    code.to_owned()
}

/// One entry in words. Opinions and reasons only for those who may read internal texts.
pub fn flow_line(seq: i64, hash: &str, entry: &FlowEntry, internal: bool, world: &World) -> FlowLine {
    let fields = entry.fields.as_object().into_iter().flatten();
    let fields_cn = fields
        .filter_map(|(k, v)| Some(Labelled { label: label(k).to_owned(), value: value_cn(k, v, world)? }))
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
        reason_cn: entry.reason_code.as_deref().map(|code| reason_cn(code, world)),
        fields_cn,
        due_before: entry.due_before,
        due_after: entry.due_after,
        hash: hash.to_owned(),
    }
}
