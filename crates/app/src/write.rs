//! The one writer: carries a decision out, in one transaction, with everything that must not be forgotten.

use db::Tx;
use domain::authority::Role;
use domain::case::Case;
use domain::decision::{Decision, Notice, Recipient};
use domain::flow::FlowEntry;
use domain::message::{Medium, Reach, reach};
use domain::order::{Order, Urgency};
use kernel::{NoticeId, OrderId, OrgId, Ts, UserId};
use store::notification::Notification;
use store::outbox::{Audience, Event};
use store::sms::{Sms, SmsState};

use crate::ctx::{App, Ctx};
use crate::sms::letter;
use crate::world::{Composed, World};
use crate::{Error, Result, audit};

/// What the decision cannot know.
#[derive(Clone, Debug, Default)]
pub struct Extra {
    /// 查询码 for the T01 message; only ever in memory and in the sealed message.
    pub query_code: Option<String>,
    /// The account whoever wrote is answered at, while the order is new; later it is on record.
    pub account: Option<(Medium, String)>,
    /// Tell nobody: imports of history, recalculations.
    pub quiet: bool,
    /// The command behind it, for steps that leave no flow entry (占用).
    pub action: Option<&'static str>,
}

/// Persists a decision: the case by compare-and-set, flow log, grants, notices, messages, events and the audit record.
/// `before` is the case as loaded; `None` for a new one. Returns the case with its new versions.
///
/// # Errors
/// Stale data is refused as [`kernel::RefusalKind::Stale`]; nothing may be committed then.
pub async fn apply(
    tx: &mut Tx,
    app: &App,
    ctx: &Ctx,
    world: &World,
    before: Option<&Case>,
    decision: Decision,
    extra: &Extra,
) -> Result<Case> {
    let Decision { mut case, flow, notices, grants, others, rulings } = decision;
    if !others.is_empty() {
        return Err(Error::broken("the caller takes other cases out: it knows how they were"));
    }
    let vault = &app.store.vault;
    store::flow_log::append_flow(tx, vault, &mut case.order, &flow).await?;
    match before {
        None => store::case::insert_case(tx, vault, &case, &grants).await?,
        Some(before) => store::case::save_case(tx, vault, before, &mut case, &grants).await?,
    }
    if let Some(idx) = extra.query_code.as_deref().and_then(|code| app.code_index(code)) {
        store::exchange::put_index(tx, &idx, &format!("own/{}", case.order.id)).await?;
    }
    crate::catalogue::write_rulings(tx, ctx, case.order.id, &rulings).await?;
    let action = extra.action.or(flow.first().map(|f| f.action.as_str())).unwrap_or("touch");
    if !extra.quiet {
        let mut mail = Mail::default();
        for notice in &notices {
            mail.tell(tx, app, ctx, world, &case.order, notice, extra).await?;
        }
        mail.events.extend(changed(ctx, before, &case, action));
        mail.send(tx, app).await?;
    }
    audit::record(tx, app, ctx, order_entry(action, &case.order, &flow)).await?;
    if before.is_some_and(|b| (b.order.state, b.order.lead_org) != (case.order.state, case.order.lead_org)) {
        crate::joint::follow_all(tx, app, ctx, world, &case).await?;
    }
    Ok(case)
}

fn order_entry(action: &str, order: &Order, flow: &[FlowEntry]) -> audit::Entry {
    let codes: Vec<&str> = flow.iter().map(|f| f.code.as_str()).collect();
    let detail = serde_json::json!({
        "case_no": order.case_no, "flow": codes, "state": order.state, "seq": order.flow_seq, "head": order.flow_hash,
    });
    audit::Entry::new("order", &format!("order.{action}"), "order", order.id).with(detail)
}

/// For open pages: the order changed, and when its state did, so did two queues.
fn changed(ctx: &Ctx, before: Option<&Case>, case: &Case, action: &str) -> Vec<Event> {
    let order = &case.order;
    let from = before.map(|c| c.order.state);
    let event = |topic: &str, payload| Event {
        topic: topic.to_owned(),
        audience: Audience::Order(order.id),
        payload,
        at: ctx.now,
    };
    let payload = serde_json::json!({
        "order_id": order.id, "case_no": order.case_no, "version": order.version, "state": order.state,
        "from": from, "action": action,
    });
    let mut events = vec![event("order", payload)];
    if from != Some(order.state) {
        events.push(event("queue", serde_json::json!({ "order_id": order.id, "from": from, "to": order.state })));
    }
    events
}

/// What goes out with a transaction, collected and written with three statements.
#[derive(Default)]
pub struct Mail {
    pub notifications: Vec<Notification>,
    pub events: Vec<Event>,
    pub messages: Vec<Sms>,
}

/// A notification to be written: class, title, text, and the order it is about.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    pub kind: &'a str,
    pub title: &'a str,
    pub body: &'a str,
    pub order: Option<(OrderId, &'a str)>,
}

impl Mail {
    /// Writes everything collected.
    pub async fn send(mut self, tx: &mut Tx, app: &App) -> Result<()> {
        if !self.notifications.is_empty() {
            self.messages.extend(letter::to_staff(app, &app.world(), &self.notifications));
            store::notification::insert_notifications(tx, &self.notifications).await?;
        }
        if !self.messages.is_empty() {
            store::sms::insert_sms(tx, &app.store.vault, &self.messages).await?;
        }
        if !self.events.is_empty() {
            store::outbox::push(tx, &self.events).await?;
        }
        Ok(())
    }

    /// A notification to each user, and an event that wakes their pages.
    pub fn notify(&mut self, app: &App, now: Ts, users: &[UserId], letter: Letter) {
        for user in users {
            let id = NoticeId::mint(&*app.mint, now);
            let payload = serde_json::json!({
                "id": id, "kind": letter.kind, "title": letter.title, "body": letter.body,
                "order_id": letter.order.map(|o| o.0), "case_no": letter.order.map(|o| o.1),
            });
            self.notifications.push(Notification {
                id,
                user_id: *user,
                kind: letter.kind.to_owned(),
                title: letter.title.to_owned(),
                body: letter.body.to_owned(),
                order_id: letter.order.map(|o| o.0),
                at: now,
                read_at: None,
            });
            self.events.push(Event {
                topic: "notification".to_owned(),
                audience: Audience::User(*user),
                payload,
                at: now,
            });
        }
    }

    /// One notice of a decision: a message to the citizen, or notifications to the staff meant by it.
    #[expect(clippy::too_many_arguments, reason = "the context of a notice")]
    async fn tell(
        &mut self,
        tx: &mut Tx,
        app: &App,
        ctx: &Ctx,
        world: &World,
        order: &Order,
        notice: &Notice,
        extra: &Extra,
    ) -> Result<()> {
        if notice.recipient == Recipient::Citizen {
            let account = crate::social::account(tx, app, world, order, extra.account.as_ref()).await?;
            if let Some(sms) = to_citizen(app, ctx, world, order, notice, extra, account) {
                let invites = world.params.list("sms.rating_templates").contains(&notice.template.as_str());
                // Who wants no invitations still gets the answer itself (T12).
                let unwanted = invites
                    && notice.template != "T12"
                    && sms.medium == Medium::Sms
                    && store::sms::is_stopped(&mut *tx, &app.store.vault, &sms.to).await?;
                self.messages.extend((!unwanted).then_some(sms));
            }
            let new = extra.account.as_ref();
            self.messages.extend(crate::social::weibo::comment(tx, app, ctx, world, (order, notice), new).await?);
            return Ok(());
        }
        let Composed { title, text: body, .. } = world.compose(&notice.template, &notice.vars);
        let mut users = recipients(tx, ctx, world, &notice.recipient).await?;
        // Nobody needs to be told what they just did themselves.
        users.retain(|u| Some(*u) != ctx.by.user());
        let letter = Letter {
            kind: &notice.template,
            title: &title,
            body: &body,
            order: Some((order.id, order.case_no.as_str())),
        };
        self.notify(app, ctx.now, &users, letter);
        Ok(())
    }
}

/// The users a recipient stands for, each once. A unit without anybody on duty is told through its administrators.
pub async fn recipients(tx: &mut Tx, ctx: &Ctx, world: &World, recipient: &Recipient) -> Result<Vec<UserId>> {
    use store::appointment::{users_of_role, users_on_duty};
    let now = ctx.now;
    let mut users = match recipient {
        Recipient::Citizen => Vec::new(),
        Recipient::User { user } => vec![*user],
        Recipient::OrgRole { org, role } => users_of_role(&mut *tx, *role, Some(*org), now).await?,
        Recipient::OrgDuty { org } => {
            let duty = users_on_duty(&mut *tx, *org, now).await?;
            if duty.is_empty() { users_of_role(&mut *tx, Role::UnitAdmin, Some(*org), now).await? } else { duty }
        }
        // Callback and call work may sit at a contractor: the role decides, not the house.
        Recipient::CenterRole { role } => {
            let house: Option<OrgId> = world.directory.center().map(|o| o.id);
            let wide = matches!(role, Role::Agent | Role::Callback | Role::ExpertSeat);
            users_of_role(&mut *tx, *role, house.filter(|_| !wide), now).await?
        }
    };
    users.sort();
    users.dedup();
    Ok(users)
}

/// The message to the citizen, held back outside the hours in which citizens may be rung up; `None` when there is no way to
/// reach them or nobody wants it. Without a mail server only telephones are ways.
fn to_citizen(
    app: &App,
    ctx: &Ctx,
    world: &World,
    order: &Order,
    notice: &Notice,
    extra: &Extra,
    account: Option<(Medium, String)>,
) -> Option<Sms> {
    let Reach { medium, to } = match account {
        Some((medium, to)) => Reach { medium, to },
        None => reach(order.channel, &order.requester, world.mail_on)?,
    };
    let template = notice.template.as_str();
    if world.params.list("sms.optional").contains(&template) {
        return None;
    }
    let mut vars = notice.vars.clone();
    vars.entry("url".to_owned()).or_insert_with(|| app.settings.public_url.clone());
    if let Some(code) = &extra.query_code {
        vars.insert("qc".to_owned(), code.clone());
    }
    let made = world.compose(template, &vars);
    let new = |text| Sms {
        medium,
        version: made.version,
        order: Some(order.id),
        ..Sms::new(NoticeId::mint(&*app.mint, ctx.now), template, &to, text, ctx.now)
    };
    if medium == Medium::Mail {
        vars.entry("no".to_owned()).or_insert_with(|| order.case_no.clone());
        let text = letter::to_citizen(world, template, &made.text, order.reply.as_deref(), &vars);
        let subject = letter::subject(world, &made.title, Some(&order.case_no));
        return Some(Sms { subject: Some(subject), ..new(text) });
    }
    let held = is_held(world, template, order.urgency, ctx.now);
    let text = if medium == Medium::Sms { signed(world, &made.text) } else { made.text };
    Some(Sms { state: if held { SmsState::Held } else { SmsState::Queued }, ..new(text) })
}

/// A message as telephones have it: carriers ask for a name before the words.
pub(crate) fn signed(world: &World, words: &str) -> String {
    format!("【{}】{words}", world.params.text("sms.sign"))
}

/// Whether a message to a citizen must wait for the morning.
pub fn is_held(world: &World, template: &str, urgency: Urgency, now: Ts) -> bool {
    let exempt = urgency == Urgency::U1 || world.params.list("sms.window_exempt").contains(&template);
    !exempt && !in_window(world, now)
}

/// The present moment lies in `sms.window`.
pub fn in_window(world: &World, now: Ts) -> bool {
    let time = now.civil().time();
    let minute = i32::from(time.hour()) * 60 + i32::from(time.minute());
    world.params.windows("sms.window").iter().any(|(from, to)| i32::from(*from) <= minute && minute < i32::from(*to))
}
