//! Cards of the electronic monitoring (监察牌), and the orders a rule has to look at.

mod list;

use std::sync::LazyLock;

use db::{BoxBind, Json, Sql, Tx};
use domain::monitor::{Card, Fact, Plea, Ruling};
use kernel::{CardId, OrderId, OrgId, TaskId, Ts, UserId};
use sqlx::FromRow;
use uuid::Uuid;

pub use list::{Board, CardFilter, CardLine, DigestLine, Tally, board, digest, list, list_of_order};

use crate::{
    error::{Result, StoreError},
    row::{At, args, boxes, insert, select, update},
    via::Via,
};

const TABLE: &str = "monitor_card";
#[rustfmt::skip]
const FIXED: &[&str] = &[
    "id", "version", "rule", "rule_name", "metric", "basis", "level", "order_id", "task_id", "org", "subject",
    "minutes", "facts", "raised_at", "raised_by", "explain_due",
];
const CHANGING: &[&str] = &["state", "explanation", "ruling", "appeal", "final_ruling"];

static LOAD: LazyLock<Sql> = LazyLock::new(|| Sql::dynamic(select(&columns(), TABLE, "WHERE id = $1")));
static SAVE: LazyLock<Sql> = LazyLock::new(|| {
    Sql::dynamic(update(TABLE, CHANGING, 3, ", version = version + 1 WHERE id = $1 AND version = $2"))
});
static INSERT: LazyLock<Sql> = LazyLock::new(|| {
    let all: Vec<&str> = [&columns()[..], &["told"]].concat();
    insert(TABLE, &all, 1, "ON CONFLICT (rule, subject) DO NOTHING")
});
const TOLD: Sql = Sql::same("UPDATE monitor_card SET told = $2 WHERE id = $1");

/// Open clocks of a kind beyond a moment, without a card of the rule.
const CLOCKS: Sql = Sql::same(
    "SELECT c.order_id FROM clock c
     WHERE c.kind = $1 AND c.outcome = 'open' AND c.paused_at IS NULL AND c.due_at < $2
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $3 AND m.subject = c.id)
     ORDER BY c.due_at, c.order_id LIMIT $4",
);
/// Open clocks of a kind past their warning and still in time.
const SOON: Sql = Sql::same(
    "SELECT c.order_id FROM clock c
     WHERE c.kind = $1 AND c.outcome = 'open' AND c.paused_at IS NULL AND c.due_at >= $2 AND c.warn_at < $3
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $4 AND m.subject = c.id)
     ORDER BY c.due_at, c.order_id LIMIT $5",
);
const SENT_BACK: Sql = Sql::same(
    "SELECT t.order_id FROM task t WHERE t.is_open AND t.send_back_n > 0 AND t.send_back_n >= $1
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $2 AND m.subject = t.id)
     ORDER BY t.dispatched_at LIMIT $3",
);
const ROUNDS: Sql = Sql::same(
    "SELECT t.order_id FROM task t WHERE t.is_open AND t.round > 1 AND t.role = 'lead' AND t.round >= $1
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $2 AND m.subject = t.id)
     ORDER BY t.dispatched_at LIMIT $3",
);
const FRAUD: Sql = Sql::same(
    "SELECT t.order_id FROM task t WHERE t.is_open AND t.defect = 'D6'
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $1 AND m.subject = t.id)
     ORDER BY t.dispatched_at LIMIT $2",
);
const BAD_RETURN: Sql = Sql::same(
    "SELECT t.order_id FROM task t JOIN (
         SELECT r.task_id, COUNT(*) AS n FROM request r
         WHERE r.kind = 'return' AND r.state = 'rejected' AND r.task_id IS NOT NULL GROUP BY r.task_id) q ON q.task_id = t.id
     WHERE t.is_open AND q.n >= $1
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $2 AND m.subject = t.id)
     ORDER BY t.dispatched_at LIMIT $3",
);
const LISTED: Sql = Sql::same(
    "SELECT s.order_id FROM supervision s
     WHERE s.state IN ('issued', 'signed', 'replied') AND s.level IN ('listed', 'interview', 'joint')
       AND s.org IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM monitor_card m WHERE m.rule = $1 AND m.subject = s.id)
     ORDER BY s.issued_at LIMIT $2",
);

pub(crate) fn statements() -> Vec<(&'static str, Sql)> {
    let mut all = vec![
        ("monitor.load", LOAD.clone()),
        ("monitor.save", SAVE.clone()),
        ("monitor.told", TOLD),
        ("monitor.clocks", CLOCKS),
        ("monitor.soon", SOON),
        ("monitor.sent_back", SENT_BACK),
        ("monitor.rounds", ROUNDS),
        ("monitor.fraud", FRAUD),
        ("monitor.bad_return", BAD_RETURN),
        ("monitor.listed", LISTED),
    ];
    all.extend(list::statements());
    all
}

pub(crate) fn columns() -> Vec<&'static str> {
    [FIXED, CHANGING].concat()
}

#[derive(FromRow)]
pub(crate) struct CardRow {
    id: CardId,
    version: i64,
    rule: String,
    rule_name: String,
    metric: Option<String>,
    basis: String,
    level: String,
    order_id: OrderId,
    task_id: Option<TaskId>,
    org: OrgId,
    subject: Uuid,
    minutes: i64,
    facts: Json<Vec<Fact>>,
    raised_at: Ts,
    raised_by: Option<UserId>,
    explain_due: Ts,
    state: String,
    explanation: Option<Json<Plea>>,
    ruling: Option<Json<Ruling>>,
    appeal: Option<Json<Plea>>,
    final_ruling: Option<Json<Ruling>>,
}

impl TryFrom<CardRow> for Card {
    type Error = StoreError;
    fn try_from(r: CardRow) -> Result<Self> {
        let at = At { table: TABLE, row: &r.id };
        Ok(Card {
            metric: at.code_opt("metric", r.metric.as_deref())?,
            level: at.code("level", &r.level)?,
            state: at.code("state", &r.state)?,
            id: r.id,
            version: r.version,
            rule: r.rule,
            rule_name: r.rule_name,
            basis: r.basis,
            order_id: r.order_id,
            task_id: r.task_id,
            org: r.org,
            subject: r.subject,
            minutes: r.minutes,
            facts: r.facts.0,
            raised_at: r.raised_at,
            raised_by: r.raised_by,
            explain_due: r.explain_due,
            explanation: r.explanation.map(|p| p.0),
            ruling: r.ruling.map(|p| p.0),
            appeal: r.appeal.map(|p| p.0),
            final_ruling: r.final_ruling.map(|p| p.0),
        })
    }
}

fn changing(c: &Card) -> Vec<BoxBind> {
    boxes![
        c.state.code(),
        c.explanation.clone().map(Json),
        c.ruling.clone().map(Json),
        c.appeal.clone().map(Json),
        c.final_ruling.clone().map(Json),
    ]
}

/// A card.
pub async fn load_card<'a>(via: impl Into<Via<'a>>, id: CardId) -> Result<Option<Card>> {
    via.into().one::<CardRow>(&LOAD, &[&id]).await?.map(Card::try_from).transpose()
}

/// Writes a new card; `false` when the rule has one for the subject already.
pub async fn insert_card(tx: &mut Tx, c: &Card) -> Result<bool> {
    let mut row = boxes![
        c.id,
        c.version,
        c.rule.clone(),
        c.rule_name.clone(),
        c.metric.map(|m| m.code()),
        c.basis.clone(),
        c.level.code(),
        c.order_id,
        c.task_id,
        c.org,
        c.subject,
        c.minutes,
        Json(c.facts.clone()),
        c.raised_at,
        c.raised_by,
        c.explain_due,
    ];
    row.extend(changing(c));
    row.extend(boxes![0_i32]);
    Ok(tx.run(&*INSERT, &args(&row)).await? == 1)
}

/// How many people were told of a card.
pub async fn set_told(tx: &mut Tx, id: CardId, told: usize) -> Result<()> {
    tx.run(&TOLD, &[&id, &i32::try_from(told).unwrap_or(i32::MAX)]).await?;
    Ok(())
}

/// Writes what was said or ruled, by compare-and-set.
pub async fn save_card(tx: &mut Tx, before: &Card, after: &mut Card) -> Result<()> {
    let mut binds = boxes![after.id, before.version];
    binds.extend(changing(after));
    if tx.run(&*SAVE, &args(&binds)).await? == 0 {
        return Err(StoreError::stale(TABLE, after.id));
    }
    after.version = before.version + 1;
    Ok(())
}

/// What a rule has to look at.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// Clocks of a kind, due before a moment.
    Late(&'static str, Ts),
    /// Clocks of a kind, due from now on and warned before a moment.
    Soon(&'static str, Ts, Ts),
    SentBack(i64),
    Rounds(i64),
    BadReturn(i64),
    Fraud,
    Listed,
}

/// Orders in which a rule may find something it has no card for yet. The rule itself has the last word.
pub async fn candidates<'a>(via: impl Into<Via<'a>>, rule: &str, wanted: Wanted, limit: u32) -> Result<Vec<OrderId>> {
    let mut via = via.into();
    let limit = i64::from(limit);
    let rows: Vec<(OrderId,)> = match wanted {
        Wanted::Late(kind, before) => via.all(&CLOCKS, &[&kind, &before, &rule, &limit]).await?,
        Wanted::Soon(kind, now, warned) => via.all(&SOON, &[&kind, &now, &warned, &rule, &limit]).await?,
        Wanted::SentBack(n) => via.all(&SENT_BACK, &[&n, &rule, &limit]).await?,
        Wanted::Rounds(n) => via.all(&ROUNDS, &[&n, &rule, &limit]).await?,
        Wanted::BadReturn(n) => via.all(&BAD_RETURN, &[&n, &rule, &limit]).await?,
        Wanted::Fraud => via.all(&FRAUD, &[&rule, &limit]).await?,
        Wanted::Listed => via.all(&LISTED, &[&rule, &limit]).await?,
    };
    let mut ids: Vec<OrderId> = rows.into_iter().map(|(id,)| id).collect();
    ids.dedup();
    Ok(ids)
}
