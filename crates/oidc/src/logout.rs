//! Saying goodbye on both sides: OpenID Connect RP-Initiated Logout 1.0 (we tell the provider) and Back-Channel Logout 1.0 (the
//! provider tells us).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Secret, Ts};
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKey as _, JwsSigningAlgorithm as _};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{Client, Metadata, Relying, Trouble, payload};

/// The only event a logout token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A logout token older than this is not heeded, minutes; the standard asks for two at most, clocks differ.
const FRESH_MIN: i64 = 10;
/// Browsers and servers take addresses of 8 KB at least; a longer token stays at home.
const LONGEST_HINT: usize = 6_000;

/// Who is gone, as the provider names it: a session of its own, a person with all of theirs, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Farewell {
    pub subject: Option<String>,
    pub sid: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: CoreJwsSigningAlgorithm,
    kid: Option<String>,
}

fn wrong(why: &str) -> Trouble {
    Trouble::Token(why.to_owned())
}

impl Client {
    /// The provider's page that ends its own session too and sends the person back to `back`; `None` where it has no such page.
    ///
    /// # Errors
    /// When the provider cannot be reached or is not one.
    pub async fn goodbye(
        &self,
        relying: &Relying,
        id_token: Option<&Secret<String>>,
        back: &str,
    ) -> Result<Option<String>, Trouble> {
        let metadata = self.metadata(relying).await?;
        let Some(end) = &metadata.additional_metadata().end_session_endpoint else { return Ok(None) };
        let mut url = end.url().to_owned();
        {
            let mut query = url.query_pairs_mut();
            if let Some(token) = id_token.filter(|t| t.expose().len() <= LONGEST_HINT) {
                query.append_pair("id_token_hint", token.expose());
            }
            query.append_pair("client_id", relying.client_id.trim());
            query.append_pair("post_logout_redirect_uri", back);
        }
        Ok(Some(url.into()))
    }

    /// What the provider tells behind the person's back, checked like an ID token: signature, issuer, audience and age; an ID
    /// token itself is none. Nothing is asked over the network for a token that cannot be meant for us.
    ///
    /// # Errors
    /// When anything does not fit, or the provider's keys cannot be fetched.
    pub async fn told(&self, relying: &Relying, token: &str, now: Ts) -> Result<Farewell, Trouble> {
        let claims = payload(token)?;
        let farewell = meant(relying, &claims, now)?;
        let metadata = self.metadata(relying).await?;
        signed(&metadata, relying, token)?;
        Ok(farewell)
    }
}

fn text(claims: &Map<String, Value>, name: &str) -> Option<String> {
    claims.get(name).and_then(Value::as_str).filter(|t| !t.is_empty()).map(str::to_owned)
}

/// What the claims say, if they are ours to hear.
fn meant(relying: &Relying, claims: &Map<String, Value>, now: Ts) -> Result<Farewell, Trouble> {
    let same = |iss: &str| iss.trim_end_matches('/') == relying.issuer.trim().trim_end_matches('/');
    if !claims.get("iss").and_then(Value::as_str).is_some_and(same) {
        return Err(wrong("签发者不符"));
    }
    let ours = relying.client_id.trim();
    let audience = match claims.get("aud") {
        Some(Value::String(one)) => one == ours,
        Some(Value::Array(many)) => many.iter().any(|a| a == ours),
        _ => false,
    };
    if !audience {
        return Err(wrong("不是发给本平台的"));
    }
    let seconds = |name: &str| claims.get(name).and_then(Value::as_i64).map(|s| Ts(s.saturating_mul(1000)));
    let issued = seconds("iat").ok_or_else(|| wrong("内容不合规范"))?;
    let old = now > issued.plus_minutes(FRESH_MIN) || issued > now.plus_minutes(FRESH_MIN);
    if old || seconds("exp").is_some_and(|exp| now >= exp) {
        return Err(wrong("已过期，请核对服务器时间"));
    }
    let event = claims.get("events").and_then(|events| events.get(EVENT)).is_some_and(Value::is_object);
    // A nonce makes it an ID token: what a browser was given must not end anybody's session.
    if !event || claims.contains_key("nonce") || text(claims, "jti").is_none() {
        return Err(wrong("不是退出通知"));
    }
    let farewell = Farewell { subject: text(claims, "sub"), sid: text(claims, "sid") };
    if farewell.subject.is_none() && farewell.sid.is_none() {
        return Err(wrong("没有说明是谁退出"));
    }
    Ok(farewell)
}

/// Signed by the provider, in a way it says it signs.
fn signed(metadata: &Metadata, relying: &Relying, token: &str) -> Result<(), Trouble> {
    let broken = || wrong("内容不合规范");
    let (content, signature) = token.rsplit_once('.').ok_or_else(broken)?;
    let head = content.split('.').next().unwrap_or_default();
    let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| broken());
    let header: Header = serde_json::from_slice(&decoded(head)?).map_err(|_| broken())?;
    let signature = decoded(signature)?;
    let alg = header.alg;
    if alg == CoreJwsSigningAlgorithm::None || !metadata.id_token_signing_alg_values_supported().contains(&alg) {
        return Err(wrong("签名不正确"));
    }
    let shared = CoreJsonWebKey::new_symmetric(relying.client_secret.expose().clone().into_bytes());
    let keys: Vec<&CoreJsonWebKey> = if alg.uses_shared_secret() {
        vec![&shared]
    } else {
        let named = |key: &&CoreJsonWebKey| match (&header.kid, key.key_id()) {
            (Some(wanted), Some(id)) => id.as_str() == wanted,
            _ => true,
        };
        metadata.jwks().keys().iter().filter(named).collect()
    };
    let good = keys.iter().any(|key| key.verify_signature(&alg, content.as_bytes(), &signature).is_ok());
    if good { Ok(()) } else { Err(wrong("签名不正确")) }
}
