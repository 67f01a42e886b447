//! The people of the demo city and who has which duty.

use std::collections::{BTreeSet, HashMap};

use anyhow::{Context as _, Result, ensure};
use app::{App, World};
use domain::authority::{Actor, Role, Scope};
use domain::directory::{Directory, OrgKind, OrgLevel};
use kernel::{OrgId, Ts, UserId};

/// Everybody who works in the city, and what its citizens write about.
pub struct City {
    by_role: HashMap<(Role, OrgId), Vec<Actor>>,
    everywhere: HashMap<Role, Vec<Actor>>,
    by_user: HashMap<UserId, Actor>,
    /// Organisations that can sign, handle and approve by themselves.
    pub units: Vec<OrgId>,
    /// 12-digit codes and names of sub-districts and communities.
    pub places: Vec<(String, String)>,
    pub matters: Vec<Matter>,
    pub center: OrgId,
}

/// A category of the third level.
pub struct Matter {
    pub code: String,
    pub name: String,
    pub keywords: Vec<String>,
    /// Never a sub-district's duty.
    pub duty_only: bool,
}

impl City {
    /// # Errors
    /// When the demo city was not loaded.
    pub async fn load(app: &App) -> Result<Self> {
        let world = app.world();
        let (mut by_role, mut everywhere) = (HashMap::<_, Vec<Actor>>::new(), HashMap::<_, Vec<Actor>>::new());
        let mut by_user = HashMap::new();
        for held in store::appointment::list_all(&app.store.db).await? {
            let actor = Actor {
                user: held.user,
                appointment: held.id,
                name: world.user_name(held.user),
                org: held.org,
                roles: held.roles,
                scope: held.scope,
                on_behalf_of: None,
                recused_orgs: Vec::new(),
            };
            for role in &actor.roles {
                // Leaders of a district see its orders alone; the city's are asked.
                if *role == Role::Leader && actor.scope != Scope::All {
                    continue;
                }
                by_role.entry((*role, actor.org)).or_default().push(actor.clone());
                everywhere.entry(*role).or_default().push(actor.clone());
            }
            by_user.insert(actor.user, actor);
        }
        let home = app.settings.region6.get(..4).unwrap_or_default().to_owned();
        let regions = store::region::list_regions(&app.store.db).await?.into_iter();
        let places = regions.filter(|r| r.code.starts_with(&home) && !r.code.ends_with("000000"));
        let categories = world.directory.categories().filter(|c| c.level == 3 && c.active);
        let mut city = Self {
            by_role,
            everywhere,
            by_user,
            units: Vec::new(),
            places: places.map(|r| (r.code, r.name)).collect(),
            matters: categories
                .map(|c| Matter {
                    code: c.code.clone(),
                    name: c.name.clone(),
                    keywords: c.keywords.split_whitespace().map(str::to_owned).collect(),
                    duty_only: c.dept_duty_only,
                })
                .collect(),
            center: world.directory.center().context("the city has a centre")?.id,
        };
        city.units = city.able(&world);
        city.places.sort();
        city.matters.sort_by(|a, b| a.code.cmp(&b.code));
        ensure!(!city.units.is_empty() && !city.places.is_empty(), "没有演示城市，无法模拟");
        Ok(city)
    }

    /// Units with people of their own, in order of their codes so that the same seed chooses the same.
    fn able(&self, world: &World) -> Vec<OrgId> {
        let mut able: Vec<_> = world
            .directory
            .orgs()
            .filter(|o| matches!(o.kind, OrgKind::Department | OrgKind::Enterprise | OrgKind::Government))
            .filter(|o| self.can_work(o.id) && self.of_org(Role::UnitLeader, o.id, &world.directory, &[]).is_some())
            .collect();
        able.sort_by(|a, b| a.code.cmp(&b.code));
        able.into_iter().map(|o| o.id).collect()
    }

    /// The organisation has people of its own to sign and to handle.
    fn can_work(&self, org: OrgId) -> bool {
        [Role::UnitAdmin, Role::Handler].iter().all(|r| self.by_role.contains_key(&(*r, org)))
    }

    pub fn user(&self, id: UserId) -> Option<Actor> {
        self.by_user.get(&id).cloned()
    }

    /// Somebody with the role; `n` picks one, the same each time.
    ///
    /// # Panics
    /// When the demo city has nobody of the role: its seed lists them all.
    pub fn any(&self, role: Role, n: usize, not: &[UserId]) -> Actor {
        let all = self.everywhere.get(&role).map_or(&[][..], Vec::as_slice);
        let free: Vec<&Actor> = all.iter().filter(|a| !not.contains(&a.user)).collect();
        let found = free.get(n % free.len().max(1)).copied().or(all.first());
        found.cloned().unwrap_or_else(|| panic!("nobody in the demo city is {role}"))
    }

    /// Everybody with the role.
    pub fn all(&self, role: Role) -> &[Actor] {
        self.everywhere.get(&role).map_or(&[], Vec::as_slice)
    }

    /// A handler of the organisation itself; who does nothing but handle goes before who handles besides.
    pub fn handler(&self, org: OrgId, n: usize) -> Option<Actor> {
        let all = self.by_role.get(&(Role::Handler, org))?;
        let plain: Vec<&Actor> = all.iter().filter(|a| a.roles.len() == 1).collect();
        let pool = if plain.is_empty() { all.iter().collect() } else { plain };
        pool.get(n % pool.len()).map(|a| (*a).clone())
    }

    /// Somebody of the organisation, or of the nearest one above that has such a person.
    pub fn of_org(&self, role: Role, org: OrgId, directory: &Directory, not: &[UserId]) -> Option<Actor> {
        let mut at = Some(org);
        let mut seen = BTreeSet::new();
        while let Some(id) = at.filter(|id| seen.insert(*id)) {
            let found = self.by_role.get(&(role, id)).and_then(|all| all.iter().find(|a| !not.contains(&a.user)));
            if found.is_some() {
                return found.cloned();
            }
            at = directory.org(id).and_then(|o| o.parent);
        }
        None
    }

    /// Whose duty a matter is by the catalogue, or by chance where the catalogue is silent.
    pub fn lead(&self, category: &str, region: &str, now: Ts, directory: &Directory, n: usize) -> OrgId {
        let rules = directory.catalogue_for(category, region, now);
        let known = rules.iter().map(|r| r.lead).find(|org| self.fits(*org, category, directory));
        known.unwrap_or_else(|| self.other(None, category, directory, n))
    }

    /// The unit can work and the matter may be its duty.
    pub fn fits(&self, org: OrgId, category: &str, directory: &Directory) -> bool {
        let town = directory.org(org).is_some_and(|o| matches!(o.level, OrgLevel::Town | OrgLevel::Village));
        let duty = directory.category(category).is_some_and(|c| c.dept_duty_only);
        self.units.contains(&org) && !(town && duty)
    }

    /// A unit for the matter that is not `not`.
    pub fn other(&self, not: Option<OrgId>, category: &str, directory: &Directory, n: usize) -> OrgId {
        let fitting = |org: &&OrgId| Some(**org) != not && self.fits(**org, category, directory);
        let all: Vec<&OrgId> = self.units.iter().filter(fitting).collect();
        all.get(n % all.len().max(1)).map_or(self.center, |org| **org)
    }

    /// A unit with another one below it that may both work on the matter.
    pub fn above(&self, category: &str, directory: &Directory) -> Option<OrgId> {
        let fitting = self.units.iter().filter(|org| self.fits(**org, category, directory));
        fitting.copied().find(|org| self.below(*org, category, directory).is_some())
    }

    /// A unit below another that can work on the matter.
    pub fn below(&self, org: OrgId, category: &str, directory: &Directory) -> Option<OrgId> {
        directory.children(org).iter().copied().find(|id| self.fits(*id, category, directory))
    }
}
