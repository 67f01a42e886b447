//! 回访: reached or not, content or not, by phone or by the citizen alone.

use citizen::Act;
use domain::authority::Role;
use domain::callback::{CallbackMode, Contacted, Rating, Solved};
use domain::clock::ClockKind;
use domain::order::{CallbackForm, Command};

use crate::fate::Twist;
use crate::live::{Scene, Turn};

pub fn turn(s: &mut Scene) -> Turn {
    if s.live.take(Twist::CallbackLate) {
        let due = s.case.open_clocks(ClockKind::Callback).next().map_or(s.now, |c| c.due_at);
        return Turn::Wait(due.plus_hours(13));
    }
    if s.live.take(Twist::Rates) {
        return Turn::Citizen(rates(s));
    }
    let form = if s.live.has(Twist::NoAnswer) {
        missed(s)
    } else if s.live.take(Twist::Unreasonable) {
        CallbackForm {
            opinion: Some("已核实办理结论合法合规，诉求人的补偿要求超出政策规定，已作解释。".to_owned()),
            unreasonable: true,
            ..unhappy()
        }
    } else if s.live.take(Twist::Unhappy) || s.live.dice.chance(50) {
        unhappy()
    } else {
        content(s)
    };
    s.does(Role::Callback, Command::Callback(form))
}

/// Nobody picks up: other times, other days, then it is given up.
fn missed(s: &mut Scene) -> CallbackForm {
    let round = s.case.order.round;
    let before = s.case.callbacks.iter().filter(|c| c.round == round && !c.reached).count();
    let give_up = before >= 2;
    if give_up {
        s.live.take(Twist::NoAnswer);
    }
    CallbackForm { reached: false, unreached_reason: Some("无人接听".to_owned()), give_up, ..answered(None, None) }
}

fn rates(s: &Scene) -> Act {
    let glad = !s.live.has(Twist::Unhappy);
    let code = |yes: &str, no: &str| if glad { yes } else { no }.to_owned();
    Act::Rate {
        contacted: "yes".to_owned(),
        solved: code("solved", "unsolved"),
        process: code("sat", "basic"),
        result: code("very_sat", "dissat"),
        reasons: if glad { Vec::new() } else { vec!["02".to_owned()] },
        opinion: code("处理及时", "问题没有解决"),
    }
}

pub fn unhappy() -> CallbackForm {
    CallbackForm {
        dissatisfy_reasons: vec!["02".to_owned()],
        opinion: Some("诉求人表示问题只处理了一半，要求继续办理。".to_owned()),
        ..answered(Some(Solved::Unsolved), Some(Rating::Dissat))
    }
}

fn content(s: &mut Scene) -> CallbackForm {
    let rating = s.live.dice.weighted(&[(3, Rating::VerySat), (5, Rating::Sat), (2, Rating::Basic), (1, Rating::None)]);
    let solved = if rating == Rating::None {
        Solved::Solved
    } else {
        s.live.dice.weighted(&[(8, Solved::Solved), (2, Solved::Partial)])
    };
    answered(Some(solved), Some(rating))
}

fn answered(solved: Option<Solved>, rating: Option<Rating>) -> CallbackForm {
    CallbackForm {
        mode: CallbackMode::Phone,
        reached: solved.is_some(),
        unreached_reason: None,
        contacted: solved.map(|_| Contacted::Yes),
        solved,
        process_rating: rating,
        rating,
        dissatisfy_reasons: Vec::new(),
        opinion: None,
        unreasonable: false,
        give_up: false,
    }
}
