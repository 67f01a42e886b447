//! From the citizen's form to the registration form, and to what the duplicate check compares.

use citizen::Form;
use domain::order::{Channel, Confidentiality, DemandType, RegisterForm, Requester, RequesterKind};
use kernel::{Date, Phone, Ts};

use crate::world::World;

/// 其他: where a matter goes whose category nobody named and no word tells.
const UNSORTED: &str = "990300";
/// Source system of matters filed on the portal.
pub const SOURCE: &str = "portal";
/// As many characters of the content are looked at for a category.
const TELLING: usize = 60;

fn text(value: &str) -> Option<String> {
    let value = value.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

/// The category named, else the likeliest by its words.
pub fn category(form: &Form, world: &World) -> String {
    if !form.category.is_empty() {
        return form.category.clone();
    }
    let told: String = format!("{} {}", form.title, form.content).chars().take(TELLING).collect();
    let hits = world.directory.category_search(&told, 5);
    let fit = hits.into_iter().find(|h| world.directory.category(&h.code).is_some_and(|c| c.level >= 2));
    fit.map_or_else(|| UNSORTED.to_owned(), |h| h.code)
}

/// The number as it is kept; `None` for an anonymous form.
pub fn phone(form: &Form) -> Option<String> {
    let typed = (!form.anonymous).then_some(form.phone.as_str())?;
    Phone::parse(typed).ok().map(|p| p.normalised().to_owned())
}

fn requester(form: &Form) -> Requester {
    if form.anonymous {
        return Requester { kind: Some(RequesterKind::Person), ..Requester::default() };
    }
    Requester {
        name: text(&form.name),
        phone: phone(form),
        id_no: text(&form.id_no).map(|t| t.to_uppercase()),
        kind: Some(RequesterKind::Person),
        ..Requester::default()
    }
}

/// `src_no` names the form for ever: the same one is never registered twice.
pub fn register_form(form: &Form, src_no: &str, world: &World) -> RegisterForm {
    let kind: Option<DemandType> = form.kind.parse().ok();
    // One that is closed by now, while the form was on its way, still gets its letter.
    let mailbox = form.mailbox.parse().ok().filter(|id| world.mailbox(*id).is_some());
    let occurred = form.occurred_on.trim().parse::<Date>().ok().map(Ts::start_of);
    RegisterForm {
        channel: Some(if mailbox.is_some() { Channel::Mail } else { Channel::Web }),
        mailbox,
        demand_type: kind,
        category: category(form, world),
        title: form.title.trim().to_owned(),
        content: form.content.trim().to_owned(),
        wish: text(&form.wish),
        region: form.area.clone(),
        address: text(&form.address),
        occurred_at: occurred,
        requester: requester(form),
        anonymous: form.anonymous,
        confidentiality: form.confidential.then_some(Confidentiality::KeepSecret),
        publishable: Some(form.publish),
        no_reply_wanted: form.no_reply,
        respondent: text(&form.respondent),
        duplicates_checked: true,
        src_sys: Some(SOURCE.to_owned()),
        src_no: Some(src_no.to_owned()),
        ..RegisterForm::default()
    }
}
