//! Answering: which question follows which, what a page holds, and what is wrong with what was filled in.

use std::collections::{BTreeMap, BTreeSet};

use kernel::FieldError;

use super::{AnswerForm, Question};

/// Question → what was answered: codes chosen, points, or one text.
pub type Answers = BTreeMap<String, Vec<String>>;

/// Where question `i` leads after these answers; beyond the last is the end.
fn next(questions: &[Question], i: usize, answers: &Answers) -> usize {
    let given = answers.get(&questions[i].id).map(Vec::as_slice).unwrap_or_default();
    let taken = questions[i].jumps.iter().find(|j| j.when.iter().any(|w| given.contains(w)));
    match taken {
        Some(jump) => match &jump.to {
            // Only forward: whatever was stored, answering comes to an end.
            Some(to) => questions.iter().position(|q| q.id == *to).filter(|to| *to > i).unwrap_or(i + 1),
            None => questions.len(),
        },
        None => i + 1,
    }
}

/// The questions these answers lead through, by index.
#[must_use]
pub fn path(questions: &[Question], answers: &Answers) -> Vec<usize> {
    let mut way = Vec::new();
    let mut i = 0;
    while i < questions.len() {
        way.push(i);
        i = next(questions, i, answers);
    }
    way
}

/// The questionnaire in pages: a page ends where an answer may lead elsewhere and before every question led to, so that
/// within a page nothing depends on anything. `single` makes every question a page.
#[must_use]
pub fn pages(questions: &[Question], single: bool) -> Vec<Vec<usize>> {
    let targets: BTreeSet<&str> = questions.iter().flat_map(|q| &q.jumps).filter_map(|j| j.to.as_deref()).collect();
    let mut pages: Vec<Vec<usize>> = Vec::new();
    for (i, question) in questions.iter().enumerate() {
        let breaks = i == 0 || single || targets.contains(question.id.as_str()) || !questions[i - 1].jumps.is_empty();
        match pages.last_mut() {
            Some(page) if !breaks => page.push(i),
            _ => pages.push(vec![i]),
        }
    }
    pages
}

/// What is wrong with the answers to these questions. Fields are the questions' keys.
#[must_use]
pub fn check(questions: &[Question], answers: &Answers, only: &[usize]) -> Vec<FieldError> {
    only.iter().filter_map(|i| questions.get(*i)).filter_map(|q| fault(q, answers)).collect()
}

fn fault(question: &Question, answers: &Answers) -> Option<FieldError> {
    let given: Vec<&str> =
        answers.get(&question.id).into_iter().flatten().map(|v| v.trim()).filter(|v| !v.is_empty()).collect();
    let complaint = |message: String, remedy: &str| Some(FieldError::new(&question.id, message).with_remedy(remedy));
    if given.is_empty() {
        let remedy = if matches!(question.form, AnswerForm::Text { .. }) { "请填写" } else { "请选择一项" };
        return if question.required {
            complaint(format!("“{}”还没有回答", question.text), remedy)
        } else {
            None
        };
    }
    match &question.form {
        AnswerForm::Text { most } => {
            let n = given.iter().map(|t| t.chars().count()).sum::<usize>();
            let over = n > usize::try_from(*most).unwrap_or(usize::MAX);
            if over { complaint(format!("最多{most}字，现有{n}字"), "请删减后再提交") } else { None }
        }
        form => {
            let known = form.values();
            if given.iter().any(|g| known.iter().all(|(code, _)| code != g)) {
                return complaint("选项无效".to_owned(), "请从列出的选项中选择");
            }
            let most = match form {
                AnswerForm::Multiple { most, .. } => most.map_or(usize::MAX, |m| usize::try_from(m).unwrap_or(1)),
                _ => 1,
            };
            if given.len() > most {
                return complaint(format!("最多选{most}项，现选了{}项", given.len()), "请取消多选的项");
            }
            None
        }
    }
}

/// The answers along their own way, without blanks and doubles: what was filled in on a way not taken does not count.
#[must_use]
pub fn kept(questions: &[Question], answers: &Answers) -> Answers {
    let mut out = Answers::new();
    for i in path(questions, answers) {
        let question = &questions[i];
        let mut given: Vec<String> = Vec::new();
        for value in answers.get(&question.id).into_iter().flatten() {
            let value = value.trim().to_owned();
            if !value.is_empty() && !given.contains(&value) {
                given.push(value);
            }
        }
        if !given.is_empty() {
            out.insert(question.id.clone(), given);
        }
    }
    out
}

/// The pages these answers lead through.
#[must_use]
pub fn visited(questions: &[Question], answers: &Answers, single: bool) -> Vec<Vec<usize>> {
    let way = path(questions, answers);
    pages(questions, single).into_iter().filter(|page| page.first().is_some_and(|i| way.contains(i))).collect()
}
