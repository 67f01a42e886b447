//! A matter comes in: dealt its fate, typed in at the desk, wrongly first now and then.

use std::collections::VecDeque;

use anyhow::Result;
use domain::authority::{Actor, Role};
use domain::env::By;
use domain::order::{Channel, Origin, RegisterForm, Requester, Urgency};
use kernel::{OrderId, Ts};

use crate::fate::{FATES, Fate, Kind, Twist};
use crate::live::{Live, Peers};
use crate::run::Sim;
use crate::turn::Outcome;
use crate::words::Dice;
use crate::{blunder, matter};

/// Every fate comes at least so often, if there are orders enough.
const ROUNDS: usize = 3;
/// Those that must come are dealt within this part of the year, in per cent: their stories take time.
const EARLY: usize = 67;
/// Orders remembered for merges and links.
const MEMORY: usize = 60;

/// What one arrival is to be.
pub struct Deal {
    pub fate: &'static Fate,
    seed: u64,
}

/// Deals the fates: each some times early in the year, the others by their weights.
pub fn deal(n: usize, dice: &mut Dice) -> Vec<Deal> {
    let weights: Vec<(usize, usize)> = FATES.iter().enumerate().map(|(i, f)| (f.weight, i)).collect();
    let mut fates: Vec<usize> = (0..n).map(|_| dice.weighted(&weights)).collect();
    let early = n * EARLY / 100;
    // The first orders stay plain, so that there is something to merge into and to link with.
    let mut places: Vec<usize> = (n.min(6)..early).collect();
    for at in (1..places.len()).rev() {
        places.swap(at, dice.below(at + 1));
    }
    let dealt = (0..ROUNDS).flat_map(|_| 0..FATES.len());
    for (place, fate) in places.into_iter().zip(dealt) {
        fates[place] = fate;
    }
    fates.into_iter().map(|i| Deal { fate: &FATES[i], seed: dice.next() }).collect()
}

/// A matter as just registered, for those who come after.
#[derive(Clone)]
pub struct Fresh {
    kind: Kind,
    at: Ts,
    agent: Option<Actor>,
    requester: Requester,
    plain: bool,
}

/// What others may know of an order.
pub struct Seen {
    pub id: OrderId,
    pub ended: bool,
    pub merged: bool,
    pub fresh: Option<Fresh>,
}

/// Orders lately seen.
#[derive(Default)]
pub struct Known {
    fresh: VecDeque<(OrderId, Fresh)>,
    ended: Option<OrderId>,
    merged: Option<OrderId>,
}

impl Known {
    pub fn note(&mut self, seen: &Option<Seen>) {
        let Some(seen) = seen else { return };
        if let Some(fresh) = &seen.fresh {
            self.fresh.push_back((seen.id, fresh.clone()));
            if self.fresh.len() > MEMORY {
                self.fresh.pop_front();
            }
            return;
        }
        self.fresh.retain(|(id, _)| *id != seen.id);
        if seen.ended {
            self.ended = Some(seen.id);
        }
        if seen.merged {
            self.merged = Some(seen.id);
        }
    }

    /// The others, from the place of one order.
    pub fn peers(&self, own: OrderId) -> Peers {
        let mine = self.fresh.iter().find(|(id, _)| *id == own).map(|(_, f)| f);
        let at = mine.map(|f| f.at);
        let another = |f: &Fresh| mine.is_some_and(|m| m.requester.phone != f.requester.phone);
        let last = |fits: &dyn Fn(&Fresh) -> bool| {
            self.fresh.iter().rev().find(|(id, f)| *id != own && fits(f)).map(|(id, _)| *id)
        };
        Peers {
            any: last(&|f| f.plain && another(f) && at.is_none_or(|at| f.at < at)),
            ended: self.ended,
            merged: self.merged,
            report: last(&|f| f.kind == Kind::Report && at.is_none_or(|at| f.at < at)),
            secret: last(&|f| f.kind == Kind::SecretConsult && at.is_none_or(|at| f.at < at)),
            later: last(&|f| f.plain && at.is_some_and(|at| f.at > at)),
        }
    }

    /// A plain order of the last days that an agent took in: the one a repeated matter is merged into.
    fn mate(&self, now: Ts) -> Option<(OrderId, &Fresh)> {
        let fits = |f: &Fresh| f.plain && f.agent.is_some() && f.at > now.plus_days(-12);
        self.fresh.iter().rev().find(|(_, f)| fits(f)).map(|(id, f)| (*id, f))
    }
}

/// The order is gone before a unit has it.
const fn leaves(twist: &Twist) -> bool {
    use Twist as T;
    matches!(twist, T::Reject(_) | T::Transfer | T::Split | T::MergeAsk | T::MergeNow | T::Petition | T::WithdrawEarly)
}

/// A form that must not be registered, by the field at fault.
type Slip = (&'static str, fn(&mut RegisterForm));

const SLIPS: &[Slip] = &[
    ("field:duplicates_checked", |f| f.duplicates_checked = false),
    ("field:category", |f| f.category = "99".to_owned()),
    ("field:content", |f| f.content = "路灯".to_owned()),
    ("field:address", |f| f.address = None),
    ("field:origin.at", |f| {
        f.channel = Some(Channel::Letter);
        f.origin = Origin::default();
    }),
    ("field:origin.source", |f| {
        f.channel = Some(Channel::Media);
        f.origin = Origin::default();
    }),
    ("field:origin.link", |f| {
        f.channel = Some(Channel::Media);
        f.origin = Origin {
            source: Some("云溪晚报".to_owned()),
            link: Some("www.example.com".to_owned()),
            ..Origin::default()
        };
    }),
    ("field:region", |f| f.region = String::new()),
    ("field:requester.phone", |f| {
        f.requester.phone = Some("一三八".to_owned());
        f.anonymous = false;
        f.requester.name = Some("张三".to_owned());
    }),
];

/// Names of the slips, for the report.
pub fn slips() -> impl Iterator<Item = &'static str> {
    SLIPS.iter().map(|(key, _)| *key)
}

impl Sim {
    pub async fn arrive(&self, deal: &Deal, serial: usize, known: &Known, now: Ts) -> Result<Outcome> {
        let mut dice = Dice::new(deal.seed);
        let twists = deal.fate.twists;
        let repeats = twists.contains(&Twist::MergeAsk) || twists.contains(&Twist::MergeNow);
        let mut form = matter::form(deal.fate.kind, serial, &self.city, &mut dice);
        let mate = known.mate(now).filter(|_| repeats);
        let web = matches!(form.channel, Some(Channel::Web | Channel::Wechat | Channel::App));
        let mut agent = (!web).then(|| self.city.any(Role::Agent, dice.below(1000), &[]));
        if let Some((_, earlier)) = mate {
            form.channel = Some(Channel::Phone);
            form.requester = earlier.requester.clone();
            agent = earlier.agent.clone();
        }
        form.origin = matter::origin(&form, serial, now);
        let by = agent.clone().map_or(By::System, By::Person);
        let mut out = Outcome { registered: 1, commands: 1, ..Outcome::default() };
        self.slip(&form, &by, now, &mut out).await?;
        let ctx = self.ctx(&by, now);
        let kept = (form.requester.clone(), form.urgency);
        let made = app::order::order_register(&self.app, &ctx, form).await?;
        self.tally.count("did", "register");
        let plain = matches!(deal.fate.kind, Kind::Any | Kind::Complaint | Kind::Help) && !twists.iter().any(leaves);
        let fresh = Fresh { kind: deal.fate.kind, at: now, agent: agent.clone(), requester: kept.0, plain };
        out.seen = Some(Seen { id: made.id, ended: false, merged: false, fresh: Some(fresh) });
        let mut live = Live {
            id: made.id,
            fate: deal.fate,
            twists: twists.to_vec(),
            dice,
            urgent: matches!(kept.1, Some(Urgency::U1 | Urgency::U2)),
            agent,
            mate: mate.map(|(id, _)| id),
            peers: Peers::default(),
            hold: None,
            dues: Vec::new(),
            asked: None,
            asleep: None,
            stuck: 0,
        };
        let next = crate::rhythm::after("register", &mut live, now, &self.app.world());
        out.next = Some((live, next));
        Ok(out)
    }

    /// Slips of the pen before the form is right.
    async fn slip(&self, form: &RegisterForm, by: &By, now: Ts, out: &mut Outcome) -> Result<()> {
        for (key, spoil) in SLIPS.iter().filter(|(key, _)| self.tally.rare("refusal", key)) {
            let place_bound = form.demand_type.is_some_and(|d| {
                use domain::order::DemandType as D;
                matches!(d, D::Help | D::Complaint | D::Report)
            });
            if *key == "field:address" && !place_bound {
                continue;
            }
            let mut bad = form.clone();
            spoil(&mut bad);
            out.refused += 1;
            match app::order::order_register(&self.app, &self.ctx(by, now), bad).await {
                Err(app::Error::Refused(r)) if blunder::key(&r) == *key => self.tally.count("refusal", key),
                Err(app::Error::Refused(r)) => {
                    self.tally.wrong(format!("登记应以{key}拒绝，实际为{}", blunder::key(&r)));
                }
                Err(e) => return Err(e.into()),
                Ok(_) => {
                    out.registered += 1;
                    self.tally.wrong(format!("登记缺陷{key}没有被拒绝"));
                }
            }
        }
        Ok(())
    }
}
