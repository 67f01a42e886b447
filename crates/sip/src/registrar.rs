//! Registration of desk phones (RFC 3261 §10.3).

use std::sync::Arc;
use std::time::Duration;

use rsipstack::sip::prelude::{HeadersExt, ToTypedHeader};
use rsipstack::sip::{Header, Request};
use rsipstack::transaction::transaction::Transaction;

use crate::bindings::{Asked, DEFAULT_EXPIRES_S, MIN_EXPIRES_S};
use crate::dispatch::{answer, source};
use crate::event::Event;
use crate::inbound::{demand, phone_proves, transport_of};
use crate::stack::{Shared, lock};

pub(crate) async fn register(shared: &Shared, tx: Transaction) {
    let Some(from) = source(&tx) else { return };
    let extension = tx.original.to_header().ok().and_then(|to| to.typed().ok()).and_then(|to| {
        let user = to.uri.user()?;
        shared.config.phones.iter().find(|p| p.extension == user).map(|p| p.extension.clone())
    });
    // Who is not ours is asked for a password like the others: the answer does not tell which extensions exist.
    let proved = match &extension {
        Some(extension) => phone_proves(shared, &tx.original, extension, from.ip()),
        None => Err(false),
    };
    let (Some(extension), Ok(())) = (extension, proved) else {
        return demand(shared, tx, from.ip(), proved == Err(true)).await;
    };
    let (before, after) = match wish(&tx.original) {
        Err((code, headers)) => return answer(tx, code, headers).await,
        Ok(Wish::Clear) => (lock(&shared.bindings).clear(&extension), false),
        Ok(Wish::Change(asked)) => {
            let transport = transport_of(&tx);
            lock(&shared.bindings).register(&extension, &asked, from, transport, shared.now())
        }
    };
    let headers = contacts(shared, &extension);
    if before != after {
        shared.tell(Event::Phone { extension, registered: after });
    }
    answer(tx, 200, headers).await;
}

enum Wish {
    /// `Contact: *`.
    Clear,
    /// Empty only asks what there is.
    Change(Vec<Asked>),
}

fn wish(request: &Request) -> Result<Wish, (u16, Vec<Header>)> {
    let general = request.expires_header().and_then(|h| h.value().trim().parse::<u32>().ok());
    if request.contact_headers().iter().any(|c| c.value().trim() == "*") {
        return if general == Some(0) { Ok(Wish::Clear) } else { Err((400, Vec::new())) };
    }
    let contacts = request.typed_contact_headers().map_err(|_| (400, Vec::new()))?;
    let mut asked = Vec::new();
    for contact in contacts {
        let expires_s = contact.expires().or(general).unwrap_or(DEFAULT_EXPIRES_S);
        if expires_s > 0 && expires_s < MIN_EXPIRES_S {
            return Err((423, vec![Header::MinExpires(MIN_EXPIRES_S.to_string().into())]));
        }
        asked.push(Asked { uri: contact.uri.to_string(), expires_s });
    }
    Ok(Wish::Change(asked))
}

fn contacts(shared: &Shared, extension: &str) -> Vec<Header> {
    let now = shared.now();
    lock(&shared.bindings)
        .list(extension, now)
        .iter()
        .map(|b| Header::Contact(format!("<{}>;expires={}", b.uri, (b.until - now).as_secs()).into()))
        .collect()
}

/// Tells which phones fell silent.
pub(crate) async fn expire(shared: Arc<Shared>) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    loop {
        tokio::select! {
            () = shared.farewell.cancelled() => return,
            _ = every.tick() => {}
        }
        let gone = lock(&shared.bindings).expire(shared.now());
        for extension in gone {
            shared.tell(Event::Phone { extension, registered: false });
        }
    }
}
