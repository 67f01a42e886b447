//! 微信公众号的回调: WeChat's servers call here. Nothing is answered `success` that is not kept; whoever cannot sign is told nothing.

mod frame;
mod seal;

use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use citizen::{Fault, WechatDoor};
use serde::Deserialize;

use crate::site::Site;
use frame::Frame;
use seal::{Seal, is_signed, sign};

/// Largest call, bytes; a text has at most 2048 characters.
pub const CALL: usize = 256 << 10;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    signature: String,
    timestamp: String,
    nonce: String,
    echostr: String,
    encrypt_type: String,
    msg_signature: String,
}

/// Why WeChat, or who says to be it, gets no answer.
#[derive(Debug)]
pub enum No {
    /// No account is connected.
    Off,
    /// Not signed with our token, or not for our account.
    Foreign,
    /// No message.
    Odd,
    /// WeChat shall try again.
    Broken,
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Off => StatusCode::NOT_FOUND,
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Odd => StatusCode::BAD_REQUEST,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        };
        (status, "").into_response()
    }
}

impl From<Fault> for No {
    fn from(fault: Fault) -> Self {
        tracing::error!(%fault, "a message of WeChat could not be kept");
        Self::Broken
    }
}

async fn door(site: &Site, asked: &Asked) -> Result<WechatDoor, No> {
    let door = site.desk.wechat_door().await?.ok_or(No::Off)?;
    let signed = is_signed(&asked.signature, &[&door.token, &asked.timestamp, &asked.nonce]);
    if signed { Ok(door) } else { Err(No::Foreign) }
}

/// 验证消息的确来自微信服务器, when the address is entered at WeChat's console.
pub async fn greet(State(site): State<Site>, Query(asked): Query<Asked>) -> Result<Response, No> {
    door(&site, &asked).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], asked.echostr).into_response())
}

/// A message.
pub async fn take(State(site): State<Site>, Query(asked): Query<Asked>, body: String) -> Result<Response, No> {
    let door = door(&site, &asked).await?;
    let outer = Frame::read(&body).ok_or(No::Odd)?;
    let seal = match asked.encrypt_type.as_str() {
        "aes" => Some(Seal::new(&door.aes_key, &door.app_id).ok_or(No::Foreign)?),
        _ if door.safe => return Err(No::Foreign),
        _ => None,
    };
    let frame = match &seal {
        Some(seal) => {
            let encrypted = outer.get("Encrypt");
            let parts = [door.token.as_str(), &asked.timestamp, &asked.nonce, encrypted];
            let text = Some(encrypted).filter(|_| is_signed(&asked.msg_signature, &parts)).and_then(|e| seal.open(e));
            Frame::read(&text.ok_or(No::Foreign)?).ok_or(No::Odd)?
        }
        None => outer,
    };
    let now = site.clock.now();
    let words = match frame.piece(now) {
        Some(piece) => site.desk.wechat_take(&piece).await?,
        None => None,
    };
    let Some(words) = words else { return Ok("success".into_response()) };
    let plain = frame.answer(&words, now);
    let answer = match &seal {
        Some(seal) => {
            let mut random = [0; 16];
            site.mint.bytes(&mut random);
            let encrypted = seal.seal(random, &plain);
            let stamp = (now.0 / 1000).to_string();
            let signature = sign(&[&door.token, &stamp, &asked.nonce, &encrypted]);
            frame::sealed(&encrypted, &signature, &stamp, &asked.nonce)
        }
        None => plain,
    };
    Ok(([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], answer).into_response())
}
