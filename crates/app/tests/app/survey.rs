//! 群众评议 on both engines: written, published once, answered page by page and with one tap, counted with and without
//! what somebody stuffed in, and no small group shown.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::citizen::CoreDesk;
use app::survey::{
    answer_list, exclude, point_save, survey_act, survey_create, survey_discard, survey_export, survey_list,
    survey_results, survey_revise, survey_view, words,
};
use app::view::{
    AnswerQuery, ExcludeForm, PointForm, SurveyActForm, SurveyExportForm, SurveyNew, SurveyView, WordQuery,
};
use citizen::{Caller, CodeAsk, Desk, Fault, Person, SurveyFilled, SurveySent, SurveyStep, Turn};
use db::Db;
use domain::survey::{AnswerForm, Choice, Flag, Jump, Question, SurveyAct, SurveyKind, SurveyState, SurveyText};
use futures::StreamExt;
use store::audit::AuditFilter;

use crate::town::Town;

fn question(id: &str, form: AnswerForm, required: bool, jumps: Vec<Jump>) -> Question {
    Question { id: id.into(), text: format!("题目{id}"), hint: String::new(), required, form, jumps }
}

fn scale(id: &str) -> Question {
    question(id, AnswerForm::Scale { top: 5, low: "差".into(), high: "好".into() }, true, vec![])
}

fn words_of(id: &str) -> Question {
    question(id, AnswerForm::Text { most: 200 }, false, vec![])
}

fn single(id: &str, jumps: Vec<Jump>) -> Question {
    let choices = ["a", "b"].map(|c| Choice { code: c.into(), text: format!("选项{c}") }).to_vec();
    question(id, AnswerForm::Single { choices }, true, jumps)
}

fn text(title: &str, questions: Vec<Question>) -> SurveyText {
    SurveyText {
        title: title.into(),
        intro: "请如实填写".into(),
        thanks: String::new(),
        questions,
        verified: false,
        opens_at: None,
        closes_at: None,
        quota: None,
        quota_point: None,
    }
}

async fn created(town: &Town, kind: SurveyKind, text: SurveyText) -> SurveyView {
    survey_create(&town.app, &town.ctx("stat"), &SurveyNew { kind, text }).await.unwrap()
}

async fn acted(town: &Town, who: &str, s: &SurveyView, command: SurveyAct) -> app::Result<SurveyView> {
    survey_act(&town.app, &town.ctx(who), s.row.id, &SurveyActForm { version: s.version, command }).await
}

async fn published(town: &Town, kind: SurveyKind, text: SurveyText) -> SurveyView {
    let s = created(town, kind, text).await;
    acted(town, "stat", &s, SurveyAct::Publish).await.unwrap()
}

async fn point(town: &Town, s: &SurveyView, org: &str, name: &str) -> SurveyView {
    let form = PointForm { id: None, org: town.org(org), name: name.into(), closed: false };
    point_save(&town.app, &town.ctx("stat"), s.row.id, &form).await.unwrap()
}

fn desk(town: &Town) -> CoreDesk {
    CoreDesk { app: Arc::clone(&town.app) }
}

fn from(ip: &str) -> Caller {
    Caller { ip: ip.into(), agent: "test".into(), trace: "t".into(), person: None }
}

fn tail(url: &str) -> String {
    url.rsplit('/').next().unwrap().to_owned()
}

/// An answer of browser `n`.
fn sent(code: &str, n: u32, answers: &[(&str, &str)]) -> SurveySent {
    SurveySent {
        code: code.into(),
        once: format!("{n:032x}"),
        answers: answers.iter().map(|(q, v)| ((*q).into(), (*v).into())).collect(),
        took_s: Some(90),
        device: format!("browser {n}"),
        phone: String::new(),
    }
}

async fn give(town: &Town, answer: SurveySent) -> Result<(), Fault> {
    let ip = format!("10.9.0.{}", answer.device.len() + answer.once.len());
    desk(town).survey_send(answer, "", &from(&ip)).await
}

fn refused(fault: Result<(), Fault>) -> String {
    match fault {
        Err(Fault::Refused(r)) => r.fields.first().map_or(r.message, |f| format!("{}：{}", f.field, f.message)),
        other => panic!("{other:?}"),
    }
}

async fn step(town: &Town, code: &str, answers: &[(&str, &str)], at: &str, turn: Turn) -> SurveyStep {
    let answers = answers.iter().map(|(q, v)| ((*q).into(), (*v).into())).collect();
    let filled = SurveyFilled { answers, at: at.into(), turn, single: false };
    desk(town).survey(code, &filled).await.unwrap().unwrap()
}

fn asked(s: &SurveyStep) -> Vec<&str> {
    s.asks.iter().map(|a| a.id.as_str()).collect()
}

async fn code(town: &Town) -> String {
    let queued = store::sms::list_queued(&town.app.store.db, &town.app.store.vault, 500).await.unwrap();
    let text = queued.iter().rev().find(|m| m.template == "T34").expect("a code was sent").text.clone();
    text.split("验证码").nth(1).unwrap().chars().filter(char::is_ascii_digit).take(6).collect()
}

async fn audited(town: &Town, action: &str) -> usize {
    let filter = AuditFilter { action: Some(action.into()), ..AuditFilter::default() };
    store::audit::list_audit(&town.app.store.db, &filter, &kernel::Page::first(100)).await.unwrap().len()
}

testkit::both_engines! {
    async fn windows_are_rated_with_one_tap_and_nobody_can_be_made_out(db: Db) {
        let town = Town::build(db).await;
        let s = created(&town, SurveyKind::Window, text("窗口评价", vec![scale("q1"), words_of("q2")])).await;
        let none = acted(&town, "stat", &s, SurveyAct::Publish).await.unwrap_err();
        assert_eq!(none.refusal().unwrap().fields[0].field, "points");
        let s = point(&town, &s, "housing", "房产交易1号窗口").await;
        let s = point(&town, &s, "water", "供水报装窗口").await;
        let s = acted(&town, "stat", &s, SurveyAct::Publish).await.unwrap();
        let by_org: BTreeMap<_, _> = s.points.iter().map(|p| (p.org.id, tail(&p.url))).collect();
        let (housing, water) = (by_org[&town.org("housing")].clone(), by_org[&town.org("water")].clone());

        let first = step(&town, &housing, &[], "", Turn::Stay).await;
        assert_eq!((first.door.instant, first.door.place.unwrap().name.as_str()), (true, "房产交易1号窗口"));
        assert!(desk(&town).surveys().await.unwrap().is_empty(), "windows are rated where they are");
        for n in 0..6 {
            give(&town, sent(&housing, n, &[("q1", if n == 0 { "2" } else { "5" })])).await.unwrap();
        }
        // Told again it counts once; words that follow the tap are added to it, and only once.
        give(&town, sent(&housing, 0, &[("q1", "2")])).await.unwrap();
        give(&town, sent(&housing, 0, &[("q1", "2"), ("q2", "等了一小时，请联系13812345678")])).await.unwrap();
        give(&town, sent(&housing, 0, &[("q1", "2"), ("q2", "改口")])).await.unwrap();
        let again = SurveySent { device: "browser 1".into(), ..sent(&housing, 50, &[("q1", "5")]) };
        assert!(refused(give(&town, again.clone()).await).contains("刚刚评价过"));
        assert!(refused(give(&town, sent(&housing, 51, &[])).await).contains("q1"));
        assert!(refused(give(&town, sent(&tail(&s.url), 52, &[("q1", "5")])).await).contains("place"), "of whom?");
        for n in 10..13 {
            give(&town, sent(&water, n, &[("q1", "1"), ("q2", "态度差")])).await.unwrap();
        }
        town.pass(13);
        give(&town, again).await.unwrap();

        // 3 ratings of the water supply would be told by subtraction if the other seven were shown.
        let all = survey_results(&town.app, &town.ctx("leader"), s.row.id).await.unwrap();
        assert_eq!((all.kept.n, all.excluded_n, all.partial), (Some(10), 0, false));
        assert!(all.kept.by_org.iter().all(|g| g.n.is_none() && g.questions.is_empty()), "{:?}", all.kept.by_org);
        let said = words(&town.app, &town.ctx("leader"), s.row.id, &WordQuery::default()).await.unwrap();
        assert!(said.items.is_empty(), "what a few wrote is not shown either");
        for n in 13..16 {
            give(&town, sent(&water, n, &[("q1", "3")])).await.unwrap();
        }
        let all = survey_results(&town.app, &town.ctx("leader"), s.row.id).await.unwrap();
        let n: Vec<Option<i64>> = all.kept.by_org.iter().map(|g| g.n).collect();
        assert_eq!(n.iter().flatten().sum::<i64>(), 13);
        let said = words(&town.app, &town.ctx("leader"), s.row.id, &WordQuery::default()).await.unwrap();
        assert_eq!(said.items.len(), 4);
        let own = said.items.iter().find(|w| w.text.contains("等了一小时")).unwrap();
        assert!(!own.text.contains("13812345678"), "{}", own.text);

        // The rated see what was said of them, of nobody else, and choose no answers.
        let mine = survey_results(&town.app, &town.ctx("housing_admin"), s.row.id).await.unwrap();
        assert_eq!((mine.kept.n, mine.partial, mine.kept.by_org.len()), (Some(7), true, 1));
        let mean = mine.kept.questions[0].mean.unwrap();
        assert!((mean.value - 4.57).abs() < 1e-9 && mean.low < mean.value && mean.high <= 5.0, "{mean:?}");
        let seen = survey_view(&town.app, &town.ctx("housing_admin"), s.row.id).await.unwrap();
        assert!(seen.points.len() == 1 && seen.allowed.is_empty() && seen.row.answers.is_none());
        let list = survey_list(&town.app, &town.ctx("housing_admin")).await.unwrap();
        assert_eq!(list.len(), 1);
        let answers = answer_list(&town.app, &town.ctx("housing_admin"), s.row.id, &AnswerQuery::default()).await;
        assert_eq!(answers.unwrap_err().refusal().unwrap().code, "forbidden");
        assert!(survey_list(&town.app, &town.ctx("agent")).await.is_err());
        let kept = store::survey::answers(&town.app.store.db, s.row.id).await.unwrap();
        assert_eq!(audited(&town, "survey.answer").await, kept.len() + 1, "and the words added");
    }

    async fn a_questionnaire_goes_its_ways_and_its_versions_stay_what_they_were(db: Db) {
        let town = Town::build(db).await;
        let jumps = vec![Jump { when: vec!["b".into()], to: Some("q3".into()) }];
        let mut form = text("营商环境问卷", vec![single("q1", jumps), scale("q2"), words_of("q3")]);
        (form.verified, form.quota) = (true, Some(2));
        let s = published(&town, SurveyKind::Questionnaire, form).await;
        let code_of = tail(&s.url);
        assert_eq!(desk(&town).surveys().await.unwrap()[0].code, code_of);
        assert!(acted(&town, "stat", &s, SurveyAct::Save { text: s.text.clone() }).await.is_err(), "fixed");

        let first = step(&town, &code_of, &[], "", Turn::Stay).await;
        assert_eq!((asked(&first), first.page, first.pages), (vec!["q1"], 1, 3));
        let wrong = step(&town, &code_of, &[], "q1", Turn::Next).await;
        assert_eq!((asked(&wrong), wrong.errors.len()), (vec!["q1"], 1));
        let on = step(&town, &code_of, &[("q1", "a")], "q1", Turn::Next).await;
        assert_eq!(asked(&on), ["q2"]);
        let by = step(&town, &code_of, &[("q1", "b")], "q1", Turn::Next).await;
        assert_eq!((asked(&by), by.page, by.pages), (vec!["q3"], 2, 2));
        let back = step(&town, &code_of, &[("q1", "b")], "q3", Turn::Back).await;
        assert_eq!(asked(&back), ["q1"]);
        assert!(step(&town, &code_of, &[("q1", "b")], "q3", Turn::Next).await.ready);

        let answer = |n: u32, phone: &str| SurveySent { phone: phone.into(), ..sent(&code_of, n, &[("q1", "b"), ("q2", "1")]) };
        let ask = |phone: &str| CodeAsk::Survey { code: code_of.clone(), phone: phone.into() };
        assert!(refused(give(&town, answer(1, "13812345678")).await).contains("otp"));
        desk(&town).code_send(ask("13812345678"), &from("10.1.1.1")).await.unwrap();
        let otp = code(&town).await;
        desk(&town).survey_send(answer(1, "13812345678"), &otp, &from("10.1.1.1")).await.unwrap();
        // The same number from another machine.
        town.pass(1);
        desk(&town).code_send(ask("13812345678"), &from("10.1.1.1")).await.unwrap();
        let otp = code(&town).await;
        let twice = desk(&town).survey_send(answer(2, "138 1234 5678"), &otp, &from("10.1.1.2")).await;
        assert!(refused(twice).contains("该手机号已经参与过"));
        let kept = store::survey::answers(&town.app.store.db, s.row.id).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert!(!kept[0].picks.contains_key("q2"), "the way not taken does not count");
        assert!(!format!("{kept:?}").contains("13812345678") && !kept[0].device.contains("browser"), "{kept:?}");

        // Who is signed in needs no code for the own number, and proves no other one.
        let signed = Caller { person: Person::of_claims("王晓明", "13912345678", ""), ..from("10.1.1.3") };
        assert!(refused(desk(&town).survey_send(answer(4, "13812340000"), "", &signed).await).contains("otp"));
        desk(&town).survey_send(answer(3, "13912345678"), "", &signed).await.unwrap();
        let full = step(&town, &code_of, &[], "", Turn::Stay).await;
        assert!(full.door.closed.unwrap().contains("人数已满"));

        let next = survey_revise(&town.app, &town.ctx("stat"), s.row.id).await.unwrap();
        assert!(survey_revise(&town.app, &town.ctx("stat"), s.row.id).await.is_err(), "one draft at a time");
        assert_eq!((next.row.no, tail(&next.url)), (2, code_of.clone()));
        survey_discard(&town.app, &town.ctx("stat"), next.row.id).await.unwrap();
        let next = survey_revise(&town.app, &town.ctx("stat"), s.row.id).await.unwrap();
        let more = SurveyText { quota: None, verified: false, ..next.text.clone() };
        let next = acted(&town, "stat", &next, SurveyAct::Save { text: more }).await.unwrap();
        let next = acted(&town, "stat", &next, SurveyAct::Publish).await.unwrap();
        let old = survey_view(&town.app, &town.ctx("stat"), s.row.id).await.unwrap();
        assert_eq!((old.row.state, old.closed_reason.as_str()), (SurveyState::Closed, "已由第2版替代"));
        assert_eq!((old.row.answers, old.text.quota), (Some(2), Some(2)), "as it was answered");
        give(&town, sent(&code_of, 1_000, &[("q1", "b")])).await.unwrap();
        let twice = SurveySent { device: "browser 1000".into(), ..sent(&code_of, 1_001, &[("q1", "b")]) };
        assert!(refused(give(&town, twice).await).contains("已经参与过"));
        let closed = acted(&town, "stat", &next, SurveyAct::Close { reason: "调查完成".into() }).await.unwrap();
        assert_eq!(closed.row.answers, Some(1));
        assert!(refused(give(&town, sent(&code_of, 1_002, &[("q1", "b")])).await).contains("已经结束"));
        assert!(desk(&town).surveys().await.unwrap().is_empty());
    }

    async fn stuffing_is_marked_excluded_by_a_person_and_shown_both_ways(db: Db) {
        let town = Town::build(db).await;
        let s = published(&town, SurveyKind::Questionnaire, text("服务问卷", vec![scale("q1"), words_of("q2")])).await;
        let code = tail(&s.url);
        for n in 0..8 {
            desk(&town).survey_send(sent(&code, n, &[("q1", "2")]), "", &from(&format!("10.2.0.{n}"))).await.unwrap();
            town.pass(1);
        }
        for n in 100..120 {
            let mut answer = sent(&code, n, &[("q1", "5"), ("q2", "非常好非常满意，继续保持！")]);
            answer.took_s = Some(2);
            desk(&town).survey_send(answer, "", &from("10.66.0.1")).await.unwrap();
        }
        let list = answer_list(&town.app, &town.ctx("supervisor"), s.row.id, &AnswerQuery::default()).await.unwrap();
        assert_eq!((list.flagged, list.excluded, list.all), (20, 0, 28));
        assert_eq!(list.items[0].flags, [Flag::Burst, Flag::SameAddress, Flag::SameText, Flag::Quick]);
        let form = |exclude: bool, reason: &str| ExcludeForm {
            ids: list.items.iter().map(|l| l.id).collect(),
            exclude,
            reason: reason.into(),
        };
        let who = |who: &str| town.ctx(who);
        assert!(exclude(&town.app, &who("supervisor"), s.row.id, &form(true, "刷")).await.is_err(), "a reason");
        assert!(exclude(&town.app, &who("housing_admin"), s.row.id, &form(true, "同一网络连续提交")).await.is_err());
        assert!(exclude(&town.app, &who("leader"), s.row.id, &form(true, "同一网络连续提交")).await.is_err());
        let done = exclude(&town.app, &who("supervisor"), s.row.id, &form(true, "同一网络连续提交")).await.unwrap();
        assert_eq!((done.changed, audited(&town, "survey.exclude").await), (20, 20));

        let r = survey_results(&town.app, &who("stat"), s.row.id).await.unwrap();
        let all = r.all.unwrap();
        assert_eq!((r.kept.n, all.n, r.excluded_n), (Some(8), Some(28), 20));
        let (kept, every) = (r.kept.questions[0].mean.unwrap(), all.questions[0].mean.unwrap());
        assert_eq!((kept.value, every.value), (2.0, 4.14));
        let best = all.questions[0].options[4].share.unwrap();
        assert_eq!((best.value, best.low, best.high), (71.4, 52.9, 84.7), "20 of 28 by Wilson");

        let export = |what: &str| SurveyExportForm { what: what.into(), format: "csv".into(), purpose: "评议通报".into() };
        for (what, has) in [("results", "剔除后,全部,,题目q1,量表,8,5分,0,0,0,32.4"), ("answers", "已剔除,5分")] {
            let mut file = survey_export(&town.app, &who("stat"), s.row.id, &export(what)).await.unwrap();
            let mut bytes = Vec::new();
            while let Some(chunk) = file.body.next().await {
                bytes.extend(chunk.unwrap());
            }
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains(has), "{text}");
        }
        let back = exclude(&town.app, &who("supervisor"), s.row.id, &form(false, "复核后认为有效")).await.unwrap();
        assert_eq!((back.changed, audited(&town, "survey.restore").await), (20, 20));
        assert!(survey_results(&town.app, &who("stat"), s.row.id).await.unwrap().all.is_none());
        // An address has its bounds, whatever the browser.
        for n in 200..240 {
            let _ = desk(&town).survey_send(sent(&code, n, &[("q1", "5")]), "", &from("10.66.0.1")).await;
        }
        let last = desk(&town).survey_send(sent(&code, 300, &[("q1", "5")]), "", &from("10.66.0.1")).await;
        assert!(refused(last).contains("过于频繁"));
    }
}
