//! 导出: results as they are shown, or the answers that count, one a row, without anything that tells who gave them.

use domain::survey::QuestionResult;
use domain::survey::stats::Interval;
use kernel::{Refusal, SurveyId};
use render::{Cell, Column};

use super::answer::readable;
use super::{Seen, result, seen};
use crate::Result;
use crate::ctx::{App, Ctx};
use crate::export::{Export, Table, table_open};
use crate::view::{GroupResult, ResultPart, SurveyExportForm};
use crate::world::World;

/// Checks, records and writes the file.
pub async fn survey_export(app: &App, ctx: &Ctx, id: SurveyId, form: &SurveyExportForm) -> Result<Export> {
    let world = app.fresh_world().await?;
    let seen = seen(app, ctx, &world, id).await?;
    let table = match form.what.as_str() {
        "results" => results(app, &seen, &world).await?,
        // Single answers are for those who see them all: among few the own ones would stand out.
        "answers" if seen.orgs.is_none() => answers(app, &seen, &world).await?,
        "answers" => return Err(Refusal::forbidden("承办单位只能导出评议结果，不能导出逐份答卷").into()),
        _ => return Err(Refusal::invalid("what", "请选择导出结果或答卷").into()),
    };
    let filter = serde_json::json!({ "survey": id, "what": form.what });
    table_open(app, ctx, table, filter, &form.format, &form.purpose).await
}

async fn results(app: &App, seen: &Seen, world: &World) -> Result<Table> {
    let result = result::result_of(app, seen, world).await?;
    let mut rows = Vec::new();
    let mut parts = vec![("剔除后", &result.kept)];
    parts.extend(result.all.as_ref().map(|all| ("剔除前", all)));
    for (name, part) in parts {
        add(&mut rows, name, part);
    }
    let heads = [
        ("口径", 10.0),
        ("部门", 24.0),
        ("窗口", 20.0),
        ("题目", 40.0),
        ("题型", 8.0),
        ("作答数", 8.0),
        ("选项", 24.0),
        ("选择数", 8.0),
        ("占比或均值", 10.0),
        ("95%区间下限", 10.0),
        ("95%区间上限", 10.0),
    ];
    let least = result.min_cell;
    Ok(Table {
        kind: "survey_results",
        name: "评议结果",
        columns: heads.into_iter().map(|(title, width)| Column::new(title, width)).collect(),
        rows,
        remark: format!(
            "{}；占比用威尔逊区间，均值用t区间，置信水平95%；不足{least}份及可由此推算的部门不列；剔除{}份",
            seen.survey.text.title, result.excluded_n
        ),
    })
}

fn add(rows: &mut Vec<Vec<Cell>>, name: &str, part: &ResultPart) {
    let mut put = |org: &str, window: &str, questions: &[QuestionResult]| {
        for q in questions {
            let row = |option: &str, n: i64, i: Option<Interval>| {
                let number = |f: fn(Interval) -> f64| Cell::text(i.map(|i| f(i).to_string()));
                vec![
                    Cell::from(name),
                    Cell::from(org),
                    Cell::from(window),
                    Cell::from(q.text.as_str()),
                    Cell::from(q.form_cn.as_str()),
                    Cell::Int(q.n),
                    Cell::from(option),
                    Cell::Int(n),
                    number(|i| i.value),
                    number(|i| i.low),
                    number(|i| i.high),
                ]
            };
            rows.extend(q.options.iter().map(|o| row(&o.text, o.n, o.share)));
            if q.mean.is_some() {
                rows.push(row("平均分", q.n, q.mean));
            }
            if q.options.is_empty() {
                rows.push(row("", q.n, None));
            }
        }
    };
    put("全部", "", &part.questions);
    let groups = |all: &[GroupResult]| all.iter().filter(|g| g.n.is_some()).cloned().collect::<Vec<_>>();
    for group in groups(&part.by_org).iter().chain(&groups(&part.by_point)) {
        put(&group.org.name, &group.name, &group.questions);
    }
}

async fn answers(app: &App, seen: &Seen, world: &World) -> Result<Table> {
    let all = store::survey::answers(&app.store.db, seen.survey.id).await?;
    let questions = &seen.survey.text.questions;
    let mut columns = vec![Column::new("提交日期", 14.0), Column::new("评价对象", 24.0), Column::new("是否剔除", 10.0)];
    columns.extend(questions.iter().map(|q| Column::new(q.text.clone(), 20.0)));
    let few = all.iter().filter(|a| a.excluded.is_none()).count() < result::least(world);
    let row = |a: &store::survey::Answer| {
        let mut cells = vec![
            // The day alone: a minute could be recognised.
            Cell::from(a.at.date().to_string().as_str()),
            Cell::text(seen.name(a.point).as_deref()),
            Cell::from(if a.excluded.is_some() { "已剔除" } else { "" }),
        ];
        for q in questions {
            let own: domain::survey::Answers =
                a.picks.iter().filter(|(id, _)| **id == q.id).map(|(k, v)| (k.clone(), v.clone())).collect();
            let told = readable(seen, &own, &domain::survey::Answers::new());
            cells.push(Cell::text(told.first().map(|l| l.value.as_str())));
        }
        cells
    };
    Ok(Table {
        kind: "survey_answers",
        name: "评议答卷",
        columns,
        rows: if few { Vec::new() } else { all.iter().map(row).collect() },
        remark: format!("{}；不含作答人信息，文字意见请在页面查看", seen.survey.text.title),
    })
}
