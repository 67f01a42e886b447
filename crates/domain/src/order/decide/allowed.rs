//! 可用操作: the buttons a person sees on an order, with the reason why one is grey.

use kernel::{RequestId, SupervisionId, TaskId};
use serde::Serialize;

use super::{
    gate::{Scene, Verdict},
    rules::{On, RULES, Rule},
};
use crate::{
    case::Case,
    env::{By, Env},
};

/// One button. Pressing it with a well-filled form may still be refused for what the form says; a disabled one always is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Allowed {
    /// Action code of [`crate::order::Command`].
    pub action: &'static str,
    /// 按钮文字.
    pub label: &'static str,
    pub enabled: bool,
    /// Why it is disabled, for the user.
    pub reason: Option<String>,
    /// The task the button is about; a command must name it.
    pub task: Option<TaskId>,
    /// The request the button is about; a command must name it.
    pub request: Option<RequestId>,
    /// The round of supervision the button is about; a command must name it.
    pub supervision: Option<SupervisionId>,
}

/// The buttons of one person on one order, in the order they stand. What is not listed, [`super::decide`] refuses.
#[must_use]
pub fn allowed(case: &Case, by: &By, env: &Env) -> Vec<Allowed> {
    let scene = Scene::new(case, by, env);
    let mut buttons = Vec::new();
    for rule in RULES {
        match rule.on {
            On::Order => buttons.extend(button(&scene, rule)),
            On::Lead => buttons.extend(button(&scene.with_lead(), rule)),
            On::Task => {
                for task in case.active_tasks() {
                    buttons.extend(button(&Scene { task: Some(task), ..scene }, rule));
                }
            }
            On::Supervision => {
                for round in &case.supervisions {
                    buttons.extend(button(&scene.with_supervision(round), rule));
                }
            }
            On::Request => {
                for request in case.pending_requests() {
                    buttons.extend(button(&Scene { request: Some(request), ..scene }, rule));
                }
            }
        }
    }
    buttons
}

fn button(scene: &Scene, rule: &Rule) -> Option<Allowed> {
    if !scene.conceivable(rule) {
        return None;
    }
    let (enabled, reason) = match scene.verdict(rule) {
        Verdict::Hidden(_) => return None,
        Verdict::Barred(refusal) => (false, Some(refusal.message)),
        Verdict::Open(_) => (true, None),
    };
    Some(Allowed {
        action: rule.action,
        label: rule.label,
        enabled,
        reason,
        task: scene.task.filter(|_| rule.on == On::Task).map(|t| t.id),
        request: scene.request.map(|r| r.id),
        supervision: scene.supervision.map(|s| s.id),
    })
}
