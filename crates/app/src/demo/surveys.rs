//! 群众评议 of the demonstration: a questionnaire that branches, windows and departments rated on the spot, a poll in
//! draft; and an evening on which somebody stuffed the box.

use std::collections::HashMap;

use citizen::SurveySent;
use domain::authority::Role;
use domain::env::By;
use domain::survey::{
    AnswerForm, Choice, Jump, Point, Question, Survey, SurveyAct, SurveyKind, SurveyText, create, decide,
};
use kernel::{OrgId, PointId, Ts};
use store::survey::Exclusion;

use super::cast::Cast;
use crate::citizen::survey::{SurveyOut, answer_in};
use crate::ctx::App;
use crate::world::World;
use crate::{Error, Result};

/// Windows and departments with how well they are thought of: of a hundred raters so many choose the best, and so many
/// choose each next point down.
const WINDOWS: &[(&str, &str, u32, [u32; 4])] = &[
    ("YX-SJJ", "综合受理1号窗口", 34, [62, 24, 9, 3]),
    ("YX-SJJ", "综合受理2号窗口", 27, [48, 28, 14, 6]),
    ("YX-ZGJ", "不动产登记3号窗口", 30, [30, 31, 22, 11]),
    ("YX-ZGJ", "不动产登记4号窗口", 3, [50, 30, 10, 5]),
    ("YX-GAJ", "户政窗口", 22, [55, 27, 12, 4]),
    ("YX-YBJ", "医保服务窗口", 26, [58, 25, 11, 4]),
    ("YX-SWU", "办税服务5号窗口", 19, [66, 22, 8, 2]),
];
const DEPARTMENTS: &[(&str, u32, [u32; 4])] = &[
    ("YX-SCJ", 31, [57, 26, 11, 4]),
    ("YX-ZGJ", 28, [33, 30, 21, 11]),
    ("YX-ZJJ", 24, [36, 33, 18, 9]),
    ("YX-RSJ", 21, [52, 30, 12, 4]),
    ("YX-FGW", 3, [50, 30, 10, 10]),
];
const POLLED: &[&str] = &["YX-SCJ", "YX-ZGJ", "YX-CGJ", "YX-JTJ", "YX-HBJ"];
/// Words to the points 5, 4, 3, 2, 1.
const WORDS: [&[&str]; 5] = [
    &["工作人员很耐心，材料一次讲清。", "十分钟就办好了，点赞。", "帮老人填表，服务周到。"],
    &["整体不错，叫号再快一点更好。", "指引清楚。"],
    &["等了四十多分钟，中午只开一个窗口。", "材料清单网上和窗口说的不一样。"],
    &["同一份材料跑了两趟，希望一次告知。"],
    &["系统故障没有人出来解释，白等一上午。"],
];
const QUESTIONNAIRE: u32 = 86;
/// One evening, one network, one sentence.
const STUFFED: u32 = 23;
const STUFFING: &str = "服务非常好，非常满意，希望继续保持！";

/// One answer; without an address everybody has an own one.
struct Given<'a> {
    code: &'a str,
    pairs: Vec<(&'static str, String)>,
    at: Ts,
    ip: Option<&'static str>,
    took_s: Option<u32>,
}

/// Even chances, the same every time.
struct Dice(u32);

impl Dice {
    fn below(&mut self, n: u32) -> u32 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) % n
    }

    /// Points from 5 down to 1 by these chances in a hundred.
    fn points(&mut self, chances: [u32; 4]) -> u32 {
        let mut left = self.below(100);
        for (at, chance) in (0..4).zip(chances) {
            if left < chance {
                return 5 - at;
            }
            left -= chance;
        }
        1
    }
}

struct Stage<'a> {
    app: &'a App,
    world: &'a World,
    orgs: &'a HashMap<String, OrgId>,
    by: By,
    now: Ts,
    dice: Dice,
    sent: u32,
}

fn question(id: &str, text: &str, required: bool, form: AnswerForm, jumps: Vec<Jump>) -> Question {
    Question { id: id.to_owned(), text: text.to_owned(), hint: String::new(), required, form, jumps }
}

fn choices(texts: &[&str]) -> Vec<Choice> {
    (1..).zip(texts).map(|(n, text)| Choice { code: format!("a{n}"), text: (*text).to_owned() }).collect()
}

fn scale(id: &str, text: &str) -> Question {
    let form = AnswerForm::Scale { top: 5, low: "很不满意".to_owned(), high: "非常满意".to_owned() };
    question(id, text, true, form, vec![])
}

fn words(id: &str, text: &str, most: u32) -> Question {
    question(id, text, false, AnswerForm::Text { most }, vec![])
}

fn text(title: &str, intro: &str, questions: Vec<Question>) -> SurveyText {
    SurveyText {
        title: title.to_owned(),
        intro: intro.to_owned(),
        thanks: String::new(),
        questions,
        verified: false,
        opens_at: None,
        closes_at: None,
        quota: None,
        quota_point: None,
    }
}

/// How, how often, how well; who has not been asks nothing more.
fn questionnaire() -> Vec<Question> {
    let none = Jump { when: vec!["a4".to_owned()], to: Some("q6".to_owned()) };
    let slow = Jump { when: vec!["a1".to_owned(), "a2".to_owned()], to: Some("q5".to_owned()) };
    let single = |texts: &[&str]| AnswerForm::Single { choices: choices(texts) };
    let hurdles = ["材料重复提交", "排队时间长", "流程不清楚", "网上系统不好用", "需要多个部门来回跑", "没有遇到"];
    vec![
        question(
            "q1",
            "最近一年您办理过哪类审批事项？",
            true,
            single(&["企业开办", "工程建设", "不动产登记", "没有办理过"]),
            vec![none],
        ),
        question(
            "q2",
            "从提交材料到办结用了多久？",
            true,
            single(&["当天", "3天以内", "一周以内", "一周以上"]),
            vec![slow],
        ),
        question(
            "q3",
            "办理慢主要卡在哪里？",
            true,
            AnswerForm::Multiple { choices: choices(&hurdles[..5]), most: Some(3) },
            vec![],
        ),
        words("q4", "请说说具体情况", 300),
        scale("q5", "您对审批效率的总体评价"),
        scale("q6", "您对政务服务的总体印象"),
        words("q7", "您希望最先改进什么？", 300),
    ]
}

impl Stage<'_> {
    async fn write(
        &self,
        tx: &mut db::Tx,
        kind: SurveyKind,
        code: &str,
        days: i64,
        text: &SurveyText,
    ) -> Result<Survey> {
        let env = self.world.env(self.now.plus_days(-days), &*self.app.mint);
        let mut survey = create(kind, code.to_owned(), text, &self.by, &env)?;
        store::survey::save_survey(tx, &mut survey).await?;
        Ok(survey)
    }

    async fn publish(&self, tx: &mut db::Tx, survey: &Survey, points: &[Point]) -> Result<SurveyOut> {
        let env = self.world.env(survey.changed_at.plus_hours(1), &*self.app.mint);
        let mut next = decide(survey, &SurveyAct::Publish, points, &self.by, &env)?;
        store::survey::save_survey(tx, &mut next).await?;
        Ok(SurveyOut::of(next, points, self.world))
    }

    async fn point(&self, tx: &mut db::Tx, survey: &Survey, code: String, org: &str, name: &str) -> Result<Point> {
        let org = self.orgs.get(org).copied();
        let org = org.ok_or_else(|| Error::broken("seed/demo: a rated organisation is missing"))?;
        let name = if name.is_empty() { self.world.directory.org_name(org) } else { name }.to_owned();
        let id = PointId::mint(&*self.app.mint, survey.changed_at);
        let point = Point { id, series: survey.series, code, org, name, closed_at: None };
        store::survey::save_point(tx, &point, survey.changed_at).await?;
        Ok(point)
    }

    async fn answer(&mut self, tx: &mut db::Tx, out: &SurveyOut, given: Given<'_>) -> Result<()> {
        self.sent += 1;
        let n = self.sent;
        let sent = SurveySent {
            code: given.code.to_owned(),
            once: format!("{n:032x}"),
            answers: given.pairs.into_iter().map(|(q, v)| (q.to_owned(), v)).collect(),
            took_s: given.took_s,
            device: format!("demo-{n}"),
            phone: String::new(),
        };
        let ip = given.ip.map_or_else(|| format!("10.20.{}.{}", n / 200, n % 200), str::to_owned);
        answer_in(tx, self.app, out, &sent, &ip, given.at).await?;
        Ok(())
    }

    /// A moment of the last days, in office hours.
    fn moment(&mut self, days: u32) -> Ts {
        let day = i64::from(self.dice.below(days)) + 1;
        let start = Ts::start_of(self.now.plus_days(-day).date()).plus_hours(9);
        Ts(start.0 + i64::from(self.dice.below(8 * 3600)) * 1000)
    }

    async fn taps(&mut self, tx: &mut db::Tx, out: &SurveyOut, code: &str, n: u32, chances: [u32; 4]) -> Result<()> {
        for _ in 0..n {
            let points = self.dice.points(chances);
            let mut pairs = vec![("q1", points.to_string())];
            let said = WORDS[usize::try_from(5 - points).unwrap_or(0)];
            if self.dice.below(5) == 0 {
                let pick = usize::try_from(self.dice.below(3)).unwrap_or(0) % said.len();
                pairs.push(("q2", said[pick].to_owned()));
            }
            let at = self.moment(24);
            self.answer(tx, out, Given { code, pairs, at, ip: None, took_s: None }).await?;
        }
        Ok(())
    }

    async fn rated(&mut self, tx: &mut db::Tx) -> Result<()> {
        let tap = |what: &str| vec![scale("q1", what), words("q2", "还想说点什么？", 200)];
        let window = text("政务大厅窗口评价", "点一下即可，不用填写姓名。", tap("您对本次窗口服务满意吗？"));
        let survey = self.write(tx, SurveyKind::Window, "wndw", 26, &window).await?;
        let mut points = Vec::new();
        for (n, (org, name, ..)) in WINDOWS.iter().enumerate() {
            points.push(self.point(tx, &survey, format!("wndw{}", n + 2), org, name).await?);
        }
        let out = self.publish(tx, &survey, &points).await?;
        for (point, (.., n, chances)) in points.iter().zip(WINDOWS) {
            self.taps(tx, &out, &point.code, *n, *chances).await?;
        }
        let efficiency = text("部门审批效能评价", "", tap("您对本次审批办理的效率满意吗？"));
        let survey = self.write(tx, SurveyKind::Efficiency, "spxn", 26, &efficiency).await?;
        let mut points = Vec::new();
        for (n, (org, ..)) in DEPARTMENTS.iter().enumerate() {
            points.push(self.point(tx, &survey, format!("spxn{}", n + 2), org, "").await?);
        }
        let out = self.publish(tx, &survey, &points).await?;
        for (point, (_, n, chances)) in points.iter().zip(DEPARTMENTS) {
            self.taps(tx, &out, &point.code, *n, *chances).await?;
        }
        Ok(())
    }

    async fn asked(&mut self, tx: &mut db::Tx) -> Result<()> {
        let mut asked = text(
            "营商环境与审批服务问卷",
            "了解企业和群众办理审批事项的感受，用于改进审批流程。约需3分钟。",
            questionnaire(),
        );
        asked.closes_at = Some(Ts::end_of(self.now.plus_days(20).date()));
        asked.quota = Some(2_000);
        let survey = self.write(tx, SurveyKind::Questionnaire, "yshj", 18, &asked).await?;
        let out = self.publish(tx, &survey, &[]).await?;
        for _ in 0..QUESTIONNAIRE {
            let pairs = self.filled();
            let (at, took_s) = (self.moment(17), Some(60 + self.dice.below(200)));
            self.answer(tx, &out, Given { code: "yshj", pairs, at, ip: None, took_s }).await?;
        }
        self.stuffed(tx, &out).await
    }

    fn filled(&mut self) -> Vec<(&'static str, String)> {
        let a = |n: u32| format!("a{n}");
        let kind = self.dice.below(4) + 1;
        let mut pairs = vec![("q1", a(kind))];
        let overall = self.dice.points([34, 36, 18, 8]);
        if kind < 4 {
            let speed = self.dice.below(4) + 1;
            pairs.push(("q2", a(speed)));
            if speed > 2 {
                pairs.push(("q3", a(self.dice.below(3) + 1)));
                pairs.push(("q3", a(self.dice.below(2) + 4)));
                if self.dice.below(3) == 0 {
                    pairs.push(("q4", WORDS[2][usize::try_from(self.dice.below(2)).unwrap_or(0)].to_owned()));
                }
            }
            pairs
                .push(("q5", self.dice.points(if speed > 2 { [12, 26, 32, 20] } else { [52, 32, 11, 4] }).to_string()));
        }
        pairs.push(("q6", overall.to_string()));
        if self.dice.below(6) == 0 {
            pairs.push(("q7", "希望周末也能办理，材料能在网上一次交齐。".to_owned()));
        }
        pairs
    }

    /// Within eight minutes, always the best; some of it was excluded already.
    async fn stuffed(&mut self, tx: &mut db::Tx, out: &SurveyOut) -> Result<()> {
        let evening = Ts::start_of(self.now.plus_days(-3).date()).plus_hours(21);
        for n in 0..STUFFED {
            let pairs = vec![("q1", "a4".to_owned()), ("q6", "5".to_owned()), ("q7", STUFFING.to_owned())];
            let at = Ts(evening.0 + i64::from(n) * 20_000);
            self.answer(tx, out, Given { code: "yshj", pairs, at, ip: Some("10.66.1.9"), took_s: Some(4) }).await?;
        }
        let Some(by) = self.by.user() else { return Ok(()) };
        let all = store::survey::answers(&mut *tx, out.id).await?;
        let reason = "同一网络8分钟内连续提交，文字完全相同".to_owned();
        let exclusion = Exclusion { at: self.now.plus_days(-2), by, reason };
        for answer in all.iter().filter(|a| a.at >= evening && a.took_s == Some(4)).take(9) {
            store::survey::exclude(tx, answer.id, &exclusion).await?;
        }
        Ok(())
    }

    async fn drafted(&mut self, tx: &mut db::Tx) -> Result<()> {
        let mut poll = text(
            "部门监管效果网络测评",
            "请选择一个部门，对其监管效果作出评价。",
            vec![scale("q1", "您对该部门日常监管效果的评价"), words("q2", "意见建议", 300)],
        );
        poll.verified = true;
        let survey = self.write(tx, SurveyKind::Poll, "jgcp", 1, &poll).await?;
        for (n, org) in POLLED.iter().enumerate() {
            self.point(tx, &survey, format!("jgcp{}", n + 2), org, "").await?;
        }
        Ok(())
    }
}

/// Writes them.
pub async fn load(
    tx: &mut db::Tx,
    app: &App,
    world: &World,
    cast: &Cast,
    orgs: &HashMap<String, OrgId>,
    now: Ts,
) -> Result<()> {
    let Some(by) = cast.any(Role::Stat, 0) else { return Ok(()) };
    let by = By::Person(by.clone());
    let mut stage = Stage { app, world, orgs, by, now, dice: Dice(12_345), sent: 0 };
    stage.rated(tx).await?;
    stage.asked(tx).await?;
    stage.drafted(tx).await
}
