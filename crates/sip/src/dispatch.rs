//! Where each incoming request goes.

use std::net::SocketAddr;
use std::sync::Arc;

use rsipstack::dialog::dialog::{Dialog, DialogState};
use rsipstack::sip::prelude::HeadersExt;
use rsipstack::sip::{self as rsip, Header, Method, StatusCode};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::transaction::Transaction;

use crate::stack::{ALLOW, Shared};
use crate::{inbound, registrar};

pub(crate) async fn run(shared: Arc<Shared>, mut incoming: TransactionReceiver) {
    while let Some(tx) = incoming.recv().await {
        let shared = shared.clone();
        tokio::spawn(async move { serve(shared, tx).await });
    }
}

async fn serve(shared: Arc<Shared>, tx: Transaction) {
    let in_dialog = tx.original.to_header().and_then(rsip::To::tag).is_ok_and(|tag| tag.is_some());
    match (tx.original.method, in_dialog) {
        (Method::Ack, _) => {}
        (Method::Register, _) => registrar::register(&shared, tx).await,
        (_, true) => within(&shared, tx).await,
        (Method::Invite, false) => inbound::invite(&shared, tx).await,
        (Method::Options, false) => answer(tx, 200, capabilities()).await,
        (Method::Bye | Method::Cancel | Method::Update | Method::Info | Method::PRack, false) => {
            answer(tx, 481, Vec::new()).await;
        }
        (Method::Subscribe | Method::Publish, false) => answer(tx, 489, Vec::new()).await,
        _ => answer(tx, 405, capabilities()).await,
    }
}

pub(crate) fn capabilities() -> Vec<Header> {
    vec![Header::Allow(ALLOW.into()), Header::Accept("application/sdp".into()), Header::Supported("timer".into())]
}

/// A request of a call. The stack answers BYE itself and asks the call's actor about the rest, but it leaves some requests
/// without any answer: those get theirs here.
async fn within(shared: &Shared, mut tx: Transaction) {
    let Some(Dialog::Invite(mut dialog)) = shared.dialogs.match_dialog(&tx) else {
        answer(tx, 481, Vec::new()).await;
        return;
    };
    let seq = tx.original.cseq_header().and_then(rsip::CSeq::seq).unwrap_or(0);
    // RFC 3261 §12.2.2.
    if seq < dialog.snapshot().remote_cseq {
        answer(tx, 500, Vec::new()).await;
        return;
    }
    let ours = dialog.role() == rsipstack::transaction::key::TransactionRole::Client;
    let later = || vec![Header::RetryAfter((1 + shared.random() % 9).to_string().into())];
    match (dialog.state(), tx.original.method) {
        (DialogState::Confirmed(..), _) => {}
        (DialogState::Terminated(..), Method::Bye) => {}
        (_, Method::Bye | Method::PRack) if !ours => {}
        (DialogState::Terminated(..), _) | (_, Method::Bye) => return answer(tx, 481, Vec::new()).await,
        (DialogState::WaitAck(..), Method::Invite) => return answer(tx, 491, Vec::new()).await,
        (_, Method::Options) => return answer(tx, 200, capabilities()).await,
        // A refresh of the session timer before the answer is harmless; an offer is not (RFC 3311 §5.2).
        (_, Method::Update) if tx.original.body.is_empty() => return answer(tx, 200, capabilities()).await,
        _ => return answer(tx, 500, later()).await,
    }
    if let Err(error) = dialog.handle(&mut tx).await {
        tracing::debug!(%error, "request within a call");
    }
}

/// Answers outside of any call, and stays until the transaction is over so that it is sent again when needed.
pub(crate) async fn answer(mut tx: Transaction, code: u16, headers: Vec<Header>) {
    if let Err(error) = tx.reply_with(StatusCode::from(code), headers, None).await {
        tracing::debug!(%error, code, "answer not sent");
        return;
    }
    while tx.receive().await.is_some() {}
}

/// Where a request really came from; the headers may say anything.
pub(crate) fn source(tx: &Transaction) -> Option<SocketAddr> {
    tx.connection.as_ref()?.get_remote_addr()?.get_socketaddr().ok()
}
