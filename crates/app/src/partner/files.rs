//! 附件 between platforms: each file is a message of its own behind the matter or the answer it belongs to, sealed for the receiver, and is
//! checked at the other end like a file somebody uploads there.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use db::Tx;
use domain::attachment::{FileClass, Purpose, file_name};
use domain::case::Case;
use domain::order::{Confidentiality, Order};
use domain::partner::wo::{FileRef, Private, SharedFile};
use domain::partner::{LinkState, MessageType};
use kernel::crypto::sm2::{Sm2Key, sm2_seal};
use kernel::crypto::sm3::sm3;
use kernel::{AttachmentId, FieldError, OrderId, Refusal, UserId, Uuid, hex_encode};
use serde::{Deserialize, Serialize};
use store::attachment::Attachment;
use store::partner::{Heard, Link, Number, Outgoing, Partner, Say};
use store::portal::Of;

use super::Envelope;
use super::envelope::close;
use super::say::own_code;
use super::take::heard_of;
use crate::attachment::{fetch, is_fresh, take};
use crate::audit::{self, Entry};
use crate::ctx::{App, Ctx};
use crate::{Error, Result};

/// Longest file that goes in a message, bytes.
pub const LONGEST: i64 = 10 << 20;

/// What waits in the outbox: the file itself is read when it goes.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    order: OrderId,
    file: AttachmentId,
    src_sys: String,
    src_no: String,
}

/// The citizen's own papers; those of a secret citizen stay here.
pub(super) async fn papers(tx: &mut Tx, app: &App, order: &Order) -> Result<Vec<FileRef>> {
    if order.confidentiality != Confidentiality::None || order.anonymous {
        return Ok(Vec::new());
    }
    let vault = &app.store.vault;
    let photos = store::portal::photos(&mut *tx, vault, Of::Order(order.id)).await?;
    let mut all: Vec<FileRef> = photos
        .into_iter()
        .map(|p| FileRef { id: p.id.to_string(), mime: p.mime, size: p.size, sm3: p.digest })
        .collect();
    for a in store::attachment::attachments(&mut *tx, vault, order.id).await? {
        if a.purpose == Purpose::Demand {
            all.push(FileRef { id: a.id.to_string(), mime: a.mime, size: a.size, sm3: a.digest });
        }
    }
    all.retain(|f| f.size <= LONGEST);
    Ok(all)
}

/// Evidence of handling that goes with an answer.
pub(super) struct Evidence {
    pub shown: FileRef,
    /// The order it hangs on: the one the matter was merged into has it for both.
    order: OrderId,
}

/// 答复附件 that a step has handed in. The material of units among themselves stays here, and so does all of a secret matter.
pub(super) async fn evidence(tx: &mut Tx, app: &App, at: &Case) -> Result<Vec<Evidence>> {
    let order = &at.order;
    if order.confidentiality != Confidentiality::None {
        return Ok(Vec::new());
    }
    let flow = store::flow_log::flow_of(&mut *tx, order.id).await?;
    let all = store::attachment::attachments(&mut *tx, &app.store.vault, order.id).await?;
    let fit = |a: &Attachment| a.purpose == Purpose::Reply && a.size <= LONGEST && !is_fresh(a, &flow);
    let own = |a: &Attachment| app.world().names.contains_key(&a.by_user);
    let shown = |a: Attachment| Evidence {
        shown: FileRef { id: a.id.to_string(), mime: a.mime, size: a.size, sm3: a.digest },
        order: order.id,
    };
    Ok(all.into_iter().filter(|a| fit(a) && own(a)).map(shown).collect())
}

/// Puts evidence behind the answer it belongs to, each file once for a matter.
pub(super) async fn send_back(
    tx: &mut Tx,
    app: &App,
    order: &Order,
    partner: &Partner,
    link: Uuid,
    files: &[Evidence],
) -> Result<()> {
    let (src_sys, src_no) = (partner.code.as_str(), order.src_no.as_deref().unwrap_or_default());
    for file in files {
        put(tx, app, partner, link, file.order, &file.shown, (src_sys, src_no)).await?;
    }
    Ok(())
}

/// One file into the outbox, unless it went before: it has one name for a matter.
async fn put(
    tx: &mut Tx,
    app: &App,
    partner: &Partner,
    link: Uuid,
    order: OrderId,
    file: &FileRef,
    (src_sys, src_no): (&str, &str),
) -> Result<()> {
    let msg_id = hex_encode(&sm3(format!("{link}/{}", file.id).as_bytes()));
    if store::partner::number(&mut *tx, partner.id, &msg_id).await? != Number::Unused {
        return Ok(());
    }
    let Ok(id) = file.id.parse() else { return Ok(()) };
    let waiting = Waiting { order, file: id, src_sys: src_sys.to_owned(), src_no: src_no.to_owned() };
    let (kind, body) = (MessageType::WoFile.code(), serde_json::to_string(&waiting)?);
    let class = match file.mime.split('/').next() {
        Some("image") => FileClass::Picture,
        Some("audio") => FileClass::Audio,
        _ => FileClass::Document,
    };
    let note = format!("{}，{}KB", class.cn(), (file.size + 1023) >> 10);
    let say = Say { partner: partner.id, link: Some(link), msg_id: &msg_id, kind, body: &body, note: Some(&note) };
    Ok(store::partner::say(tx, &app.store.vault, say, app.now()).await?)
}

/// Puts the citizen's papers the partner has not been sent yet into the outbox.
pub(super) async fn enclose(tx: &mut Tx, app: &App, order: &Order, partner: &Partner, link: Uuid) -> Result<()> {
    for file in papers(tx, app, order).await? {
        put(tx, app, partner, link, order.id, &file, (own_code(app), &order.case_no)).await?;
    }
    Ok(())
}

/// The message of a file that is to go now; `None` when it was withdrawn meanwhile, or cannot be found.
pub(super) async fn body_of(app: &App, partner: &Partner, message: &Outgoing) -> Result<Option<String>> {
    let waiting: Waiting = serde_json::from_str(&message.body)?;
    let (db, vault) = (&app.store.db, &app.store.vault);
    let found = match store::attachment::load_attachment(db, vault, waiting.order, waiting.file).await? {
        Some(a) => match fetch(app, &a.digest).await {
            Ok(bytes) => Some((a.mime, a.name, bytes)),
            // A file that is lost must not hold up everything behind it.
            Err(Error::Refused(r)) if r.code == "gone" => None,
            Err(e) => return Err(e),
        },
        None => store::portal::photo(db, vault, Of::Order(waiting.order), waiting.file).await?,
    };
    let Some((mime, name, bytes)) = found else { return Ok(None) };
    let (key, mint) = (partner.their_key.clone(), std::sync::Arc::clone(&app.mint));
    let (digest, size) = (hex_encode(&sm3(&bytes)), bytes.len());
    let sealed = tokio::task::spawn_blocking(move || sm2_seal(&key, &*mint, &bytes)).await.map_err(Error::broken)?;
    let sealed = sealed.ok_or_else(|| Error::broken("the partner's key is none"))?;
    let shared = SharedFile {
        src_sys: waiting.src_sys,
        src_no: waiting.src_no,
        file: FileRef {
            id: waiting.file.to_string(),
            mime,
            size: i64::try_from(size).map_err(Error::broken)?,
            sm3: digest,
        },
        private_enc: close(partner, &*app.mint, &Private { content: name, ..Private::default() })?,
        file_enc: STANDARD.encode(sealed),
    };
    Ok(Some(serde_json::to_string(&shared)?))
}

/// The bytes a partner sealed for us, when they are what it said.
pub(super) async fn opened(partner: &Partner, shared: &SharedFile) -> Result<Option<Vec<u8>>> {
    let (secret, sealed, told) = (partner.our_secret.clone(), shared.file_enc.clone(), shared.file.sm3.to_lowercase());
    let open = move || {
        let bytes = Sm2Key::parse(&secret)?.open(&STANDARD.decode(&sealed).ok()?)?;
        (hex_encode(&sm3(&bytes)) == told).then_some(bytes)
    };
    tokio::task::spawn_blocking(open).await.map_err(Error::broken)
}

/// The matter a file belongs to: one they sent has the citizen's papers, one of ours the evidence of its handling.
async fn matter(tx: &mut Tx, app: &App, partner: &Partner, shared: &SharedFile) -> Result<(Link, Purpose)> {
    let vault = &app.store.vault;
    let ours = shared.src_sys == own_code(app);
    let no = shared.src_no.trim();
    let id = match ours {
        true => store::order::find_by_case_no(&mut *tx, no).await?,
        false => store::order::find_by_source(&mut *tx, &partner.code, no).await?,
    };
    let links = match id {
        Some(id) => store::partner::links_of(&mut *tx, vault, id).await?,
        None => Vec::new(),
    };
    let found = links.into_iter().rev().find(|l| l.out == ours && l.partner_id == partner.id);
    let link = found.ok_or_else(|| {
        let e = FieldError::new("src_no", "没有与贵平台往来的这件工单");
        Error::from(e.with_remedy("附件应在工单或答复之后发送，src_sys、src_no 填推送时的平台代码和编号"))
    })?;
    if ours && !matches!(link.state, LinkState::Replied | LinkState::Closed) {
        return Err(Refusal::state("link_state", "答复附件应在答复之后发送").into());
    }
    Ok((link, if ours { Purpose::Reply } else { Purpose::Demand }))
}

/// Takes a file that came, as if it had been uploaded here.
pub(super) async fn keep(
    app: &App,
    ctx: &Ctx,
    partner: &Partner,
    e: &Envelope,
    shared: &SharedFile,
    (name, bytes): (&str, Vec<u8>),
) -> Result<()> {
    let world = app.fresh_world().await?;
    let vault = &app.store.vault;
    let taken = take(app, &world, bytes, ctx.now).await?;
    let most = world.params.int("attachment.per_order");
    db::with_retry!(app.store.db, async |tx| {
        let (link, purpose) = matter(tx, app, partner, shared).await?;
        let id = link.order_id;
        let case = store::case::load_case_for_change(tx, vault, id).await?;
        let case = case.ok_or_else(|| Error::from(Refusal::not_found("工单")))?;
        let there = store::attachment::attachments(&mut *tx, vault, id).await?;
        let heard = Heard { link: Some(link.id), ..heard_of(partner, e) };
        if !store::partner::heard(tx, vault, heard, ctx.now).await? || there.iter().any(|a| a.digest == taken.digest) {
            return Ok(());
        }
        if i64::try_from(there.len()).map_err(Error::broken)? >= most {
            return Err(Refusal::invalid("file", format!("一件工单最多{most}个附件")).into());
        }
        let attachment = Attachment {
            id: AttachmentId::mint(&*app.mint, ctx.now),
            order_id: id,
            purpose,
            class: taken.class,
            mime: taken.content.mime().to_owned(),
            size: taken.size,
            digest: taken.digest.clone(),
            sha256: taken.sha256.clone(),
            thumb: taken.thumb.clone(),
            name: file_name(name, taken.content.ending()),
            scan: taken.scan,
            after_seq: case.order.flow_seq,
            // Nobody of ours added it: the partner stands in their place.
            by_user: UserId(partner.id),
            by_org: case.order.registered_org,
            at: ctx.now,
        };
        store::attachment::insert_attachment(tx, vault, &attachment).await?;
        let detail = serde_json::json!({
            "case_no": case.order.case_no, "attachment": attachment.id, "mime": attachment.mime,
            "size": attachment.size, "digest": attachment.digest, "partner": partner.code,
        });
        audit::record(tx, app, ctx, Entry::new("attachment", "attachment.add", "order", id).with(detail)).await
    })
}
