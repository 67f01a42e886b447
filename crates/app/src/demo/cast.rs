//! Who plays which part in the demonstration.

use std::collections::{BTreeSet, HashMap};

use domain::authority::{Actor, Role};
use domain::directory::Directory;
use kernel::{OrgId, UserId};

/// The demonstration's users as actors.
#[derive(Default)]
pub struct Cast {
    by_role: HashMap<(Role, OrgId), Vec<Actor>>,
    everywhere: HashMap<Role, Vec<Actor>>,
    by_user: HashMap<UserId, Actor>,
}

impl Cast {
    pub fn add(&mut self, actor: Actor) {
        for role in &actor.roles {
            self.by_role.entry((*role, actor.org)).or_default().push(actor.clone());
            self.everywhere.entry(*role).or_default().push(actor.clone());
        }
        self.by_user.insert(actor.user, actor);
    }

    pub fn len(&self) -> usize {
        self.by_user.len()
    }

    pub fn user(&self, id: UserId) -> Option<&Actor> {
        self.by_user.get(&id)
    }

    /// Everybody with the role, in the order they were added.
    pub fn all(&self, role: Role) -> Vec<Actor> {
        self.everywhere.get(&role).cloned().unwrap_or_default()
    }

    /// Somebody with the role anywhere; `n` picks one, the same each time.
    pub fn any(&self, role: Role, n: u32) -> Option<&Actor> {
        pick(self.everywhere.get(&role)?, n)
    }

    /// As [`Cast::any`], but none of these people.
    pub fn any_but(&self, role: Role, n: u32, not: &[UserId]) -> Option<&Actor> {
        let others: Vec<&Actor> = self.everywhere.get(&role)?.iter().filter(|a| !not.contains(&a.user)).collect();
        pick(&others, n).copied()
    }

    /// Somebody of the organisation itself; who does nothing but handle goes before who handles besides.
    pub fn handler(&self, org: OrgId, n: u32) -> Option<&Actor> {
        let all = self.by_role.get(&(Role::Handler, org))?;
        let plain: Vec<&Actor> = all.iter().filter(|a| a.roles.len() == 1).collect();
        if plain.is_empty() { pick(all, n) } else { pick(&plain, n).copied() }
    }

    /// Somebody of the organisation, or of the nearest one above that has such a person.
    pub fn of_org(&self, role: Role, org: OrgId, directory: &Directory, not: &[UserId]) -> Option<&Actor> {
        let mut at = Some(org);
        let mut seen = BTreeSet::new();
        while let Some(id) = at.filter(|id| seen.insert(*id)) {
            let found = self.by_role.get(&(role, id)).and_then(|all| all.iter().find(|a| !not.contains(&a.user)));
            if found.is_some() {
                return found;
            }
            at = directory.org(id).and_then(|o| o.parent);
        }
        None
    }

    /// The organisation has people of its own to sign and to handle.
    pub fn can_work(&self, org: OrgId) -> bool {
        [Role::UnitAdmin, Role::Handler].iter().all(|r| self.by_role.contains_key(&(*r, org)))
    }
}

fn pick<T>(all: &[T], n: u32) -> Option<&T> {
    let len = u32::try_from(all.len()).ok().filter(|len| *len > 0)?;
    all.get(usize::try_from(n % len).ok()?)
}
