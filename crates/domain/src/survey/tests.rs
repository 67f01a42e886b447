use std::collections::{BTreeMap, BTreeSet};

use kernel::{AnswerId, Calendar, Clock, ManualClock, Mint, PointId, SeqMint};

use super::act::decide;
use super::*;
use crate::authority::{Actor, Role, Scope};
use crate::directory::Directory;
use crate::env::{By, Env};
use crate::param::Params;

fn single(id: &str, codes: &[&str], jumps: Vec<Jump>) -> Question {
    let choices = codes.iter().map(|c| Choice { code: (*c).to_owned(), text: format!("选项{c}") }).collect();
    Question {
        id: id.to_owned(),
        text: format!("题目{id}"),
        hint: String::new(),
        required: true,
        form: AnswerForm::Single { choices },
        jumps,
    }
}

fn with(form: AnswerForm, id: &str, required: bool) -> Question {
    Question { form, required, ..single(id, &["a", "b"], vec![]) }
}

fn jump(when: &[&str], to: Option<&str>) -> Jump {
    Jump { when: when.iter().map(|w| (*w).to_owned()).collect(), to: to.map(str::to_owned) }
}

fn scale(id: &str) -> Question {
    with(AnswerForm::Scale { top: 5, low: "差".into(), high: "好".into() }, id, true)
}

/// q1 a → on, b → q4, c → end; q2 and q3 lie between.
fn branched() -> Vec<Question> {
    vec![
        single("q1", &["a", "b", "c"], vec![jump(&["b"], Some("q4")), jump(&["c"], None)]),
        scale("q2"),
        with(AnswerForm::Text { most: 10 }, "q3", false),
        with(
            AnswerForm::Multiple {
                choices: ["x", "y", "z"].map(|c| Choice { code: c.into(), text: c.into() }).to_vec(),
                most: Some(2),
            },
            "q4",
            true,
        ),
        scale("q5"),
    ]
}

fn given(pairs: &[(&str, &[&str])]) -> Answers {
    pairs.iter().map(|(q, v)| ((*q).to_owned(), v.iter().map(|s| (*s).to_owned()).collect())).collect()
}

#[test]
fn answers_lead_along_their_own_way() {
    let q = branched();
    for (answers, way) in [
        (given(&[]), vec![0, 1, 2, 3, 4]),
        (given(&[("q1", &["a"])]), vec![0, 1, 2, 3, 4]),
        (given(&[("q1", &["b"])]), vec![0, 3, 4]),
        (given(&[("q1", &["c"])]), vec![0]),
    ] {
        assert_eq!(path(&q, &answers), way, "{answers:?}");
    }
    assert_eq!(pages(&q, false), [vec![0], vec![1, 2], vec![3, 4]]);
    assert_eq!(pages(&q, true).len(), 5);
    assert_eq!(visited(&q, &given(&[("q1", &["b"])]), false), [vec![0], vec![3, 4]]);
    // Filled in on a way that was left again.
    let all = given(&[("q1", &["c"]), ("q2", &["4"]), ("q4", &["x"])]);
    assert_eq!(kept(&q, &all), given(&[("q1", &["c"])]));
    assert_eq!(kept(&q, &given(&[("q1", &["a", " a ", ""])])), given(&[("q1", &["a"])]), "no blanks, no doubles");
}

#[test]
fn a_loop_in_a_stored_text_still_ends() {
    let mut q = branched();
    q[3].jumps = vec![jump(&["x"], Some("q1"))];
    assert_eq!(path(&q, &given(&[("q4", &["x"])])), [0, 1, 2, 3, 4]);
}

#[test]
fn each_form_of_answer_is_checked() {
    let q = branched();
    let all = [0, 1, 2, 3, 4];
    let faults = |answers: &Answers| check(&q, answers, &all).into_iter().map(|e| e.field).collect::<Vec<_>>();
    assert_eq!(faults(&given(&[])), ["q1", "q2", "q4", "q5"], "q3 may stay empty");
    let good =
        given(&[("q1", &["a"]), ("q2", &["5"]), ("q3", &["十个字以内的意见"]), ("q4", &["x", "z"]), ("q5", &["1"])]);
    assert_eq!(check(&q, &good, &all), []);
    let bad = given(&[
        ("q1", &["d"]),
        ("q2", &["6"]),
        ("q3", &["一二三四五六七八九十一"]),
        ("q4", &["x", "y", "z"]),
        ("q5", &["1", "2"]),
    ]);
    assert_eq!(faults(&bad), ["q1", "q2", "q3", "q4", "q5"]);
}

struct Place {
    clock: ManualClock,
    mint: SeqMint,
    calendar: Calendar,
    params: Params,
    directory: Directory,
}

impl Place {
    fn new() -> Self {
        let params = Params::defaults();
        Self {
            clock: ManualClock::new(Ts(1_795_485_600_000)),
            mint: SeqMint::new(),
            calendar: Calendar::new(BTreeMap::new(), params.work_hours()),
            params,
            directory: Directory::new(vec![], vec![], vec![]),
        }
    }

    fn env(&self) -> Env<'_> {
        Env {
            now: self.clock.now(),
            calendar: &self.calendar,
            params: &self.params,
            directory: &self.directory,
            mint: &self.mint,
            earlier: &[],
            precedents: &[],
        }
    }

    fn id<T: From<uuid::Uuid>>(&self) -> T {
        self.mint.uuid(self.clock.now()).into()
    }

    fn by(&self, role: Role) -> By {
        By::Person(Actor {
            user: self.id(),
            appointment: self.id(),
            name: "李敏".into(),
            org: self.id(),
            roles: BTreeSet::from([role]),
            scope: Scope::All,
            on_behalf_of: None,
            recused_orgs: vec![],
        })
    }

    fn point(&self, series: SurveyId) -> Point {
        Point { id: self.id(), series, code: "w".into(), org: self.id(), name: "1号窗口".into(), closed_at: None }
    }
}

fn text(questions: Vec<Question>) -> SurveyText {
    SurveyText {
        title: "营商环境问卷".into(),
        intro: String::new(),
        thanks: String::new(),
        questions,
        verified: false,
        opens_at: None,
        closes_at: None,
        quota: None,
        quota_point: None,
    }
}

#[test]
fn a_survey_is_written_published_once_and_closed() {
    let w = Place::new();
    let (stat, unit) = (w.by(Role::Stat), w.by(Role::UnitAdmin));
    let env = w.env();
    assert!(create(SurveyKind::Questionnaire, "c".into(), &text(branched()), &unit, &env).is_err(), "not the rated");
    let draft = create(SurveyKind::Questionnaire, "c".into(), &text(branched()), &stat, &env).unwrap();
    assert_eq!(allowed(&draft, &stat).iter().map(|a| a.0).collect::<Vec<_>>(), ["publish", "save", "discard"]);
    assert!(revise(&draft, 2, &stat, &env).is_err());
    let live = decide(&draft, &SurveyAct::Publish, &[], &stat, &env).unwrap();
    assert_eq!(live.text.open(live.state, env.now, (0, 0)), Open::Open);
    assert!(decide(&live, &SurveyAct::Save { text: text(vec![]) }, &[], &stat, &env).is_err(), "fixed");
    assert_eq!(allowed(&live, &stat).iter().map(|a| a.0).collect::<Vec<_>>(), ["revise", "close"]);
    assert!(allowed(&live, &unit).is_empty());

    let second = revise(&live, 2, &stat, &env).unwrap();
    assert_eq!((second.series, second.no, second.code.as_str()), (live.series, 2, "c"));
    let second = decide(&second, &SurveyAct::Publish, &[], &stat, &env).unwrap();
    let old = replaced(&live, &second);
    assert_eq!((old.state, old.closed_reason.as_str()), (SurveyState::Closed, "已由第2版替代"));
    assert!(decide(&second, &SurveyAct::Close { reason: " ".into() }, &[], &stat, &env).is_err());
    let closed = decide(&second, &SurveyAct::Close { reason: "调查完成".into() }, &[], &stat, &env).unwrap();
    assert_eq!(closed.text.open(closed.state, env.now, (0, 0)), Open::Over);
}

#[test]
fn what_cannot_be_answered_is_not_published() {
    let w = Place::new();
    let stat = w.by(Role::Stat);
    let env = w.env();
    let fields = |kind: SurveyKind, text: &SurveyText, points: &[Point]| -> Vec<String> {
        let draft = create(kind, "c".into(), text, &stat, &env).unwrap();
        match decide(&draft, &SurveyAct::Publish, points, &stat, &env) {
            Ok(_) => vec![],
            Err(e) => e.fields.into_iter().map(|f| f.field).collect(),
        }
    };
    let q = SurveyKind::Questionnaire;
    assert_eq!(fields(q, &text(vec![]), &[]), ["questions"]);
    let mut back = branched();
    back[3].jumps = vec![jump(&["x"], Some("q2"))];
    assert_eq!(fields(q, &text(back), &[]), ["questions.q4"]);
    let mut odd = branched();
    odd[0].jumps = vec![jump(&["none"], None)];
    odd[4].id = "q2".into();
    assert_eq!(fields(q, &text(odd), &[]), ["questions.q1", "questions.q2"]);
    let doubled = vec![single("q1", &["a", "a"], vec![])];
    assert_eq!(fields(q, &text(doubled), &[]), ["questions.q1"]);
    let late = SurveyText { closes_at: Some(env.now), quota: Some(0), ..text(branched()) };
    assert_eq!(fields(q, &late, &[]), ["quota", "closes_at"]);

    let tap = vec![scale("q1"), with(AnswerForm::Text { most: 200 }, "q2", false)];
    let window = SurveyKind::Window;
    let point = w.point(w.id());
    assert_eq!(fields(window, &text(tap.clone()), std::slice::from_ref(&point)), [""; 0]);
    assert_eq!(fields(window, &text(tap.clone()), &[Point { closed_at: Some(env.now), ..point.clone() }]), ["points"]);
    assert_eq!(fields(window, &text(branched()), std::slice::from_ref(&point)), ["questions"]);
    assert_eq!(fields(window, &SurveyText { verified: true, ..text(tap) }, &[point]), ["verified"]);
}

#[test]
fn time_and_quotas_close_the_door() {
    let w = Place::new();
    let stat = w.by(Role::Stat);
    let env = w.env();
    let (opens, closes) = (env.now.plus_hours(1), env.now.plus_hours(3));
    let text = SurveyText {
        opens_at: Some(opens),
        closes_at: Some(closes),
        quota: Some(10),
        quota_point: Some(4),
        ..text(branched())
    };
    let draft = create(SurveyKind::Questionnaire, "c".into(), &text, &stat, &env).unwrap();
    let live = decide(&draft, &SurveyAct::Publish, &[], &stat, &env).unwrap();
    let inside = env.now.plus_hours(2);
    assert_eq!(draft.text.open(draft.state, inside, (0, 0)), Open::Over, "a draft takes none");
    assert_eq!(live.text.open(live.state, env.now, (0, 0)), Open::NotYet(opens));
    assert_eq!(live.text.open(live.state, inside, (9, 3)), Open::Open);
    assert_eq!(live.text.open(live.state, inside, (10, 3)), Open::Full);
    assert_eq!(live.text.open(live.state, inside, (9, 4)), Open::Full);
    assert_eq!(live.text.open(live.state, closes, (0, 0)), Open::Over);
}

fn reply(group: u8, picks: Answers, excluded: bool) -> Reply<u8> {
    Reply { group: Some(group), picks, texts: vec![], excluded }
}

#[test]
fn results_count_those_who_were_asked() {
    let q = branched();
    let replies = [
        reply(1, given(&[("q1", &["a"]), ("q2", &["4"]), ("q4", &["x", "y"]), ("q5", &["5"])]), false),
        reply(1, given(&[("q1", &["b"]), ("q4", &["x"]), ("q5", &["3"])]), false),
        Reply { texts: vec!["q3".into()], ..reply(2, given(&[("q1", &["c"])]), false) },
    ];
    let results = tally(&q, replies.iter());
    assert_eq!(results.iter().map(|r| r.n).collect::<Vec<_>>(), [3, 1, 1, 2, 2]);
    let x = &results[3].options[0];
    assert_eq!((x.n, x.share.unwrap().value), (2, 100.0), "of those who saw the question");
    assert_eq!(results[4].mean.unwrap().value, 4.0);
    assert_eq!(results[0].mean, None);
}

#[test]
fn small_groups_stay_unsaid_and_cannot_be_worked_out() {
    assert_eq!(unsaid(&[10, 3, 20], 5), [true, true, false], "3 alone would be the difference");
    assert_eq!(unsaid(&[10, 2, 4, 0], 5), [false, true, true, false]);
    assert_eq!(unsaid(&[10, 1, 2, 7], 5), [false, true, true, true], "1 and 2 together are still few");
    assert_eq!(unsaid(&[10, 20], 5), [false, false]);
    assert_eq!(unsaid(&[3], 5), [true]);
    assert_eq!(unsaid(&[], 5), [false; 0]);

    let q = vec![scale("q1")];
    let replies: Vec<Reply<u8>> = (0..9).map(|i| reply(u8::from(i > 2), given(&[("q1", &["4"])]), false)).collect();
    let n = sizes(&replies, &[0, 1]);
    assert_eq!(n, [3, 6]);
    let shown = |least: usize| -> Vec<Option<i64>> {
        let cells = cells(&q, &replies, &[0, 1], &unsaid(&n, least));
        cells.iter().map(|c| c.shown.as_ref().map(|s| s.0)).collect()
    };
    assert_eq!(shown(3), [Some(3), Some(6)]);
    assert_eq!(shown(4), [None, None]);

    // Two departments: 30 + 3 windows, 20 + 9; and a third that is unsaid itself.
    let hidden = unsaid_within(&[30, 3, 20, 9, 6], &[0, 0, 1, 1, 2], &[false, false, true], 5);
    assert_eq!(hidden, [true, true, false, false, true], "33 − 30 would tell of three people");
}

const LIMITS: Limits = Limits { burst_n: 4, burst_min: 10, same_address: 3, same_device: 2, same_text: 2, quick_s: 2 };

struct Facts {
    mint: SeqMint,
    point: PointId,
}

impl Facts {
    fn at(&self, minute: i64, n: u32) -> AnswerFacts {
        let at = Ts(1_795_485_600_000).plus_minutes(minute);
        AnswerFacts {
            id: AnswerId(self.mint.uuid(at)),
            point: Some(self.point),
            at,
            device: format!("d{n}"),
            address: format!("a{n}"),
            text: None,
            took_s: Some(60),
            asked: 5,
        }
    }
}

#[test]
fn stuffing_shows_and_ordinary_answers_do_not() {
    let mint = SeqMint::new();
    let f = Facts { point: PointId(mint.uuid(Ts(0))), mint };
    let marked = |facts: &[AnswerFacts]| {
        let found = flags(facts, &LIMITS);
        facts.iter().map(|x| found.get(&x.id).cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    // One every five minutes is nobody's business.
    let calm: Vec<_> = (0..10).map(|i| f.at(i64::from(i) * 5, i)).collect();
    assert!(marked(&calm).iter().all(Vec::is_empty));
    // Four within ten minutes; the one an hour before is not among them.
    let burst: Vec<_> = [0, 60, 62, 66, 70].into_iter().zip(0..).map(|(m, i)| f.at(m, i)).collect();
    assert_eq!(
        marked(&burst).iter().map(|m| m.contains(&Flag::Burst)).collect::<Vec<_>>(),
        [false, true, true, true, true]
    );
    // Elsewhere at the same time is no burst.
    let mut apart = burst.clone();
    apart[4].point = None;
    assert!(marked(&apart).iter().all(Vec::is_empty));
    let mut crowd: Vec<_> = (0..4).map(|i| f.at(i64::from(i) * 30, i)).collect();
    for fact in &mut crowd[..3] {
        fact.address = "same".into();
    }
    crowd[3].took_s = Some(9);
    (crowd[0].text, crowd[3].text) = (Some("t".into()), Some("t".into()));
    crowd[1].device = "d2".into();
    assert_eq!(
        marked(&crowd),
        [
            vec![Flag::SameAddress, Flag::SameText],
            vec![Flag::SameAddress, Flag::SameDevice],
            vec![Flag::SameAddress, Flag::SameDevice],
            vec![Flag::SameText, Flag::Quick],
        ]
    );
    // Without cookies and addresses nothing is alike.
    let bare: Vec<_> = (0..4)
        .map(|i| AnswerFacts {
            device: String::new(),
            address: String::new(),
            took_s: None,
            ..f.at(i64::from(i) * 30, 0)
        })
        .collect();
    assert!(marked(&bare).iter().all(Vec::is_empty));
}
