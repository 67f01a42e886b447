//! Answers one by one: what looks like stuffing, what was excluded and why, and what was written.

use std::collections::BTreeMap;

use domain::authority::Permission;
use domain::survey::{AnswerFacts, Answers, Flag, Limits, flags, path};
use kernel::{AnswerId, Page, Refusal, SurveyId, redact_text};
use store::survey::{Answer, Exclusion};

use super::{Seen, result, seen};
use crate::ctx::{App, Ctx};
use crate::view::{
    AnswerLine, AnswerList, AnswerQuery, ExcludeForm, Excluded, ExclusionView, Labelled, Listing, UserRef, WordLine,
    WordQuery,
};
use crate::world::World;
use crate::{Error, Result, audit};

/// Answers shown of a tab.
const SHOWN: usize = 200;
/// Answers excluded at once.
const AT_ONCE: usize = 1_000;

fn limits(world: &World) -> Limits {
    let int = |key: &str| world.params.int(key);
    let size = |key: &str| usize::try_from(int(key)).unwrap_or(usize::MAX);
    Limits {
        burst_n: size("survey.burst_n"),
        burst_min: int("survey.burst_min"),
        same_address: size("survey.same_address"),
        same_device: size("survey.same_device"),
        same_text: size("survey.same_text"),
        quick_s: u32::try_from(int("survey.quick_s")).unwrap_or(0),
    }
}

fn facts(seen: &Seen, a: &Answer) -> AnswerFacts {
    let asked = path(&seen.survey.text.questions, &a.picks).len();
    AnswerFacts {
        id: a.id,
        point: a.point,
        at: a.at,
        device: a.device.clone(),
        address: a.address.clone(),
        text: a.text_key.clone(),
        took_s: a.took_s.and_then(|s| u32::try_from(s).ok()),
        asked: u32::try_from(asked).unwrap_or(u32::MAX),
    }
}

/// Question and answer, as one reads them.
pub(super) fn readable(seen: &Seen, picks: &Answers, words: &Answers) -> Vec<Labelled> {
    let line = |q: &domain::survey::Question| {
        let given = picks.get(&q.id)?;
        let value = match words.get(&q.id) {
            Some(written) => redact_text(&written.join("")),
            None if given.is_empty() => "（文字）".to_owned(),
            None => {
                let known: BTreeMap<String, String> = q.form.values().into_iter().collect();
                given.iter().map(|c| known.get(c).cloned().unwrap_or_default()).collect::<Vec<_>>().join("、")
            }
        };
        Some(Labelled { label: q.text.clone(), value })
    };
    seen.survey.text.questions.iter().filter_map(line).collect()
}

/// 异常核查: answers with what is remarkable about them.
pub async fn answer_list(app: &App, ctx: &Ctx, id: SurveyId, query: &AnswerQuery) -> Result<AnswerList> {
    ctx.require(Permission::SurveyExclude)?;
    let world = app.fresh_world().await?;
    let seen = seen(app, ctx, &world, id).await?;
    let all = store::survey::answers(&app.store.db, id).await?;
    let facts: Vec<AnswerFacts> = all.iter().map(|a| facts(&seen, a)).collect();
    let flagged = flags(&facts, &limits(&world));
    let none: Vec<Flag> = Vec::new();
    let of = |a: &Answer| flagged.get(&a.id).unwrap_or(&none).clone();
    let n = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    let open = |a: &&Answer| flagged.contains_key(&a.id) && a.excluded.is_none();
    let tab = query.tab.as_deref().unwrap_or("flagged");
    let chosen: Vec<&Answer> = all
        .iter()
        .rev()
        .filter(|a| match tab {
            "all" => true,
            "excluded" => a.excluded.is_some(),
            _ => open(a),
        })
        .collect();
    let line = |a: &Answer| {
        let flags = of(a);
        AnswerLine {
            id: a.id,
            at: a.at,
            about: seen.name(a.point),
            took_s: a.took_s,
            answers: readable(&seen, &a.picks, &Answers::new()),
            flags_cn: flags.iter().map(|f| f.cn().to_owned()).collect(),
            flags,
            excluded: a.excluded.as_ref().map(|e| ExclusionView {
                by: UserRef { id: e.by, name: world.user_name(e.by) },
                at: e.at,
                reason: e.reason.clone(),
            }),
        }
    };
    Ok(AnswerList {
        total: n(chosen.len()),
        flagged: n(all.iter().filter(open).count()),
        excluded: n(all.iter().filter(|a| a.excluded.is_some()).count()),
        all: n(all.len()),
        items: chosen.into_iter().take(SHOWN).map(line).collect(),
    })
}

/// 剔除 or 恢复, with a reason; each answer leaves a record.
pub async fn exclude(app: &App, ctx: &Ctx, id: SurveyId, form: &ExcludeForm) -> Result<Excluded> {
    ctx.require_ready()?;
    ctx.require(Permission::SurveyExclude)?;
    let by = ctx.actor()?.user;
    let reason = form.reason.trim();
    if !(4..=200).contains(&reason.chars().count()) {
        return Err(Refusal::invalid("reason", "请填写理由，4至200字").into());
    }
    if form.ids.is_empty() || form.ids.len() > AT_ONCE {
        return Err(Refusal::invalid("ids", "请选择答卷，一次不超过1000份").into());
    }
    let done: Result<i64> = db::with_retry!(app.store.db, async |tx| {
        let mut changed = 0;
        for answer in &form.ids {
            let known = store::survey::load_answer(&mut *tx, *answer).await?;
            if known.is_none_or(|a| a.survey != id) {
                return Err(Refusal::not_found("答卷").into());
            }
            let done = if form.exclude {
                let exclusion = Exclusion { at: ctx.now, by, reason: reason.to_owned() };
                store::survey::exclude(tx, *answer, &exclusion).await?
            } else {
                store::survey::restore(tx, *answer).await?
            };
            if done {
                changed += 1;
                note(tx, app, ctx, *answer, id, form.exclude, reason).await?;
            }
        }
        Ok(changed)
    });
    Ok(Excluded { changed: done? })
}

async fn note(
    tx: &mut db::Tx,
    app: &App,
    ctx: &Ctx,
    answer: AnswerId,
    survey: SurveyId,
    exclude: bool,
    reason: &str,
) -> Result<()> {
    let action = if exclude { "survey.exclude" } else { "survey.restore" };
    let entry = audit::Entry::new("survey", action, "survey_answer", answer).because(reason);
    audit::record(tx, app, ctx, entry.with(serde_json::json!({ "survey": survey }))).await
}

/// 文字意见, newest first; of departments whose figures may be shown.
pub async fn words(app: &App, ctx: &Ctx, id: SurveyId, query: &WordQuery) -> Result<Listing<WordLine>> {
    let world = app.fresh_world().await?;
    let seen = seen(app, ctx, &world, id).await?;
    let rated = seen.survey.kind.has_points();
    let speaking = if rated { result::speaking(app, &seen, &world).await? } else { Vec::new() };
    let (kept, _) = store::survey::taken(&app.store.db, id, None).await?;
    if (rated && speaking.is_empty()) || usize::try_from(kept).unwrap_or(0) < result::least(&world) {
        return Ok(Listing::page(Vec::new(), None));
    }
    let page = Page::try_new(query.limit, query.after.as_deref()).map_err(Error::from)?;
    let (rows, next) = store::survey::texts(&app.store.db, &app.store.vault, id, &speaking, &page).await?;
    let text_of = |q: &str| seen.survey.text.questions.iter().find(|o| o.id == q).map(|o| o.text.clone());
    let mut items = Vec::new();
    for (answer, words) in rows {
        for (question, written) in words {
            items.push(WordLine {
                id: answer.id,
                at: answer.at,
                about: seen.name(answer.point),
                question: text_of(&question).unwrap_or_default(),
                text: redact_text(&written.join("")),
            });
        }
    }
    Ok(Listing::page(items, next.map(|c| c.encode())))
}
