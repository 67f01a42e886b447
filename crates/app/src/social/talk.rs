//! 会话: what a person sent within a short time, put together to one piece of 待登记.

use std::collections::BTreeMap;

use citizen::{WechatPiece, WechatWhat};
use domain::inbox::{Adapter, Record, subject_of};
use domain::message::Medium;
use domain::social::ended;
use kernel::{Ts, Uuid};
use store::social::Piece;

use crate::ctx::App;
use crate::inbox::{Arrived, ArrivedFile, accept};
use crate::{Error, Result};

/// Messages looked at in one round.
const ROUND: i64 = 2000;
/// Who wrote again within this time may mean the same matter, days.
const SAME_D: i64 = 30;

/// A conversation that has ended and is in no item yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Talk {
    pub id: Uuid,
    pub pieces: Vec<WechatPiece>,
}

impl Talk {
    /// When its last message was written.
    #[must_use]
    pub fn last(&self) -> Ts {
        self.pieces.last().map_or(Ts(0), |p| p.at)
    }
}

/// Conversations that have ended, oldest first. Which messages belong to one is written down before it is looked at, so that it is
/// the same however often it is tried.
pub async fn ended_talks(app: &App) -> Result<Vec<Talk>> {
    let (world, now) = (app.fresh_world().await?, app.now());
    let open = open_pieces(app).await?;
    if open.is_empty() {
        return Ok(Vec::new());
    }
    let quiet_ms = world.params.int("inbox.quiet_min") * 60_000;
    let bound = bind(&open, quiet_ms, now, &mut || app.mint.uuid(now));
    if !bound.is_empty() {
        db::with_retry!(app.store.db, async |tx| {
            for (piece, talk) in &bound {
                store::social::bind_piece(tx, *piece, *talk).await?;
            }
            Ok::<(), Error>(())
        })?;
    }
    talks(open_pieces(app).await?)
}

async fn open_pieces(app: &App) -> Result<Vec<Piece>> {
    Ok(store::social::open_pieces(&app.store.db, &app.store.vault, Adapter::Wechat, ROUND).await?)
}

/// Which message goes into which conversation.
fn bind(open: &[Piece], quiet_ms: i64, now: Ts, talk: &mut dyn FnMut() -> Uuid) -> Vec<(Uuid, Uuid)> {
    let mut persons: BTreeMap<&[u8], Vec<&Piece>> = BTreeMap::new();
    for piece in open.iter().filter(|p| p.talk.is_none()) {
        persons.entry(&piece.person).or_default().push(piece);
    }
    let mut bound = Vec::new();
    for pieces in persons.values() {
        let mut rest = pieces.as_slice();
        loop {
            let ats: Vec<Ts> = rest.iter().map(|p| p.at).collect();
            let n = ended(&ats, quiet_ms, now);
            if n == 0 {
                break;
            }
            let id = talk();
            bound.extend(rest[..n].iter().map(|p| (p.id, id)));
            rest = &rest[n..];
        }
    }
    bound
}

fn talks(open: Vec<Piece>) -> Result<Vec<Talk>> {
    let mut talks: Vec<Talk> = Vec::new();
    for piece in open {
        let Some(id) = piece.talk else { continue };
        let piece: WechatPiece = serde_json::from_str(&piece.body)?;
        match talks.iter_mut().find(|t| t.id == id) {
            Some(talk) => talk.pieces.push(piece),
            None => talks.push(Talk { id, pieces: vec![piece] }),
        }
    }
    Ok(talks)
}

/// Makes a piece of 待登记 of a conversation, once, with the files that could be had and remarks about the others.
pub async fn deliver(app: &App, talk: &Talk, files: Vec<ArrivedFile>, remarks: Vec<String>) -> Result<()> {
    let Some(first) = talk.pieces.first() else { return Ok(()) };
    let since = app.now().plus_days(-SAME_D);
    let account = (Medium::Wechat, first.person.as_str());
    let about = store::social::order_of(&app.store.db, &app.store.vault, account, since).await?;
    let record = Record {
        sender: first.person.clone(),
        subject: subject(&talk.pieces),
        reference: Some(first.id.clone()),
        remarks,
        ..Record::default()
    };
    let arrived = Arrived {
        external_id: talk.id.to_string(),
        place: first.id.clone(),
        record: record.with_text(&words(&talk.pieces)),
        written_at: Some(first.at),
        files,
        about,
        ..Arrived::default()
    };
    accept(app, Adapter::Wechat, arrived, &first.id).await?;
    db::with_retry!(app.store.db, async |tx| { Ok::<(), Error>(store::social::finish_talk(tx, talk.id).await?) })
}

fn subject(pieces: &[WechatPiece]) -> String {
    let said = pieces.iter().find_map(|p| match &p.what {
        WechatWhat::Text { text } => Some(text),
        WechatWhat::Voice { heard, .. } if !heard.is_empty() => Some(heard),
        _ => None,
    });
    match said {
        Some(said) => subject_of(said),
        None => format!("微信消息{}条", pieces.len()),
    }
}

/// The conversation as an agent reads it: one line a message, files by the names they are kept under.
fn words(pieces: &[WechatPiece]) -> String {
    let (mut pictures, mut voices) = (0, 0);
    let line = |p: &WechatPiece| match &p.what {
        WechatWhat::Text { text } => text.trim().to_owned(),
        WechatWhat::Picture { .. } => {
            pictures += 1;
            format!("（图片{pictures}）")
        }
        WechatWhat::Voice { heard, .. } => {
            voices += 1;
            let heard = if heard.is_empty() { "未识别出文字，请听附件" } else { heard };
            format!("（语音{voices}）{heard}")
        }
        WechatWhat::Video => "（视频，未接收，已请其改发照片或文字）".to_owned(),
        WechatWhat::Place { latitude, longitude, label } => {
            format!("（位置）{}，纬度{latitude}，经度{longitude}", if label.is_empty() { "未注明地名" } else { label })
        }
        WechatWhat::Link { title, text, url } => format!("（链接）{title} {text} {url}"),
        WechatWhat::Followed => String::new(),
        WechatWhat::Other { kind } => format!("（其他类型消息：{kind}，请与诉求人联系）"),
    };
    pieces.iter().map(line).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(n: u8, person: &str, minute: i64) -> Piece {
        Piece {
            id: Uuid::from_u128(u128::from(n)),
            person: person.as_bytes().to_vec(),
            body: String::new(),
            at: Ts(minute * 60_000),
            talk: None,
        }
    }

    #[test]
    fn persons_are_kept_apart_and_pauses_end_a_conversation() {
        let open = [
            piece(1, "a", 0),
            piece(2, "b", 1),
            piece(3, "a", 1),
            piece(4, "a", 10),
            piece(5, "b", 12),
            piece(6, "c", 13),
        ];
        let mut next = 100;
        let mut talk = || {
            next += 1;
            Uuid::from_u128(next)
        };
        let bound = bind(&open, 180_000, Ts(15 * 60_000), &mut talk);
        let of: Vec<(u128, u128)> = bound.iter().map(|(p, t)| (p.as_u128(), t.as_u128())).collect();
        assert_eq!(of, [(1, 101), (3, 101), (4, 102), (2, 103), (5, 104)], "c may go on");
    }

    #[test]
    fn a_conversation_reads_as_one_text() {
        let of = |what| WechatPiece { id: "1".to_owned(), person: "o".to_owned(), at: Ts(0), what };
        let s = str::to_owned;
        let pieces = [
            of(WechatWhat::Picture { media: s("m"), url: s("u") }),
            of(WechatWhat::Text { text: s(" 路灯坏了\n三天了 ") }),
            of(WechatWhat::Voice { media: s("m"), heard: s("请尽快修") }),
            of(WechatWhat::Voice { media: s("m"), heard: String::new() }),
            of(WechatWhat::Place { latitude: s("36.1"), longitude: s("117.2"), label: s("桂巷路182号") }),
        ];
        let expected = "（图片1）\n路灯坏了\n三天了\n（语音1）请尽快修\n（语音2）未识别出文字，请听附件\n（位置）桂巷路182号，纬度36.1，经度117.2";
        assert_eq!(words(&pieces), expected);
        assert_eq!(subject(&pieces), "路灯坏了 三天了");
        assert_eq!(subject(&pieces[..1]), "微信消息1条");
    }
}
