//! 统一身份认证 by OpenID Connect: the authorization code flow with PKCE (RFC 7636), as the relying party. Knows no account, no
//! database and no settings page; time and chance come from the caller. Answers are sentences for people.

mod http;
mod logout;
mod trouble;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Mint, Secret, Ts, constant_time_eq, hex_encode};
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreErrorResponseType, CoreGenderClaim};
use openidconnect::{
    AdditionalClaims, AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet,
    EndpointSet, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier,
    ProviderMetadataWithLogout as Metadata, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse,
    TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use http::Client;
pub use logout::Farewell;
pub use trouble::Trouble;

/// How we are known to an identity provider.
#[derive(Clone, Debug)]
pub struct Relying {
    pub issuer: String,
    pub client_id: String,
    pub client_secret: Secret<String>,
    /// Names separated by blanks; `openid` is always asked for.
    pub scopes: String,
    /// Where the provider sends people back to.
    pub redirect: String,
}

/// What must be remembered of a sign-in until the person comes back; for the person's own browser only, sealed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ticket {
    pub state: String,
    pub nonce: String,
    pub verifier: String,
    pub at: Ts,
}

/// The address of the provider's page with what to remember.
#[derive(Clone, Debug)]
pub struct Begun {
    pub url: String,
    pub ticket: Ticket,
}

/// What the provider sends the person back with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Returned {
    pub code: String,
    pub state: String,
    /// `access_denied`…
    pub error: String,
    /// RFC 9207: who says so.
    pub iss: Option<String>,
}

/// Who signed in: the checked claims of the ID token, completed from the userinfo endpoint.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The provider's own name for the person: never given to anybody else, unlike every other claim.
    pub subject: String,
    pub claims: Map<String, Value>,
    /// As it was signed; handed back when the session ends.
    pub id_token: Secret<String>,
}

impl Identity {
    /// A claim as text; empty where there is none. `a.b` looks into an object.
    #[must_use]
    pub fn text(&self, claim: &str) -> String {
        let mut parts = claim.split('.');
        let first = parts.next().and_then(|name| self.claims.get(name));
        let found = parts.try_fold(first, |value, name| value.map(|v| v.get(name)));
        match found.flatten() {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    /// The provider's name for its own session, where it has one.
    #[must_use]
    pub fn sid(&self) -> Option<String> {
        Some(self.text("sid")).filter(|sid| !sid.is_empty())
    }

    /// The provider says of itself that it has not checked the telephone number.
    #[must_use]
    pub fn phone_doubtful(&self) -> bool {
        self.claims.get("phone_number_verified") == Some(&Value::Bool(false))
    }
}

/// A ticket is good for so long, minutes: for a password, a code by message and a second look.
pub const TICKET_MIN: i64 = 10;

/// What a check of settings found, step by step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub name: &'static str,
    pub good: bool,
    pub text: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct AnyClaims(Map<String, Value>);
impl AdditionalClaims for AnyClaims {}

type Ready =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;
type TokenTrouble = RequestTokenError<http::Failure, StandardErrorResponse<CoreErrorResponseType>>;

impl Client {
    async fn metadata(&self, relying: &Relying) -> Result<Metadata, Trouble> {
        let issuer = IssuerUrl::new(relying.issuer.trim().to_owned()).map_err(|_| Trouble::Issuer)?;
        Metadata::discover_async(issuer, self).await.map_err(Trouble::discovery)
    }

    async fn ready(&self, relying: &Relying) -> Result<Ready, Trouble> {
        let metadata = self.metadata(relying).await?;
        client_of(relying, metadata)
    }

    /// The page to send a person to. `anew`: whoever is signed in there still must prove it again, for somebody said goodbye
    /// here, and the next one at this browser may be somebody else.
    ///
    /// # Errors
    /// When the provider cannot be reached or is not one.
    pub async fn begin(&self, relying: &Relying, anew: bool, mint: &dyn Mint, now: Ts) -> Result<Begun, Trouble> {
        let client = self.ready(relying).await?;
        let ticket = Ticket { state: chance(mint), nonce: chance(mint), verifier: chance(mint), at: now };
        let verifier = PkceCodeVerifier::new(ticket.verifier.clone());
        let (state, nonce) = (CsrfToken::new(ticket.state.clone()), Nonce::new(ticket.nonce.clone()));
        let asked = relying.scopes.split_whitespace().filter(|s| *s != "openid");
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(asked.map(|s| Scope::new(s.to_owned())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        if anew {
            request = request.add_prompt(CoreAuthPrompt::Login);
        }
        let (url, _, _) = request.url();
        Ok(Begun { url: url.into(), ticket })
    }

    /// Who came back: the code is exchanged, and the ID token's signature, issuer, audience, time and nonce are checked.
    ///
    /// # Errors
    /// When the person or the provider said no, or anything does not fit.
    pub async fn finish(
        &self,
        relying: &Relying,
        ticket: &Ticket,
        returned: &Returned,
        now: Ts,
    ) -> Result<Identity, Trouble> {
        if !constant_time_eq(ticket.state.as_bytes(), returned.state.as_bytes()) {
            return Err(Trouble::Foreign);
        }
        if now > ticket.at.plus_minutes(TICKET_MIN) {
            return Err(Trouble::Late);
        }
        // Another provider's code must not be taken to this one (mix-up, RFC 9207).
        if returned
            .iss
            .as_ref()
            .is_some_and(|iss| iss.trim_end_matches('/') != relying.issuer.trim().trim_end_matches('/'))
        {
            return Err(Trouble::Foreign);
        }
        if !returned.error.is_empty() {
            return Err(Trouble::said(&returned.error));
        }
        let client = self.ready(relying).await?;
        let code = AuthorizationCode::new(returned.code.clone());
        let verifier = PkceCodeVerifier::new(ticket.verifier.clone());
        let request = client.exchange_code(code).map_err(|e| Trouble::Provider(e.to_string()))?;
        let answer = request.set_pkce_verifier(verifier).request_async(self).await.map_err(token_trouble)?;
        let token = answer.id_token().ok_or_else(|| Trouble::Token("没有返回身份令牌".to_owned()))?;
        let checker = client.id_token_verifier().set_time_fn(move || chrono_of(now));
        let claims = token.claims(&checker, &Nonce::new(ticket.nonce.clone())).map_err(|e| Trouble::token(&e))?;
        let subject = claims.subject().clone();
        let mut all = match client.user_info(answer.access_token().clone(), Some(subject.clone())) {
            Ok(request) => {
                let told: UserInfoClaims<AnyClaims, CoreGenderClaim> =
                    request.request_async(self).await.map_err(Trouble::user_info)?;
                object(serde_json::to_value(&told).unwrap_or_default())
            }
            // No such endpoint: the ID token says all there is.
            Err(_) => Map::new(),
        };
        let id_token = token.to_string();
        all.extend(payload(&id_token)?);
        Ok(Identity { subject: subject.to_string(), claims: all, id_token: Secret::new(id_token) })
    }

    /// Tries settings without anybody signing in: discovery, keys, what the provider can do, and whether it knows us —
    /// told by what it says to a code that cannot be right.
    pub async fn probe(&self, relying: &Relying) -> Vec<Step> {
        let mut steps = Vec::new();
        let metadata = match self.metadata(relying).await {
            Ok(metadata) => metadata,
            Err(e) => return vec![Step { name: "发现文档", good: false, text: e.to_string() }],
        };
        let found = format!("已读取，签名公钥{}个", metadata.jwks().keys().len());
        steps.push(Step { name: "发现文档", good: true, text: found });
        steps.push(code_flow(&metadata));
        steps.push(farewell(&metadata));
        let client = match client_of(relying, metadata) {
            Ok(client) => client,
            Err(e) => {
                steps.push(Step { name: "客户端", good: false, text: e.to_string() });
                return steps;
            }
        };
        steps.push(self.known(&client).await);
        steps
    }

    async fn known(&self, client: &Ready) -> Step {
        let step = |good, text: &str| Step { name: "客户端", good, text: text.to_owned() };
        let Ok(request) = client.exchange_code(AuthorizationCode::new("hotline-test".to_owned())) else {
            return step(false, "发现文档中没有令牌地址");
        };
        let verifier = PkceCodeVerifier::new("0".repeat(64));
        match request.set_pkce_verifier(verifier).request_async(self).await {
            Err(RequestTokenError::ServerResponse(said)) => match said.error() {
                CoreErrorResponseType::InvalidGrant => step(true, "客户端标识和密钥正确"),
                CoreErrorResponseType::InvalidClient => step(false, "客户端标识或密钥不正确，请核对后重新填写"),
                CoreErrorResponseType::UnauthorizedClient => {
                    step(false, "认证平台没有给本客户端开通授权码方式，请联系认证平台管理员")
                }
                other => step(false, &format!("认证平台应答 {}，请联系认证平台管理员", other.as_ref())),
            },
            Err(e) => step(false, &token_trouble(e).to_string()),
            Ok(_) => step(false, "认证平台接受了不存在的授权码，不能使用"),
        }
    }
}

fn code_flow(metadata: &Metadata) -> Step {
    let name = "授权码方式";
    let code = metadata.response_types_supported().iter().any(|t| {
        let parts: Vec<&str> = t.iter().map(AsRef::as_ref).collect();
        parts == ["code"]
    });
    if !code {
        let text = "认证平台不支持授权码方式（response_type=code）".to_owned();
        return Step { name, good: false, text };
    }
    let inside = metadata.token_endpoint().is_some();
    let text = if inside { "支持" } else { "发现文档中没有令牌地址" };
    Step { name, good: inside, text: text.to_owned() }
}

/// A provider that cannot be told of a goodbye can be used all the same.
fn farewell(metadata: &Metadata) -> Step {
    let text = match metadata.additional_metadata().end_session_endpoint {
        Some(_) => "支持，退出时一并退出认证平台",
        None => "不支持，退出时只退出本平台",
    };
    Step { name: "统一退出", good: true, text: text.to_owned() }
}

fn client_of(relying: &Relying, metadata: Metadata) -> Result<Ready, Trouble> {
    let redirect = RedirectUrl::new(relying.redirect.clone()).map_err(|_| Trouble::Redirect)?;
    let secret = ClientSecret::new(relying.client_secret.expose().clone());
    let id = ClientId::new(relying.client_id.trim().to_owned());
    Ok(CoreClient::from_provider_metadata(metadata, id, Some(secret)).set_redirect_uri(redirect))
}

fn token_trouble(e: TokenTrouble) -> Trouble {
    match e {
        RequestTokenError::ServerResponse(said) => match said.error() {
            CoreErrorResponseType::InvalidClient => Trouble::Client,
            CoreErrorResponseType::InvalidGrant => Trouble::Used,
            other => Trouble::Provider(other.as_ref().to_owned()),
        },
        RequestTokenError::Request(e) => Trouble::Unreached(e.to_string()),
        other => Trouble::Token(other.to_string()),
    }
}

/// 256 bits nobody can guess; as text it is a legal PKCE verifier.
fn chance(mint: &dyn Mint) -> String {
    let mut bytes = [0; 32];
    mint.bytes(&mut bytes);
    hex_encode(&bytes)
}

fn chrono_of(now: Ts) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp_millis(now.0).unwrap_or_default()
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map.into_iter().filter(|(_, v)| !v.is_null()).collect(),
        _ => Map::new(),
    }
}

/// The claims of a token, whoever signed it.
fn payload(token: &str) -> Result<Map<String, Value>, Trouble> {
    let middle = token.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(middle).map_err(|e| Trouble::Token(e.to_string()))?;
    Ok(object(serde_json::from_slice(&bytes).map_err(|e| Trouble::Token(e.to_string()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_as_text_wherever_they_stand() {
        let claims = serde_json::json!({ "name": " 张明 ", "no": 17, "realm": { "user": "zhangming" }, "list": [1] });
        let id_token = Secret::new(String::new());
        let identity = Identity { subject: "1".to_owned(), claims: object(claims), id_token };
        let texts = ["name", "no", "realm.user", "list", "missing", "realm.none.deeper"].map(|c| identity.text(c));
        assert_eq!(texts, ["张明", "17", "zhangming", "", "", ""]);
    }
}
