//! What may be done with a survey: written, published, closed, written anew as the next version.

use std::collections::BTreeSet;

use kernel::{FieldError, Refusal, SurveyId, UserId};
use serde::{Deserialize, Serialize};

use super::{AnswerForm, Open, Point, Question, Survey, SurveyKind, SurveyState as S, SurveyText, wrong};
use crate::{
    authority::{Permission, require},
    env::{By, Env},
};

/// Most questions of a survey, and answers of a question.
const MOST_QUESTIONS: usize = 60;
const MOST_CHOICES: usize = 30;

/// An act upon a survey.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum SurveyAct {
    /// 保存 the draft.
    Save { text: SurveyText },
    /// 发布: from now on the text is fixed.
    Publish,
    /// 结束 before its time.
    Close { reason: String },
}

/// Every act by code and name, in the order of its buttons; `revise` and `discard` are no acts upon the row itself.
const ACTS: [(&str, &str); 5] =
    [("publish", "发布"), ("save", "修改"), ("discard", "删除草稿"), ("revise", "修订"), ("close", "结束")];

impl SurveyAct {
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Save { .. } => "save",
            Self::Publish => "publish",
            Self::Close { .. } => "close",
        }
    }
}

fn writer(by: &By) -> Result<UserId, Refusal> {
    require(by, Permission::SurveyEdit)?;
    by.user().ok_or_else(|| Refusal::forbidden("须由工作人员办理"))
}

/// Whether an act is open in this state.
fn open_in(act: &str, state: S) -> bool {
    match act {
        "save" | "publish" | "discard" => state == S::Draft,
        "close" => state == S::Published,
        "revise" => state != S::Draft,
        _ => false,
    }
}

/// Refuses what the state does not allow.
///
/// # Errors
/// Names the state it is in.
pub fn open_to(survey: &Survey, act: &str, by: &By) -> Result<(), Refusal> {
    writer(by)?;
    if open_in(act, survey.state) {
        return Ok(());
    }
    let name = ACTS.iter().find(|(code, _)| *code == act).map_or(act, |(_, cn)| cn);
    let text = format!("该问卷当前为“{}”，不能{name}；已发布的内容不能改动，可修订为新版本", survey.state.cn());
    Err(Refusal::state("survey_state", text))
}

/// The acts open to somebody, with their names.
#[must_use]
pub fn allowed(survey: &Survey, by: &By) -> Vec<(&'static str, &'static str)> {
    ACTS.into_iter().filter(|(act, _)| open_to(survey, act, by).is_ok()).collect()
}

/// 新建: a draft.
///
/// # Errors
/// Refuses who may not write, and a text nobody could find again.
pub fn create(kind: SurveyKind, code: String, text: &SurveyText, by: &By, env: &Env) -> Result<Survey, Refusal> {
    let author = writer(by)?;
    named(text)?;
    let id: SurveyId = env.id();
    Ok(Survey {
        id,
        series: id,
        code,
        no: 1,
        version: 1,
        kind,
        state: S::Draft,
        text: text.clone(),
        author,
        changed_at: env.now,
        published_by: None,
        published_at: None,
        closed_by: None,
        closed_at: None,
        closed_reason: String::new(),
    })
}

/// 修订: the draft of the next version, `no` of its series.
///
/// # Errors
/// Refuses while the survey itself is a draft.
pub fn revise(survey: &Survey, no: i32, by: &By, env: &Env) -> Result<Survey, Refusal> {
    open_to(survey, "revise", by)?;
    let draft = create(survey.kind, survey.code.clone(), &survey.text, by, env)?;
    Ok(Survey { series: survey.series, no, ..draft })
}

fn named(text: &SurveyText) -> Result<(), Refusal> {
    let n = text.title.trim().chars().count();
    if (2..=60).contains(&n) { Ok(()) } else { Err(wrong("title", "请填写标题", "2至60字").into()) }
}

/// One act.
///
/// # Errors
/// Refuses by state and right, and a text that cannot be answered.
pub fn decide(survey: &Survey, act: &SurveyAct, points: &[Point], by: &By, env: &Env) -> Result<Survey, Refusal> {
    open_to(survey, act.code(), by)?;
    let by = writer(by)?;
    let mut next = Survey { changed_at: env.now, ..survey.clone() };
    match act {
        SurveyAct::Save { text } => {
            named(text)?;
            next.text = text.clone();
        }
        SurveyAct::Publish => {
            let mut errors = text_errors(survey.kind, &survey.text);
            if survey.kind.has_points() && !points_open(points) {
                errors.push(wrong("points", "还没有评价对象", "先添加被评价的部门或窗口"));
            }
            if survey.text.closes_at.is_some_and(|t| t <= env.now) {
                errors.push(wrong("closes_at", "截止时间已过", "请重新设定"));
            }
            if !errors.is_empty() {
                return Err(Refusal::fields(errors));
            }
            next.state = S::Published;
            (next.published_by, next.published_at) = (Some(by), Some(env.now));
        }
        SurveyAct::Close { reason } => {
            let reason = reason.trim();
            if reason.chars().count() < 2 {
                return Err(wrong("reason", "请填写结束原因", "至少2个字").into());
            }
            next.state = S::Closed;
            (next.closed_by, next.closed_at) = (Some(by), Some(env.now));
            reason.clone_into(&mut next.closed_reason);
        }
    }
    Ok(next)
}

/// There is somebody to be rated.
#[must_use]
pub fn points_open(points: &[Point]) -> bool {
    points.iter().any(|p| p.closed_at.is_none())
}

/// 已由新版本替代: closed by the publication of the next version.
#[must_use]
pub fn replaced(survey: &Survey, by: &Survey) -> Survey {
    Survey {
        state: S::Closed,
        closed_by: by.published_by,
        closed_at: by.published_at,
        closed_reason: format!("已由第{}版替代", by.no),
        changed_at: by.changed_at,
        ..survey.clone()
    }
}

/// Everything wrong with a text that is to be published.
fn text_errors(kind: SurveyKind, text: &SurveyText) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if let (Some(from), Some(to)) = (text.opens_at, text.closes_at)
        && to <= from
    {
        errors.push(wrong("closes_at", "截止时间不晚于开始时间", "请改为之后的时间"));
    }
    if text.quota == Some(0) || text.quota_point == Some(0) {
        errors.push(wrong("quota", "配额不能为0", "不限时请留空"));
    }
    if text.intro.chars().count() > 1000 || text.thanks.chars().count() > 300 {
        errors.push(wrong("intro", "说明过长", "说明不超过1000字，结束语不超过300字"));
    }
    match text.questions.len() {
        0 => errors.push(wrong("questions", "还没有题目", "请至少添加一题")),
        n if n > MOST_QUESTIONS => errors.push(wrong("questions", format!("题目过多，现有{n}题"), "最多60题")),
        _ => {}
    }
    for (i, question) in text.questions.iter().enumerate() {
        errors.extend(question_errors(i, question, &text.questions));
    }
    if kind.instant() {
        errors.extend(instant_errors(text));
    }
    errors
}

fn question_errors(i: usize, q: &Question, all: &[Question]) -> Vec<FieldError> {
    let field = format!("questions.{}", q.id);
    let say = |message: &str, remedy: &str| wrong(field.clone(), format!("第{}题：{message}", i + 1), remedy);
    let mut errors = Vec::new();
    if q.id.is_empty() || !q.id.bytes().all(|b| b.is_ascii_alphanumeric()) || all[..i].iter().any(|o| o.id == q.id) {
        errors.push(say("题号重复或无效", "请删除后重新添加该题"));
    }
    if !(2..=200).contains(&q.text.trim().chars().count()) {
        errors.push(say("请填写题目", "2至200字"));
    }
    match &q.form {
        AnswerForm::Single { choices } | AnswerForm::Multiple { choices, .. } => {
            let codes: BTreeSet<&str> = choices.iter().map(|c| c.code.as_str()).collect();
            let texts: BTreeSet<&str> = choices.iter().map(|c| c.text.trim()).collect();
            if !(2..=MOST_CHOICES).contains(&choices.len()) {
                errors.push(say("选项应为2至30个", "请增减选项"));
            }
            if codes.len() != choices.len() || texts.len() != choices.len() || texts.contains("") {
                errors.push(say("选项为空或重复", "请填写不同的选项"));
            }
        }
        AnswerForm::Scale { top, .. } if !(3..=10).contains(top) => errors.push(say("量表应为3至10级", "常用5级")),
        AnswerForm::Text { most } if !(1..=1000).contains(most) => errors.push(say("字数上限应为1至1000", "常用300")),
        AnswerForm::Scale { .. } | AnswerForm::Text { .. } => {}
    }
    let known = q.form.values();
    for jump in &q.jumps {
        if jump.when.is_empty() || jump.when.iter().any(|w| known.iter().all(|(code, _)| code != w)) {
            errors.push(say("跳转条件无效", "请选择本题的选项"));
        }
        let ahead = |to: &String| all.iter().position(|o| o.id == *to).is_some_and(|at| at > i);
        if jump.to.as_ref().is_some_and(|to| !ahead(to)) {
            errors.push(say("只能跳到后面的题", "请重新选择跳转目标"));
        }
    }
    errors
}

/// 即时评价 is one scale to tap on, and words if wanted.
fn instant_errors(text: &SurveyText) -> Option<FieldError> {
    let fits = match text.questions.as_slice() {
        [first, rest @ ..] => {
            matches!(first.form, AnswerForm::Scale { top: 3..=5, .. })
                && first.required
                && rest.len() <= 1
                && rest.iter().all(|q| matches!(q.form, AnswerForm::Text { .. }) && !q.required)
                && text.questions.iter().all(|q| q.jumps.is_empty())
        }
        [] => true,
    };
    if text.verified {
        return Some(wrong("verified", "即时评价不能要求核验手机", "请改为匿名"));
    }
    (!fits).then(|| wrong("questions", "即时评价只能有一道3至5级量表题和一道选填的填空题", "请删去其他题目"))
}

/// A sentence for whoever comes when no answers are taken.
#[must_use]
pub fn closed_text(open: Open) -> Option<String> {
    match open {
        Open::Open => None,
        Open::NotYet(at) => Some(format!("尚未开始，{}起可以参与。", at.format_cn())),
        Open::Over => Some("本次评议已经结束，感谢您的关注。".to_owned()),
        Open::Full => Some("参与人数已满，感谢您的关注。".to_owned()),
    }
}
