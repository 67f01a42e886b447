//! 邮件: the words of a message as a mail has them, to citizens and to the staff who asked for it.

use std::collections::BTreeMap;

use citizen::PaperFile;
use domain::message::{MailChoice, Medium};
use kernel::{NoticeId, Ts, UserId};
use store::notification::Notification;
use store::sms::Sms;

use crate::Result;
use crate::citizen::Enclosed;
use crate::ctx::App;
use crate::message::fill;
use crate::world::World;

/// Messages that are an answer; a mail holds all of it, where a message has room for its beginning.
const ANSWERS: &[&str] = &["T02", "T12"];
const ANSWER: &str =
    "您的诉求（编号{no}）答复如下：\n\n{reply}\n\n您可以在{url}凭编号和查询码查看办理经过，并作出评价。";

/// Body of a mail to a citizen. `vars` fill it; `text` is what a message would say, `reply` the whole answer.
pub fn to_citizen(
    world: &World,
    template: &str,
    text: &str,
    reply: Option<&str>,
    vars: &BTreeMap<String, String>,
) -> String {
    let words = match reply.filter(|_| ANSWERS.contains(&template)) {
        Some(reply) => {
            let mut vars = vars.clone();
            vars.insert("reply".to_owned(), reply.to_owned());
            fill(ANSWER, &vars)
        }
        None => text.to_owned(),
    };
    framed(world, &words, if world.mail_read { ANSWERABLE } else { UNREAD })
}

/// What goes with a mail to a citizen, and the words for what does not fit.
pub async fn enclosed(app: &App, sms: &Sms) -> Result<(Vec<PaperFile>, Option<String>)> {
    let answers = sms.medium == Medium::Mail && sms.user.is_none() && ANSWERS.contains(&sms.template.as_str());
    let Some(order) = sms.order.filter(|_| answers) else { return Ok((Vec::new(), None)) };
    let Enclosed { files, left } = crate::citizen::enclosed(app, order).await?;
    let url = &app.settings.public_url;
    let words = (left > 0).then(|| format!("\n（答复另有{left}份附件不便随信发送，请凭编号和查询码到{url}下载。）\n"));
    Ok((files, words))
}

/// The last line: whether an answer to it is read.
const UNREAD: &str = "（本邮件由系统自动发出，请勿直接回复。）";
const ANSWERABLE: &str = "（本邮件由系统自动发出。如有补充，可直接回复本邮件，请保留标题中的编号。）";

fn framed(world: &World, words: &str, last: &str) -> String {
    format!("您好：\n\n{words}\n\n{}\n{last}\n", world.params.text("sms.sign"))
}

/// Subject of a mail; it holds nothing that tells who is written to.
pub fn subject(world: &World, title: &str, case_no: Option<&str>) -> String {
    let sign = world.params.text("sms.sign");
    case_no.map_or_else(|| format!("【{sign}】{title}"), |no| format!("【{sign}】{title}（{no}）"))
}

/// 邮件提醒: the notifications that somebody wants by mail too.
pub fn to_staff(app: &App, world: &World, notifications: &[Notification]) -> Vec<Sms> {
    if !world.mail_on {
        return Vec::new();
    }
    let urgent = world.params.list("mail.urgent");
    let wanted = |n: &&Notification| match world.mails.get(&n.user_id).map(|(_, choice)| *choice) {
        Some(MailChoice::All) => true,
        Some(MailChoice::Urgent) => urgent.contains(&n.kind.as_str()),
        Some(MailChoice::Off) | None => false,
    };
    notifications.iter().filter(wanted).filter_map(|n| one(app, world, n)).collect()
}

fn one(app: &App, world: &World, n: &Notification) -> Option<Sms> {
    let (address, _) = world.mails.get(&n.user_id)?;
    let words = format!("{}\n\n请登录工作台处理。", n.body);
    Some(staff_mail(app, world, n.user_id, address, (&n.kind, &n.title, &words), n.at))
}

/// A mail to somebody of the staff: template, title, words.
pub fn staff_mail(
    app: &App,
    world: &World,
    user: UserId,
    address: &str,
    (template, title, words): (&str, &str, &str),
    now: Ts,
) -> Sms {
    Sms {
        medium: Medium::Mail,
        subject: Some(subject(world, title, None)),
        user: Some(user),
        ..Sms::new(NoticeId::mint(&*app.mint, now), template, address, framed(world, words, UNREAD), now)
    }
}
