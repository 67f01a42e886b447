//! The tables themselves: equal to App. E, and printed with the roles that may take each step.

use std::fmt::Write as _;

use domain::{
    authority::Permission,
    order::{
        OrderState,
        decide::approval::MATRIX,
        table::{ORDER_TRANSITIONS, Transition, order_step},
    },
    task::TaskState,
    task_table::{TASK_TRANSITIONS, task_step},
};

const APP_E: &str = include_str!("app_e.txt");

fn lines<S: Copy>(table: &[Transition<S>], code: fn(S) -> &'static str) -> Vec<String> {
    let one = |t: &Transition<S>| {
        let mut from: Vec<&str> = t.from.iter().map(|s| code(*s)).collect();
        if t.creation {
            from.insert(0, "-");
        }
        format!("{} {} {} {}", t.id, t.action, from.join(","), code(t.to))
    };
    table.iter().map(one).collect()
}

#[test]
fn both_tables_equal_appendix_e_line_by_line() {
    let mut ours = lines(ORDER_TRANSITIONS, OrderState::code);
    ours.extend(lines(TASK_TRANSITIONS, TaskState::code));
    let theirs: Vec<&str> = APP_E.lines().filter(|l| !l.is_empty()).collect();
    assert_eq!(ours, theirs);
}

/// The command that takes a step, where its name differs from the action of the table; `None` = follows by itself.
fn command(action: &str) -> Option<&str> {
    Some(match action {
        "save_draft" => "save_draft",
        "return_approved" | "return_approve" | "return_reject" => "decide",
        "center_accept_direct" => "center_accept",
        "unified_reply_nocb" => "unified_reply",
        "callback_close" => "callback",
        "reopen_redo" => "reopen",
        "supersede" => "reassign",
        "no_reply_wanted" | "create" | "void_by_order" => return None,
        other => other,
    })
}

fn roles(action: &str) -> String {
    let Some(command) = command(action) else { return "（随其他步骤）".to_owned() };
    let permission = Permission::for_action(command).unwrap_or_else(|| panic!("no permission for {command}"));
    permission.roles().iter().map(|r| r.cn()).collect::<Vec<_>>().join("、")
}

fn section<S: Copy>(out: &mut String, title: &str, table: &[Transition<S>], cn: fn(S) -> &'static str) {
    writeln!(out, "## {title}").unwrap();
    for t in table {
        let mut from: Vec<&str> = t.from.iter().map(|s| cn(*s)).collect();
        if t.creation {
            from.insert(0, "（新建）");
        }
        let (from, to) = (from.join("、"), cn(t.to));
        writeln!(out, "{:<5}{:<22}{}: {from} → {to} | {}", t.id, t.action, t.label, roles(t.action)).unwrap();
    }
}

#[test]
fn transitions_with_their_roles_are_as_reviewed() {
    let mut out = String::new();
    section(&mut out, "工单", ORDER_TRANSITIONS, OrderState::cn);
    section(&mut out, "任务", TASK_TRANSITIONS, TaskState::cn);
    writeln!(out, "## 审批").unwrap();
    for row in MATRIX {
        let steps: Vec<_> = row.steps.iter().map(|r| r.cn()).collect();
        let steps = if steps.is_empty() { "无需审批".to_owned() } else { steps.join(" → ") };
        writeln!(out, "{} [{:?}]: {steps}", row.kind.cn(), row.when).unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/transitions.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(path, &out).unwrap();
    }
    let golden = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(out, golden, "review the change, then run again with UPDATE_GOLDEN=1");
}

#[test]
fn codes_are_unique_and_every_state_is_reached_and_left() {
    let ids: std::collections::BTreeSet<_> = ORDER_TRANSITIONS.iter().map(|t| t.id).collect();
    assert_eq!(ids.len(), ORDER_TRANSITIONS.len());
    for state in OrderState::ALL {
        assert!(ORDER_TRANSITIONS.iter().any(|t| t.to == *state), "{state} is never reached");
        let left = ORDER_TRANSITIONS.iter().any(|t| t.from.contains(state));
        assert_eq!(left, *state != OrderState::Archived, "{state}");
    }
    for state in TaskState::ALL {
        assert!(TASK_TRANSITIONS.iter().any(|t| t.to == *state), "{state} is never reached");
        let left = TASK_TRANSITIONS.iter().any(|t| t.from.contains(state));
        assert_eq!(left, !state.is_terminal(), "{state}");
    }
}

#[test]
fn an_illegal_step_names_both_states() {
    assert_eq!(order_step("W10", OrderState::PendingDispatch), Ok(OrderState::Dispatched));
    let refusal = order_step("W10", OrderState::Closed).unwrap_err();
    assert_eq!(refusal.code, "state");
    assert!(refusal.message.contains("已办结") && refusal.message.contains("待派单"), "{refusal}");
    assert!(task_step("K02", TaskState::Working).unwrap_err().message.contains("待签收"));
    assert!(order_step("W99", OrderState::Closed).is_err());
    assert!(task_step("K99", TaskState::Working).is_err());
}
