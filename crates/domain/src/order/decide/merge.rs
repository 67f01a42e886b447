//! 并单、拆单、关联 (§5.6).

use kernel::{OrderId, Refusal};

use super::{
    approval,
    check::Check,
    register::part_of,
    request::{Apply, apply},
    sla,
    triage::await_dispatch,
    work::{Say, Work},
};
use crate::{
    authority::Role,
    case::Case,
    decision::{Decision, GrantKind, Recipient},
    env::Env,
    link::Link,
    order::{Command, Confidentiality, DemandType, LinkKind, OrderState, SplitPart},
    request::RequestKind,
};

pub(super) fn run(w: &mut Work, peer: Option<&Case>, cmd: &Command) -> Result<(), Refusal> {
    match cmd {
        Command::Merge { into, reason } => merge_command(w, peer, *into, reason),
        Command::Unmerge { reason } => unmerge(w, peer, reason),
        Command::Split { parts, reason } => split(w, parts, reason),
        Command::Link { other, kind, reason } => link(w, peer, *other, *kind, reason.as_deref()),
        _ => Err(Refusal::state("state", "该操作不属于并单环节")),
    }
}

pub(super) fn target(peer: Option<&Case>, id: OrderId) -> Result<&Case, Refusal> {
    peer.filter(|p| p.order.id == id).ok_or_else(|| Refusal::not_found("目标工单"))
}

/// M1, M5, M6: whether `case` may go into `into`.
fn may_merge(case: &Case, into: &Case, env: &Env) -> Result<(), Refusal> {
    let (a, b) = (&case.order, &into.order);
    let no = |code: &'static str, text: String| Err(Refusal::conflict(code, text));
    if a.id == b.id {
        return no("merge_self", "不能并入工单自身，请选择另一件工单".to_owned());
    }
    if b.state == OrderState::Merged {
        return no("merge_depth", format!("工单{}已并入其他工单，请改为并入其主工单", b.case_no));
    }
    if !b.state.is_active() {
        return no("merge_ended", format!("工单{}为“{}”，不能再并入；请改用“关联”", b.case_no, b.state.cn()));
    }
    if b.registered_at > a.registered_at {
        return no("merge_order", format!("工单{}登记更晚，请将其并入本单", b.case_no));
    }
    if (a.demand_type == DemandType::Report) != (b.demand_type == DemandType::Report) {
        return no("merge_report", "举报与其他诉求不能并单，请改用“关联”".to_owned());
    }
    if a.confidentiality != b.confidentiality {
        return no("merge_confidential", "两件工单的保密级别不同，不能并单".to_owned());
    }
    let same = same_person(case, into);
    if a.confidentiality != Confidentiality::None && !same {
        return no("merge_person", "要求保密的不同诉求人，其工单不能并单".to_owned());
    }
    if !same && env.params.text("merge.scope") == "same_person" {
        return no("merge_person", "不同诉求人的工单不能并单；反映同一事件的，请用“关联”并案办理".to_owned());
    }
    Ok(())
}

/// A number, or an identity paper, in common.
fn same_person(a: &Case, b: &Case) -> bool {
    let (a, b) = (&a.order.requester, &b.order.requester);
    let theirs = [b.phone.as_deref(), b.contact_phone.as_deref()];
    let number =
        [a.phone.as_deref(), a.contact_phone.as_deref()].into_iter().flatten().any(|n| theirs.contains(&Some(n)));
    number || (a.id_no.is_some() && a.id_no == b.id_no)
}

/// W32: the agent proposes, the dispatcher confirms.
fn merge_command(w: &mut Work, peer: Option<&Case>, into: OrderId, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "并单理由", reason, 2, 500).done()?;
    let peer = target(peer, into)?;
    may_merge(&w.case, peer, w.env)?;
    let steps = approval::steps_for(RequestKind::Merge, &w.case, None);
    if w.role != Some(Role::Agent) || steps.is_empty() {
        return do_merge(w, Some(peer), into, reason.trim());
    }
    apply(
        w,
        Apply {
            code: "W32",
            reason_code: "merge".to_owned(),
            reason: reason.trim().to_owned(),
            target: Some(into),
            ..Apply::new(RequestKind::Merge)
        },
    )
    .map(drop)
}

/// The later order's words go to the earlier one, which answers for both; its own work stops.
pub(super) fn do_merge(w: &mut Work, peer: Option<&Case>, into: OrderId, reason: &str) -> Result<(), Refusal> {
    let peer = target(peer, into)?;
    may_merge(&w.case, peer, w.env)?;
    w.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", "已并入其他工单，停止办理".to_owned())]);
    let limit = sla::limit(&w.case.order, w.env);
    w.step("W32", Say::opinion(reason).with(serde_json::json!({ "into": into })))?;
    w.end()?;
    w.case.order.merged_into = Some(into);
    w.case.order.suggested_org = peer.order.lead_org.or(w.case.order.suggested_org);
    w.tell_citizen("T18", &[("no", peer.order.case_no.clone())]);
    let mut parent = Work::new(peer.clone(), w.by, w.env, w.role);
    let (no, id) = (w.case.order.case_no.clone(), w.case.order.id);
    let content = w.case.order.content.clone();
    parent.case.order.content.push_str(&format!("\n【并入 {no}】{content}"));
    add_link(&mut parent, id, LinkKind::Merge, Some(reason));
    let sooner = limit.filter(|l| sla::bring(&mut parent, *l));
    parent.note(
        "W32",
        "merge_in",
        None,
        Say::opinion(reason).with(serde_json::json!({ "merged": id, "limit": limit })),
    );
    let by = sooner.map(|l| format!("，上级限办日期为{}", l.format_cn())).unwrap_or_default();
    parent.tell_units("T20", &[("biz", "工单".to_owned()), ("msg", format!("有诉求并入，请一并办理{by}"))]);
    w.others.push(parent.finish());
    Ok(())
}

pub(super) fn add_link(w: &mut Work, other: OrderId, kind: LinkKind, reason: Option<&str>) {
    let link = Link {
        id: w.env.id(),
        order_id: w.case.order.id,
        other,
        kind,
        reason: reason.map(str::to_owned),
        by: w.by.user(),
        at: w.now(),
        ended_at: None,
    };
    w.case.links.push(link);
}

/// W35: the order waits for dispatch again, with new clocks.
fn unmerge(w: &mut Work, peer: Option<&Case>, reason: &str) -> Result<(), Refusal> {
    Check::new().text("reason", "取消并单理由", reason, 2, 500).done()?;
    let into = w.case.order.merged_into.ok_or_else(|| Refusal::state("not_merged", "工单没有并入其他工单"))?;
    let peer = target(peer, into)?;
    w.step("W35", Say::opinion(reason.trim()).with(serde_json::json!({ "from": into })))?;
    let o = &mut w.case.order;
    o.merged_into = None;
    o.closed_at = None;
    o.lead_org = None;
    o.due_at = None;
    o.warn_at = None;
    await_dispatch(w);
    let mut parent = Work::new(peer.clone(), w.by, w.env, w.role);
    let (id, now) = (w.case.order.id, w.now());
    for link in parent.case.links.iter_mut().filter(|l| l.kind == LinkKind::Merge && l.other == id) {
        link.ended_at = link.ended_at.or(Some(now));
    }
    // Which of several brought the nearest limit is not known here: it goes with the last of them.
    if parent.case.merged_in().next().is_none() {
        sla::relieve(&mut parent, None);
    }
    parent.note("W35", "unmerge_out", None, Say::opinion(reason.trim()).with(serde_json::json!({ "unmerged": id })));
    w.others.push(parent.finish());
    Ok(())
}

/// W33: each demand becomes an order of its own, registered as the parent was.
fn split(w: &mut Work, parts: &[SplitPart], reason: &str) -> Result<(), Refusal> {
    let mut check = Check::new()
        .text("reason", "拆单理由", reason, 2, 500)
        .when(parts.len() < 2, "parts", "拆单须有两项及以上不同的诉求", "请至少填写两个子单")
        .when(parts.len() > 10, "parts", "子单过多", "一次最多拆为10个子单");
    for (i, part) in parts.iter().enumerate() {
        let known = w.env.directory.category(part.category.trim()).is_some_and(|c| c.active && c.level >= 2);
        check = check
            .text(&format!("parts[{i}].content"), "子单内容", &part.content, 5, 2000)
            .text(&format!("parts[{i}].title"), "子单标题", &part.title, 0, 50)
            .when(!known, &format!("parts[{i}].category"), "子单的问题分类无效", "请选择现行分类，至少到第二级");
    }
    check.done()?;
    w.note("W33", "split", None, Say::opinion(reason.trim()).with(serde_json::json!({ "parts": parts.len() })));
    for part in parts {
        let child = child_of(w, part);
        let id = child.case.order.id;
        add_link(w, id, LinkKind::ParentChild, Some(reason.trim()));
        w.others.push(child);
    }
    Ok(())
}

fn child_of(w: &Work, part: &SplitPart) -> Decision {
    let order = part_of(&w.case.order, part, w.by, w.env);
    let org = order.registered_org;
    let none = Case {
        order,
        tasks: Vec::new(),
        clocks: Vec::new(),
        requests: Vec::new(),
        contacts: Vec::new(),
        callbacks: Vec::new(),
        supervisions: Vec::new(),
        links: Vec::new(),
    };
    let mut child = Work::new(none, w.by, w.env, w.role);
    let title = super::register::public_title(&child.case.order);
    child.create(Say::nothing().with(serde_json::json!({ "split_from": w.case.order.id })));
    child.grant(org, GrantKind::Registered);
    child.tell_citizen("T01", &[("title10", title)]);
    child.finish()
}

/// W34. Orders about one event share its key, minted with the first link.
fn link(
    w: &mut Work,
    peer: Option<&Case>,
    other: OrderId,
    kind: LinkKind,
    reason: Option<&str>,
) -> Result<(), Refusal> {
    let peer = target(peer, other)?;
    let own = w.case.order.id;
    let exists = w.case.links.iter().any(|l| l.other == other && l.kind == kind && l.ended_at.is_none());
    Check::new()
        .maybe("reason", "关联说明", reason, 500)
        .when(other == own, "other", "不能关联工单自身", "请选择另一件工单")
        .when(exists, "other", "两件工单已有相同的关联", "无需重复关联")
        .when(
            matches!(kind, LinkKind::Merge | LinkKind::ParentChild | LinkKind::Joint),
            "kind",
            "并单、拆单、并案关系不能手工建立",
            "请使用“并单”“拆单”或“并案”",
        )
        .done()?;
    let event = match (kind, w.case.order.event, peer.order.event) {
        (LinkKind::SameEvent, None, theirs) => Some(theirs.unwrap_or_else(|| w.env.id())),
        (LinkKind::SameEvent, mine, _) => mine,
        _ => None,
    };
    w.note("W34", "link", None, Say::maybe(reason).with(serde_json::json!({ "other": other, "kind": kind })));
    add_link(w, other, kind, reason);
    let mut second = Work::new(peer.clone(), w.by, w.env, w.role);
    second.note("W34", "link_in", None, Say::maybe(reason).with(serde_json::json!({ "other": own, "kind": kind })));
    if let Some(event) = event {
        w.case.order.event = Some(event);
        second.case.order.event = Some(event);
    }
    w.others.push(second.finish());
    if kind == LinkKind::Supervise {
        let msg = [("biz", "工单".to_owned()), ("msg", "已关联督办事项".to_owned())];
        w.tell("T20", Recipient::CenterRole { role: Role::Supervisor }, &msg);
    }
    Ok(())
}
