//! 记录有误: what was written down of conversations with the citizen, and the citizen's word against it (B6).

use std::collections::BTreeMap;

use citizen::{Objection, Record, RecordKind, Said};
use db::Tx;
use domain::callback::{CITIZEN, Callback};
use domain::case::Case;
use domain::contact::Contact;
use domain::correction::{CorrectedField, CorrectedItem, CorrectionGround, fits, objection};
use domain::env::{By, Env};
use domain::order::{Command, allowed};
use domain::request::{Request, RequestState};
use kernel::{CallId, CallbackId, ContactId, FieldError, OrderId, OrgId, Refusal, Ts, Uuid, redact_text};

use crate::ctx::App;
use crate::{Error, Result};

/// What a citizen can judge of a contact, and of an answer.
const OF_CONTACT: &[CorrectedField] = &[CorrectedField::ContactResult];
const OF_ANSWER: &[CorrectedField] =
    &[CorrectedField::Contacted, CorrectedField::Solved, CorrectedField::Process, CorrectedField::Result];
/// A conversation belongs to a record made while it lasted or so long after it began, ms.
const CALL_BEFORE_MS: i64 = 2 * 3_600_000;
/// Clocks of people are not those of the switch, ms.
const CALL_AFTER_MS: i64 = 10 * 60_000;

/// Contacts and answers as they stand, the latest first. `unit` names an organisation as far as the citizen may know it.
pub(super) fn records(case: &Case, env: &Env, unit: &dyn Fn(Option<OrgId>) -> String) -> Vec<Record> {
    let open = allowed(case, &By::System, env).iter().any(|a| a.action == "correct" && a.enabled);
    let contacts = case.contacts_in_force().map(|c| contact(case, c, open, unit));
    let answers = case.answers().filter(|c| c.reached).map(|c| answer(case, c, open));
    let mut all: Vec<Record> = contacts.chain(answers).collect();
    all.sort_by_key(|r| std::cmp::Reverse((r.at, r.id)));
    all
}

fn contact(case: &Case, c: &Contact, open: bool, unit: &dyn Fn(Option<OrgId>) -> String) -> Record {
    let raised = objection(case, None, Some(c));
    let org = case.task(c.task_id).map(|t| t.org);
    Record {
        id: c.id.uuid(),
        kind: RecordKind::Contact,
        at: c.at,
        title: format!("{}{}联系", unit(org), c.way.cn()),
        said: said(OF_CONTACT, |field| field.of_contact(c)),
        corrected: c.corrects.is_some(),
        open: open && raised.is_none(),
        objection: raised.map(told),
    }
}

fn answer(case: &Case, c: &Callback, open: bool) -> Record {
    let raised = objection(case, Some(c), None);
    let own = c.by == CITIZEN;
    Record {
        id: c.id.uuid(),
        kind: RecordKind::Answer,
        at: c.at,
        title: if own { format!("您的{}评价", c.mode.cn()) } else { format!("热线中心{}回访", c.mode.cn()) },
        said: said(OF_ANSWER, |field| field.of_answer(c)),
        corrected: c.corrects.is_some(),
        open: open && !own && raised.is_none(),
        objection: raised.map(told),
    }
}

fn said(fields: &[CorrectedField], of: impl Fn(CorrectedField) -> Option<String>) -> Vec<Said> {
    let one = |field: &CorrectedField| {
        let value = of(*field).unwrap_or_default();
        let word = if value.is_empty() { "（未记录）".to_owned() } else { field.word(&value) };
        Said { field: field.code().to_owned(), name: field.cn().to_owned(), value, word }
    };
    fields.iter().map(one).collect()
}

/// Only of a refusal the reason is told: it was written for whoever asked.
fn told(r: &Request) -> Objection {
    let refused = r.state == RequestState::Rejected;
    let last = r.decisions.last().and_then(|d| d.opinion.as_deref());
    let stand = match r.state {
        RequestState::Approved => "已更正",
        RequestState::Rejected => "经核实不予更正",
        RequestState::Cancelled => "已取消",
        RequestState::Pending => "等待核实",
    };
    Objection { at: r.applied_at, stand: stand.to_owned(), reason: last.filter(|_| refused).map(redact_text) }
}

/// The fields are ones a citizen can judge, and their values exist.
///
/// # Errors
/// Names what is wrong.
pub(super) fn check(said: &BTreeMap<String, String>) -> Result<()> {
    items(said).map(drop)
}

fn items(said: &BTreeMap<String, String>) -> Result<Vec<CorrectedItem>> {
    let wrong = |text: &str| FieldError::new("said", text).with_remedy("请从列出的选项中选择");
    if said.is_empty() {
        return Err(wrong("请选择与记录不同的实际情况").into());
    }
    let item = |(field, should): (&String, &String)| -> Result<CorrectedItem> {
        let field = field.parse::<CorrectedField>().ok().filter(|f| OF_CONTACT.contains(f) || OF_ANSWER.contains(f));
        let field = field.filter(|f| fits(*f, should)).ok_or_else(|| wrong("没有这种选项"))?;
        Ok(CorrectedItem { field, should: should.clone() })
    };
    said.iter().map(item).collect()
}

/// The citizen's word as an application, with the recording of the conversation where there is one.
pub(super) async fn command(
    tx: &mut Tx,
    app: &App,
    id: OrderId,
    record: Uuid,
    said: &BTreeMap<String, String>,
    reason: &str,
) -> Result<Command> {
    let case = store::case::load_case_for_change(tx, &app.store.vault, id).await?;
    let case = case.ok_or_else(|| Error::from(Refusal::not_found("诉求")))?;
    let answer = case.answers().find(|c| c.id == CallbackId(record));
    let contact = case.contacts_in_force().find(|c| c.id == ContactId(record));
    let at = answer.map(|c| c.at).or(contact.map(|c| c.at));
    let at = at.ok_or_else(|| Refusal::conflict("record_moved", "该记录刚刚变动，请返回查看最新内容"))?;
    Ok(Command::Correct {
        callback: answer.map(|c| c.id),
        contact: contact.map(|c| c.id),
        items: items(said)?,
        ground: CorrectionGround::Misheard,
        reason: format!("诉求人网上提出异议：{}", reason.trim()),
        call: conversation(tx, app, id, at).await?,
    })
}

/// The answered call about the order in which the record was made.
async fn conversation(tx: &mut Tx, app: &App, id: OrderId, at: Ts) -> Result<Option<CallId>> {
    let calls = store::call::calls_of_order(&mut *tx, &app.store.vault, id).await?;
    let fits = |from: Ts| (-CALL_AFTER_MS..=CALL_BEFORE_MS).contains(&at.millis_since(from));
    let near = calls.iter().filter(|c| c.answered_at.is_some() && fits(c.started_at));
    Ok(near.min_by_key(|c| at.millis_since(c.started_at).abs()).map(|c| c.id))
}
