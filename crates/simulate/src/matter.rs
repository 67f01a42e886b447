//! Matters and answers in words: what people ask for, what units reply, and how a careless reply looks.

use domain::case::Case;
use domain::order::{
    Channel, Confidentiality, DemandType, HandleResult, HandlingForm, Origin, RegisterForm, Representative, Requester,
    RequesterKind, Urgency,
};
use domain::reply_gate::GateRule;
use kernel::{OrgId, Ts};

use crate::arrivals;
use crate::city::City;
use crate::fate::Kind;
use crate::words::{DETAILS, Dice, ESTATES, ROADS, WISHES, name, phone};

/// People who turn to the hotline again and again.
const REGULARS: usize = 20_000;

/// One matter of a kind, as it would be typed.
pub fn form(kind: Kind, serial: usize, city: &City, dice: &mut Dice) -> RegisterForm {
    let matter = loop {
        let matter = &city.matters[dice.skewed(city.matters.len())];
        if kind != Kind::DutyOnly || matter.duty_only || !city.matters.iter().any(|m| m.duty_only) {
            break matter;
        }
    };
    let (code, place) = dice.pick(&city.places);
    let (road, estate, number) = (dice.pick(ROADS), dice.pick(ESTATES), dice.below(300) + 1);
    let address = format!("{place}{road}{number}号{estate}{}号楼", dice.below(30) + 1);
    let word = if matter.keywords.is_empty() { &matter.name } else { dice.pick(&matter.keywords) };
    let (first, second, wish) = (dice.pick(DETAILS), dice.pick(DETAILS), dice.pick(WISHES));
    let person = if dice.chance(450) { dice.skewed(REGULARS) } else { 1_000_000 + serial } as u64;
    let mut form = RegisterForm {
        channel: Some(arrivals::channel(dice)),
        demand_type: Some(DemandType::Complaint),
        category: matter.code.clone(),
        urgency: Some(Urgency::U3),
        title: format!("{estate}{}", matter.name).chars().take(50).collect(),
        content: format!("市民来电反映{address}{}，{word}，{first}，{second}。{wish}。", matter.name),
        wish: Some((*wish).to_owned()),
        region: code.clone(),
        address: Some(address),
        requester: Requester {
            name: Some(name(person)),
            phone: Some(phone(person)),
            kind: Some(RequesterKind::Person),
            ..Requester::default()
        },
        confidentiality: Some(Confidentiality::None),
        publishable: Some(dice.chance(700)),
        duplicates_checked: true,
        ..RegisterForm::default()
    };
    shape(&mut form, kind, city, dice);
    form
}

/// What a letter or a visit brings along: up to three come, one speaks for them.
pub fn origin(form: &RegisterForm, serial: usize, now: Ts) -> Origin {
    let at = Some(now);
    match form.channel {
        Some(Channel::Letter) => Origin { at, ..Origin::default() },
        Some(Channel::Visit) => {
            let speaker = form.requester.name.clone().unwrap_or_else(|| "来访人".to_owned());
            Origin {
                at,
                place: Some("市民服务中心接待室".to_owned()),
                head_count: i32::try_from(serial % 3 + 1).ok(),
                representatives: vec![Representative { name: speaker, phone: None }],
                ..Origin::default()
            }
        }
        // Of three superior matters one brings a limit, a month away, and one a near one.
        Some(Channel::Superior) => Origin {
            at,
            source: Some("省12345平台".to_owned()),
            number: Some(format!("省转〔{}〕{serial}号", now.date().year())),
            limit_at: [None, Some(now.plus_days(30)), Some(now.plus_days(6))][serial % 3],
            ..Origin::default()
        },
        Some(Channel::Media) => Origin {
            at,
            source: Some("云溪晚报".to_owned()),
            title: Some(form.title.clone()),
            link: Some("https://news.example.com/minsheng.html".to_owned()),
            ..Origin::default()
        },
        _ => Origin::default(),
    }
}

/// What makes the kind.
fn shape(form: &mut RegisterForm, kind: Kind, city: &City, dice: &mut Dice) {
    use DemandType as D;
    let common = [(420, D::Help), (420, D::Complaint), (60, D::Suggestion), (100, D::Consult)];
    form.demand_type = Some(match kind {
        Kind::Any => dice.weighted(&common),
        Kind::Consult | Kind::SecretConsult | Kind::GroupConsult | Kind::ThreatConsult => D::Consult,
        Kind::RepeatConsult | Kind::HardConsult => D::Consult,
        Kind::Help | Kind::NoReply | Kind::Urgent | Kind::UltraUrgent => D::Help,
        Kind::Complaint | Kind::Anonymous | Kind::AgainstCenter | Kind::DutyOnly => D::Complaint,
        Kind::Suggestion => D::Suggestion,
        Kind::Praise => D::Praise,
        Kind::Nothing => D::Other,
        Kind::Report | Kind::SecretReport => D::Report,
    });
    form.callback_wanted = Some(true);
    match kind {
        Kind::SecretReport | Kind::SecretConsult => form.confidentiality = Some(Confidentiality::KeepSecret),
        Kind::GroupConsult => form.affected_count = Some(12),
        Kind::ThreatConsult => form.flags.threat = true,
        Kind::RepeatConsult => form.flags.repeat = true,
        Kind::Anonymous => {
            form.anonymous = true;
            form.requester = Requester::default();
        }
        Kind::NoReply => form.no_reply_wanted = true,
        Kind::Urgent => form.urgency = Some(Urgency::U2),
        Kind::UltraUrgent => form.urgency = Some(Urgency::U1),
        Kind::AgainstCenter => form.accused_org = Some(city.center),
        // A person who calls stands behind it; the others come as they come.
        Kind::Nothing => form.channel = Some(Channel::Phone),
        _ => {}
    }
    if kind == Kind::SecretReport {
        form.accused_org = Some(accused(city, dice));
    }
}

/// A unit somebody complains of.
fn accused(city: &City, dice: &mut Dice) -> OrgId {
    *dice.pick(&city.units)
}

/// A day as answers write it.
fn day(at: Ts) -> String {
    let date = at.date();
    format!("{}月{}日", date.month(), date.day())
}

/// What the unit hands in: facts, deed, day, and whose words.
pub fn answer(case: &Case, org: &str, result: HandleResult, now: Ts, dice: &mut Dice) -> HandlingForm {
    const FINDS: &[&str] = &[
        "到现场查看，逐户走访了解情况",
        "会同社区和物业实地勘察并拍照留存",
        "调取台账和监控记录逐项比对",
        "约见管理单位负责人并查验有关资料",
        "安排专业人员检测并出具记录",
        "组织双方当面沟通并形成书面意见",
    ];
    const DEEDS: &[&str] = &[
        "责令管理单位限期整改并验收合格",
        "完成维修更换并对周边同类设施排查一遍",
        "清理现场并增设警示标志和值守人员",
        "对当事单位下达整改通知书并约谈负责人",
        "督促退还多收费用并公示收费标准",
        "调整作业时间并落实降噪降尘措施",
        "办结申请手续并补发应得款项",
        "拆除违规部分并恢复原状",
    ];
    let order = &case.order;
    let (find, deed) = (dice.pick(FINDS), dice.pick(DEEDS));
    let (road, number) = (dice.pick(ROADS), dice.below(80) + 1);
    let topic = &order.title;
    let start = day(case.lead_task().map_or(order.registered_at, |t| t.dispatched_at));
    let detail = dice.pick(DETAILS);
    let public_reply = match result {
        HandleResult::Solved => format!(
            "关于{topic}一事，{org}{start}{find}，您所述“{detail}”的情况属实。现已{deed}，涉及{road}沿线{number}处，完成日期为{}，后续每{}天巡查一次。",
            day(now),
            dice.below(9) + 2
        ),
        HandleResult::Partial => format!(
            "关于{topic}一事，{org}{start}{find}，确认“{detail}”部分属实。可以立即处置的{number}处{}前办妥，其余{road}段列入计划，{}前落实资金后施工。",
            day(now.plus_days(3)),
            day(now.plus_days(60))
        ),
        _ => format!(
            "关于{topic}一事，{org}{start}{find}。按照《云溪市城市管理办法》第{number}条，“{detail}”所提要求超出规定范围，已当面说明依据，并告知{road}服务点可以继续咨询的{}项政策。",
            dice.below(6) + 2
        ),
    };
    let refused = result != HandleResult::Solved;
    HandlingForm {
        claim_true: Some(true),
        beyond_duty: false,
        result,
        unsolved_reason: refused.then(|| "受客观条件限制，部分事项需按计划分步实施".to_owned()),
        handling_note: format!("现场核实：{}。{find}，{deed}。", order.content).chars().take(4000).collect(),
        public_reply,
        legal_basis: refused.then(|| "《云溪市城市管理办法》".to_owned()),
        override_reason: None,
    }
}

/// The same answer with one of the faults the reply gate looks for; `earlier` is an answer of the unit given before.
pub fn spoil(form: &HandlingForm, rule: GateRule, asked: &str, earlier: Option<&str>, now: Ts) -> HandlingForm {
    let mut bad = form.clone();
    match rule {
        GateRule::Personal => bad.public_reply.push_str("如有疑问请拨打13812345678联系经办人。"),
        GateRule::Unanswered => {
            let (reply, note) = beside_the_point(asked);
            bad.public_reply = reply.to_owned();
            bad.handling_note = note.to_owned();
        }
        GateRule::NoBasis => {
            bad.result = HandleResult::Partial;
            bad.unsolved_reason = Some("超出范围".to_owned());
            bad.public_reply = format!("关于该事项，{}经集体研究，对所提补偿要求不予支持，请知悉。", day(now));
        }
        GateRule::Vague => bad.public_reply.push_str("其余问题将尽快处理。"),
        GateRule::Template => bad.public_reply = "您反映的问题已收悉，感谢您的来电，祝您生活愉快。".to_owned(),
        GateRule::Reused => bad.public_reply = earlier.unwrap_or(&form.public_reply).to_owned(),
        GateRule::Contradiction => {
            bad.result = HandleResult::Solved;
            bad.public_reply.push_str("该问题尚未解决。");
        }
        GateRule::Unsupported => {
            bad.result = HandleResult::Solved;
            bad.handling_note = format!("收到后已阅：{}", "情况知悉，归入常态化管理。");
        }
        GateRule::Tone => bad.public_reply.push_str("此事你自己想想。"),
        GateRule::Short => bad.public_reply = format!("{}已办妥。", day(now)),
        // Not a matter of words: nobody was called.
        GateRule::NoContact => {}
    }
    bad
}

/// An answer and its note without one word of what was asked, pairs of characters taken for words.
fn beside_the_point(asked: &str) -> (&'static str, &'static str) {
    const ANSWERS: [(&str, &str); 2] = [
        ("该区域设备运转良好，巡检频次满足规范，人员配备到位，台账齐全完备。", "台账翻阅无误，设备良好。"),
        ("春季研学讲座座席充足，讲师授课生动，观众掌声热烈，圆满落幕。", "讲座圆满，掌声热烈。"),
    ];
    let pairs = |text: &str| -> Vec<[char; 2]> {
        let chars: Vec<char> = text.chars().collect();
        chars.windows(2).map(|w| [w[0], w[1]]).collect()
    };
    let asked = pairs(asked);
    let apart = |(reply, note): &&(&str, &str)| pairs(reply).iter().chain(&pairs(note)).all(|p| !asked.contains(p));
    ANSWERS.iter().find(apart).copied().unwrap_or(ANSWERS[0])
}
