//! What the portal's forms offer, from dictionaries, categories and regions.

use citizen::{Catalogue, Group, Item, Limits};
use domain::mailbox::Mailbox;
use domain::order::DemandType;
use domain::param::Params;

use crate::Result;
use crate::ctx::App;
use crate::world::World;

/// 诉求类型 a citizen chooses from, with a sentence each.
const KINDS: &[(DemandType, &str)] = &[
    (DemandType::Help, "遇到困难需要帮助，例如停水、路灯不亮"),
    (DemandType::Complaint, "对某单位的服务或管理不满意"),
    (DemandType::Consult, "想了解政策、办事流程"),
    (DemandType::Report, "反映违法违规行为，默认保密"),
    (DemandType::Suggestion, "对城市工作的意见和建议"),
    (DemandType::Praise, "感谢或表扬"),
];

/// The catalogue in force.
pub async fn catalogue(app: &App) -> Result<Catalogue> {
    let world = app.fresh_world().await?;
    let kind = |(kind, hint): &(DemandType, &str)| Item {
        code: kind.code().to_owned(),
        name: kind.cn().to_owned(),
        hint: (*hint).to_owned(),
    };
    let dissatisfied = world.dictionaries.get("dissatisfy_reason").into_iter().flatten();
    Ok(Catalogue {
        city: app.settings.city.clone(),
        phone: "12345".to_owned(),
        kinds: KINDS.iter().map(kind).collect(),
        categories: categories(&world),
        areas: areas(&world),
        dissatisfied: dissatisfied.map(|i| item(&i.code, &i.name)).collect(),
        limits: limits(&world.params),
        consent: world.params.text("portal.consent").to_owned(),
        mailboxes: world.mailboxes.iter().filter(|m| m.open).map(|m| mailbox(m, &world)).collect(),
    })
}

pub(super) fn limits(params: &Params) -> Limits {
    let count = |key: i64| usize::try_from(key).unwrap_or(0);
    Limits {
        photos: count(params.int("portal.photos")),
        photo_bytes: count(params.int("portal.photo_mb")) << 20,
        code_minutes: params.int("security.otp.valid_min"),
    }
}

/// Whose box it is, and what for.
fn mailbox(m: &Mailbox, world: &World) -> Item {
    let (leader, about) = (world.user_name(m.leader), m.about.as_str());
    let hint = if about.is_empty() { leader } else { format!("{leader}，{about}") };
    Item { code: m.id.to_string(), name: m.name.clone(), hint }
}

fn item(code: &str, name: &str) -> Item {
    Item { code: code.to_owned(), name: name.to_owned(), hint: String::new() }
}

/// Two levels are as much as anybody should be asked for.
fn categories(world: &World) -> Vec<Group> {
    let all: Vec<_> = world.directory.categories().filter(|c| c.active).collect();
    let mut heads: Vec<_> = all.iter().filter(|c| c.level == 1).collect();
    heads.sort_by(|a, b| a.code.cmp(&b.code));
    heads
        .into_iter()
        .map(|head| {
            let mut items: Vec<Item> = all
                .iter()
                .filter(|c| c.level == 2 && c.parent.as_deref() == Some(head.code.as_str()))
                .map(|c| item(&c.code, &c.name))
                .collect();
            items.sort_by(|a, b| a.code.cmp(&b.code));
            Group { code: head.code.clone(), name: head.name.clone(), items }
        })
        .filter(|g| !g.items.is_empty())
        .collect()
}

/// The city's districts with their streets and townships.
fn areas(world: &World) -> Vec<Group> {
    let own = world.regions.list(None);
    own.iter()
        .filter(|r| r.home)
        .map(|r| Group {
            code: r.code.clone(),
            name: r.name.clone(),
            items: world.regions.list(Some(&r.code)).iter().map(|t| item(&t.code, &t.name)).collect(),
        })
        .collect()
}
