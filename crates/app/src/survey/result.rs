//! Results, as far as they may be shown.

use domain::survey::{Point, Question, Reply, cells, sizes, tally, unsaid, unsaid_within};
use kernel::{OrgId, PointId, SurveyId};
use store::survey::Answer;

use super::{Seen, seen};
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::view::{GroupResult, ResultPart, SurveyResult};
use crate::world::World;

/// An answer with what it is grouped by.
pub(super) struct Given {
    point: Option<PointId>,
    org: Option<OrgId>,
    reply: Reply<()>,
}

/// The answers the caller may see counted.
pub(super) async fn given(app: &App, seen: &Seen) -> Result<Vec<Given>> {
    let all = store::survey::answers(&app.store.db, seen.survey.id).await?;
    let given = |a: Answer| {
        let point = seen.points.iter().find(|p| Some(p.id) == a.point);
        let texts = a.picks.iter().filter(|(_, v)| v.is_empty()).map(|(q, _)| q.clone()).collect();
        let reply = Reply { group: None, picks: a.picks, texts, excluded: a.excluded.is_some() };
        let visible = seen.orgs.is_none() || point.is_some_and(|p| seen.sees(p));
        visible.then(|| Given { point: a.point, org: point.map(|p| p.org), reply })
    };
    Ok(all.into_iter().filter_map(given).collect())
}

/// Figures by department, and by window where a department has several.
pub(super) fn part(seen: &Seen, given: &[&Given], least: usize, world: &World) -> ResultPart {
    let questions = &seen.survey.text.questions;
    let shown = given.len() >= least;
    let points: Vec<&Point> = seen.own().collect();
    let orgs = orgs(&points);
    let (hidden_orgs, hidden_points) = hidden(given, &orgs, &points, least);
    let by_org = groups(questions, given, &orgs, &hidden_orgs, |g| g.org);
    let mut by_org: Vec<GroupResult> = by_org
        .into_iter()
        .map(|(org, n, questions)| GroupResult { org: world.org(org), name: String::new(), n, questions })
        .collect();
    // By name, as in every list: nobody is ranked.
    by_org.sort_by(|a, b| a.org.name.cmp(&b.org.name));
    let ids: Vec<PointId> = points.iter().map(|p| p.id).collect();
    let several = points.len() > orgs.len();
    let by_point = if several { groups(questions, given, &ids, &hidden_points, |g| g.point) } else { Vec::new() };
    let by_point = by_point.into_iter().zip(points).map(|((_, n, questions), point)| GroupResult {
        org: world.org(point.org),
        name: point.name.clone(),
        n,
        questions,
    });
    ResultPart {
        n: shown.then(|| i64::try_from(given.len()).unwrap_or(i64::MAX)),
        questions: if shown { tally(questions, given.iter().map(|g| &g.reply)) } else { Vec::new() },
        by_point: by_point.collect(),
        by_org,
    }
}

/// Which departments, and which of their windows, stay unsaid.
fn hidden(given: &[&Given], orgs: &[OrgId], points: &[&Point], least: usize) -> (Vec<bool>, Vec<bool>) {
    let ids: Vec<PointId> = points.iter().map(|p| p.id).collect();
    let of_orgs = unsaid(&sizes(&keyed(given, |g| g.org), orgs), least);
    let parents: Vec<usize> =
        points.iter().map(|p| orgs.iter().position(|o| *o == p.org).unwrap_or(orgs.len())).collect();
    let of_points = unsaid_within(&sizes(&keyed(given, |g| g.point), &ids), &parents, &of_orgs, least);
    (of_orgs, of_points)
}

fn keyed<K>(given: &[&Given], key: impl Fn(&Given) -> Option<K>) -> Vec<Reply<K>> {
    let reply = |g: &&Given| Reply {
        group: key(g),
        picks: g.reply.picks.clone(),
        texts: g.reply.texts.clone(),
        excluded: g.reply.excluded,
    };
    given.iter().map(reply).collect()
}

type Group<K> = (K, Option<i64>, Vec<domain::survey::QuestionResult>);

fn groups<K: Copy + PartialEq>(
    questions: &[Question],
    given: &[&Given],
    keys: &[K],
    hidden: &[bool],
    key: impl Fn(&Given) -> Option<K>,
) -> Vec<Group<K>> {
    let said = cells(questions, &keyed(given, key), keys, hidden);
    said.into_iter()
        .map(|c| match c.shown {
            Some((n, questions)) => (c.group, Some(n), questions),
            None => (c.group, None, Vec::new()),
        })
        .collect()
}

pub(super) fn least(world: &World) -> usize {
    usize::try_from(world.params.int("survey.min_cell")).unwrap_or(usize::MAX)
}

/// 评议结果 of one version.
pub async fn survey_results(app: &App, ctx: &Ctx, id: SurveyId) -> Result<SurveyResult> {
    let world = app.fresh_world().await?;
    let seen = seen(app, ctx, &world, id).await?;
    result_of(app, &seen, &world).await
}

pub(super) async fn result_of(app: &App, seen: &Seen, world: &World) -> Result<SurveyResult> {
    let all = given(app, seen).await?;
    let least = least(world);
    let kept: Vec<&Given> = all.iter().filter(|g| !g.reply.excluded).collect();
    let everything: Vec<&Given> = all.iter().collect();
    let excluded = everything.len() - kept.len();
    Ok(SurveyResult {
        kept: part(seen, &kept, least, world),
        all: (excluded > 0).then(|| part(seen, &everything, least, world)),
        excluded_n: i64::try_from(excluded).unwrap_or(i64::MAX),
        min_cell: world.params.int("survey.min_cell"),
        partial: seen.orgs.is_some(),
    })
}

/// The points whose written words may be shown to the caller: those whose figures are.
pub(super) async fn speaking(app: &App, seen: &Seen, world: &World) -> Result<Vec<PointId>> {
    let all = given(app, seen).await?;
    let kept: Vec<&Given> = all.iter().filter(|g| !g.reply.excluded).collect();
    let points: Vec<&Point> = seen.own().collect();
    let orgs = orgs(&points);
    let (_, hidden) = hidden(&kept, &orgs, &points, least(world));
    Ok(points.iter().zip(hidden).filter(|(_, hidden)| !hidden).map(|(p, _)| p.id).collect())
}

/// The departments of these points, each once.
fn orgs(points: &[&Point]) -> Vec<OrgId> {
    let mut orgs: Vec<OrgId> = points.iter().map(|p| p.org).collect();
    orgs.sort();
    orgs.dedup();
    orgs
}
