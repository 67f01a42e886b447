//! One turn: the order is looked at, mistakes are made and refused, one step is taken.

use anyhow::Result;
use app::view::AttachmentForm;
use domain::attachment::Purpose;
use domain::case::Case;
use domain::clock::ClockOutcome;
use domain::env::By;
use domain::order::{Command, LinkKind, OrderState};
use kernel::{OrderId, Refusal, Ts};

use crate::arrive::Seen;
use crate::fate::FATES;
use crate::live::{Live, Peers, Scene, Turn};
use crate::run::Sim;
use crate::words::Dice;
use crate::{actors, blunder, gate, rhythm};

/// Refused this often in a row, the story is stuck.
const STUCK: u32 = 6;

/// What became of a turn.
#[derive(Default)]
pub struct Outcome {
    /// The order and when it is looked at next; `None`: its story is told.
    pub next: Option<(Live, Ts)>,
    /// Parts of a split order.
    pub children: Vec<Live>,
    pub commands: u64,
    pub refused: u64,
    pub registered: usize,
    pub seen: Option<Seen>,
}

impl Sim {
    pub async fn turn(&self, mut live: Live, now: Ts) -> Result<Outcome> {
        let mut out = Outcome::default();
        let mut case = self.case(live.id).await?;
        self.watch_dues(&mut live, &case);
        let world = self.app.fresh_world().await?;
        let mut scene =
            Scene { case: &case, live: &mut live, city: &self.city, world: &world, tally: &self.tally, now };
        for (blunder, by, cmd) in blunder::made(&mut scene) {
            out.refused += 1;
            let met = self.command(scene.case, &by, cmd, now).await?;
            let met = met.err().map_or_else(|| "通过".to_owned(), |r| blunder::key(&r));
            if blunder::fits(blunder.key, &met) {
                self.tally.count("refusal", &met);
                continue;
            }
            if met == blunder::OVERTAKEN {
                // Another order's step reached this one in between: the mistake never got to its rule.
                self.tally.count("turned_down", &format!("{} {met}", blunder.what));
                case = self.case(live.id).await?;
                scene =
                    Scene { case: &case, live: &mut live, city: &self.city, world: &world, tally: &self.tally, now };
                continue;
            }
            let state = scene.case.order.state.cn();
            self.tally.wrong(format!("“{}”应以{}拒绝，实际为{met}（{state}）", blunder.what, blunder.key));
            case = self.case(live.id).await?;
            scene = Scene { case: &case, live: &mut live, city: &self.city, world: &world, tally: &self.tally, now };
        }
        gate::uncalled(self, &mut scene).await?;
        let turn = actors::next(&mut scene);
        if let Turn::Do(_, Command::SubmitUnit { task, form }) = &turn
            && let Some(lead) = scene.case.lead_task().filter(|t| t.id == *task).cloned()
        {
            gate::careless(self, &mut scene, &lead, form).await?;
        }
        self.take(live, &case, turn, now, out, &world).await
    }

    async fn take(
        &self,
        mut live: Live,
        case: &Case,
        turn: Turn,
        now: Ts,
        mut out: Outcome,
        world: &app::World,
    ) -> Result<Outcome> {
        let (action, done, answer) = match turn {
            Turn::End => {
                out.seen = Some(Seen::ended(&live, case));
                return Ok(out);
            }
            Turn::Wait(until) => {
                out.next = Some((live, until));
                return Ok(out);
            }
            Turn::Citizen(act) => ("citizen", self.citizen(live.id, act, now).await?, None),
            Turn::Do(by, cmd) => {
                self.stale(case, &by, &cmd, now).await?;
                self.papers(case, &by, &cmd, now).await?;
                let answer = answer_of(case, &cmd);
                (cmd.action(), self.command(case, &by, cmd, now).await?, answer)
            }
        };
        out.commands += 1;
        match done {
            Ok(()) => {
                live.stuck = 0;
                self.tally.count("did", action);
                if let Some((org, text)) = answer {
                    self.answered(org, live.id, text, now);
                }
                if action == "split" {
                    out.children = self.children(live.id, &live).await?;
                }
            }
            Err(refusal) => return Ok(self.refused(live, case, action, &refusal, now, out)),
        }
        let missed = action == "callback" && live.has(crate::fate::Twist::NoAnswer);
        let next = match missed {
            true => rhythm::next_call(now, &mut live.dice),
            false => rhythm::after(action, &mut live, now, world),
        };
        out.next = Some((live, next));
        Ok(out)
    }

    /// Not meant to be refused: others were faster, or the story does not fit the rules.
    fn refused(&self, mut live: Live, case: &Case, action: &str, r: &Refusal, now: Ts, mut out: Outcome) -> Outcome {
        out.refused += 1;
        live.stuck += 1;
        let key = blunder::key(r);
        self.tally.count("turned_down", &format!("{action} {key}"));
        if live.stuck >= STUCK {
            let (fate, state) = (live.fate.name, case.order.state.cn());
            self.tally.wrong(format!("“{fate}”在{state}卡住：{action} {key} {}", r.message));
            out.seen = Some(Seen::ended(&live, case));
            return out;
        }
        out.next = Some((live, now.plus_minutes(45)));
        out
    }

    /// Somebody else was faster.
    async fn stale(&self, case: &Case, by: &By, cmd: &Command, now: Ts) -> Result<()> {
        if !self.tally.rare("refusal", "stale") {
            return Ok(());
        }
        let met = self.command_at(case.order.id, case.order.version - 1, by, cmd.clone(), now).await?;
        match met {
            Err(r) => self.tally.count("refusal", &blunder::key(&r)),
            Ok(()) => self.tally.wrong("过期版本的操作没有被拒绝".to_owned()),
        }
        Ok(())
    }

    /// 申诉证据, 更正证据: the paper without which no record is contested.
    async fn papers(&self, case: &Case, by: &By, cmd: &Command, now: Ts) -> Result<()> {
        let no = &case.order.case_no;
        let (purpose, name, paper) = match cmd {
            Command::Contest { .. } => {
                let text = format!("工单{no}处理情况确认单：问题已解决，诉求人签字确认。");
                (Purpose::Appraisal, "签字确认单.txt", text)
            }
            Command::Correct { .. } => {
                let text = format!("诉求人{}就工单{no}的书面说明：记录与本人所述不符。", now.format_cn());
                (Purpose::Correction, "书面说明.txt", text)
            }
            _ => return Ok(()),
        };
        let form = AttachmentForm { purpose, name: name.to_owned() };
        app::attachment::attachment_add(&self.app, &self.ctx(by, now), case.order.id, &form, paper.into()).await?;
        Ok(())
    }

    async fn children(&self, id: OrderId, parent: &Live) -> Result<Vec<Live>> {
        let case = self.case(id).await?;
        let parts = case.links.iter().filter(|l| l.kind == LinkKind::ParentChild && l.order_id == id);
        let child = |n: usize, id| Live {
            id,
            fate: &FATES[0],
            twists: Vec::new(),
            dice: Dice::new(parent.dice.peek() ^ n as u64),
            urgent: false,
            agent: None,
            mate: None,
            peers: Peers::default(),
            hold: None,
            dues: Vec::new(),
            asked: None,
            asleep: None,
            stuck: 0,
        };
        Ok(parts.enumerate().map(|(n, l)| child(n + 1, l.other)).collect())
    }

    /// A due moment never moves back, but by a leader's word.
    fn watch_dues(&self, live: &mut Live, case: &Case) {
        for clock in &case.clocks {
            let before = live.dues.iter().find(|(id, _)| *id == clock.id).map(|(_, due)| *due);
            if before.is_some_and(|due| clock.due_at < due) && clock.basis != "due.leader" {
                let (no, kind) = (&case.order.case_no, clock.kind.cn());
                self.tally.wrong(format!("工单{no}的{kind}时限提前而无批示"));
            }
        }
        let open = case.clocks.iter().filter(|c| c.outcome == ClockOutcome::Open);
        live.dues = open.map(|c| (c.id, c.due_at)).collect();
    }
}

/// The public answer a command hands in, of a lead.
fn answer_of(case: &Case, cmd: &Command) -> Option<(kernel::OrgId, String)> {
    let Command::SubmitUnit { task, form } = cmd else { return None };
    let lead = case.lead_task().filter(|t| t.id == *task)?;
    Some((lead.org, form.public_reply.clone()))
}

impl Seen {
    /// An order at its end, for links and mistakes of others.
    pub fn ended(live: &Live, case: &Case) -> Self {
        let merged = case.order.state == OrderState::Merged;
        Self { id: live.id, ended: !merged && case.order.state.is_ended(), merged, fresh: None }
    }
}
