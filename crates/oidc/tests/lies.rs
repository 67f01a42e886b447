//! A provider that lies, one way after the other: whatever it says wrongly is found out. That an honest one is understood is
//! shown against a real server by the desk's own tests.

#[cfg(test)]
mod lies {
    use std::sync::{Arc, Mutex};

    use axum::extract::{Form, State};
    use axum::http::StatusCode;
    use axum::routing::{get, post};
    use axum::{Json, Router};
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit as _, Mac as _};
    use kernel::{Secret, SeqMint, Ts};
    use oidc::{Client, Farewell, Identity, Relying, Returned, Ticket, Trouble};
    use serde_json::{Value, json};
    use sha2::Sha256;

    const SECRET: &str = "a secret of thirty-two characters";
    const NOW: Ts = Ts(1_790_000_000_000);

    /// What the token endpoint does next.
    #[derive(Clone)]
    struct Plan {
        base: String,
        claims: Value,
        alg: &'static str,
        secret: &'static str,
        refuses: Option<&'static str>,
        /// Where it takes goodbyes.
        end: Option<String>,
        user: Value,
        /// What was last asked for.
        asked: Vec<(String, String)>,
    }

    type Shared = Arc<Mutex<Plan>>;

    async fn discovery(State(plan): State<Shared>) -> Json<Value> {
        let base = plan.lock().unwrap().base.clone();
        Json(json!({
            "issuer": base, "authorization_endpoint": format!("{base}/auth"), "token_endpoint": format!("{base}/token"),
            "jwks_uri": format!("{base}/jwks"), "userinfo_endpoint": format!("{base}/me"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["HS256"], "end_session_endpoint": plan.lock().unwrap().end,
        }))
    }

    /// The plan's claims as a token.
    fn signed(plan: &Plan) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(&json!({ "alg": plan.alg })), part(&plan.claims));
        let signature = if plan.alg == "none" {
            String::new()
        } else {
            let mut mac = Hmac::<Sha256>::new_from_slice(plan.secret.as_bytes()).unwrap();
            mac.update(text.as_bytes());
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        };
        format!("{text}.{signature}")
    }

    async fn token(State(plan): State<Shared>, Form(asked): Form<Vec<(String, String)>>) -> (StatusCode, Json<Value>) {
        let mut plan = plan.lock().unwrap();
        plan.asked = asked;
        if let Some(error) = plan.refuses {
            return (StatusCode::BAD_REQUEST, Json(json!({ "error": error })));
        }
        let id_token = signed(&plan);
        (StatusCode::OK, Json(json!({ "access_token": "t", "token_type": "Bearer", "id_token": id_token })))
    }

    async fn me(State(plan): State<Shared>) -> Json<Value> {
        Json(plan.lock().unwrap().user.clone())
    }

    /// The provider, and us as it knows us.
    async fn provider() -> (Shared, Relying) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let plan = Plan {
            base: base.clone(),
            claims: Value::Null,
            alg: "HS256",
            secret: SECRET,
            refuses: None,
            end: Some(format!("{base}/end?tenant=1")),
            user: json!({ "sub": "7", "phone_number": "13812345678", "department": "housing" }),
            asked: Vec::new(),
        };
        let plan = Arc::new(Mutex::new(plan));
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(discovery))
            .route("/jwks", get(|| async { Json(json!({ "keys": [] })) }))
            .route("/token", post(token))
            .route("/me", get(me))
            .with_state(Arc::clone(&plan));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let relying = Relying {
            issuer: base,
            client_id: "hotline".to_owned(),
            client_secret: Secret::new(SECRET.to_owned()),
            scopes: "openid profile".to_owned(),
            redirect: "http://127.0.0.1/api/sign-in/back".to_owned(),
        };
        (plan, relying)
    }

    fn good(plan: &Shared, ticket: &Ticket) -> Value {
        let base = plan.lock().unwrap().base.clone();
        let seconds = NOW.0 / 1000;
        json!({ "iss": base, "sub": "7", "aud": "hotline", "exp": seconds + 60, "iat": seconds, "nonce": ticket.nonce, "name": "张明" })
    }

    fn back(ticket: &Ticket) -> Returned {
        Returned { code: "c".to_owned(), state: ticket.state.clone(), ..Returned::default() }
    }

    struct Stage {
        client: Client,
        plan: Shared,
        relying: Relying,
        ticket: Ticket,
        url: String,
    }

    async fn stage() -> Stage {
        let (plan, relying) = provider().await;
        let client = Client::default();
        let begun = client.begin(&relying, false, &SeqMint::new(), NOW).await.unwrap();
        let claims = good(&plan, &begun.ticket);
        plan.lock().unwrap().claims = claims;
        Stage { client, plan, relying, ticket: begun.ticket, url: begun.url }
    }

    impl Stage {
        async fn finish(&self, returned: &Returned, now: Ts) -> Result<Identity, Trouble> {
            self.client.finish(&self.relying, &self.ticket, returned, now).await
        }

        async fn with(&self, claim: &str, value: Value) -> Trouble {
            let whole = self.plan.lock().unwrap().claims.clone();
            self.plan.lock().unwrap().claims[claim] = value;
            let trouble = self.finish(&back(&self.ticket), NOW).await.unwrap_err();
            self.plan.lock().unwrap().claims = whole;
            trouble
        }
    }

    #[tokio::test]
    async fn the_browser_is_sent_with_state_nonce_and_challenge() {
        let s = stage().await;
        for part in ["response_type=code", "client_id=hotline", "code_challenge_method=S256", "scope=openid+profile"] {
            assert!(s.url.contains(part), "{part} in {}", s.url);
        }
        assert!(
            s.url.contains(&format!("state={}", s.ticket.state))
                && s.url.contains(&format!("nonce={}", s.ticket.nonce))
        );
        assert!(!s.url.contains(&s.ticket.verifier), "the verifier stays with us");
        assert!(!s.url.contains("prompt="), "who is signed in there need not prove it again");
        let anew = s.client.begin(&s.relying, true, &SeqMint::new(), NOW).await.unwrap();
        assert!(anew.url.contains("prompt=login"), "{}", anew.url);
    }

    #[tokio::test]
    async fn an_honest_answer_names_the_person_with_the_claims_of_both_sources() {
        let s = stage().await;
        let identity = s.finish(&back(&s.ticket), NOW).await.unwrap();
        assert_eq!(identity.subject, "7");
        let texts = ["name", "phone_number", "department"].map(|c| identity.text(c));
        assert_eq!(texts, ["张明", "13812345678", "housing"]);
        let asked = s.plan.lock().unwrap().asked.clone();
        assert!(asked.contains(&("code_verifier".to_owned(), s.ticket.verifier.clone())), "{asked:?}");
    }

    #[tokio::test]
    async fn every_lie_of_a_token_is_found_out() {
        let s = stage().await;
        let token = |why: &str| Trouble::Token(why.to_owned());
        assert_eq!(s.with("nonce", json!("another")).await, token("不是本次登录的"));
        assert_eq!(s.with("aud", json!("another client")).await, token("不是发给本平台的"));
        assert_eq!(s.with("iss", json!("https://another.example")).await, token("签发者不符"));
        assert_eq!(s.with("exp", json!(NOW.0 / 1000 - 1)).await, token("已过期，请核对服务器时间"));
        s.plan.lock().unwrap().secret = "somebody else's key, just as long";
        assert_eq!(s.with("name", json!("张明")).await, token("签名不正确"));
        s.plan.lock().unwrap().alg = "none";
        assert!(matches!(s.with("name", json!("张明")).await, Trouble::Token(_)), "a token without a signature");
    }

    #[tokio::test]
    async fn claims_of_another_person_are_not_mixed_in() {
        let s = stage().await;
        s.plan.lock().unwrap().user["sub"] = json!("8");
        let trouble = s.finish(&back(&s.ticket), NOW).await.unwrap_err();
        assert!(matches!(trouble, Trouble::Token(_)), "{trouble}");
    }

    #[tokio::test]
    async fn answers_that_are_not_ours_are_refused_before_anything_is_asked() {
        let s = stage().await;
        let forged = Returned { state: "guessed".to_owned(), ..back(&s.ticket) };
        assert_eq!(s.finish(&forged, NOW).await.map(drop), Err(Trouble::Foreign));
        assert_eq!(s.finish(&back(&s.ticket), NOW.plus_minutes(11)).await.map(drop), Err(Trouble::Late));
        let mixed = Returned { iss: Some("https://another.example".to_owned()), ..back(&s.ticket) };
        assert_eq!(s.finish(&mixed, NOW).await.map(drop), Err(Trouble::Foreign));
        let denied = Returned { error: "access_denied".to_owned(), ..back(&s.ticket) };
        assert_eq!(s.finish(&denied, NOW).await.map(drop), Err(Trouble::Denied));
        assert!(s.plan.lock().unwrap().asked.is_empty(), "no code was spent");
    }

    #[tokio::test]
    async fn what_the_provider_refuses_is_told_by_its_cause() {
        let s = stage().await;
        for (error, trouble) in [("invalid_grant", Trouble::Used), ("invalid_client", Trouble::Client)] {
            s.plan.lock().unwrap().refuses = Some(error);
            assert_eq!(s.finish(&back(&s.ticket), NOW).await.map(drop), Err(trouble));
        }
        let found = |steps: Vec<oidc::Step>| steps.last().map(|s| (s.good, s.text.clone())).unwrap();
        s.plan.lock().unwrap().refuses = Some("invalid_grant");
        assert!(found(s.client.probe(&s.relying).await).0);
        s.plan.lock().unwrap().refuses = Some("unauthorized_client");
        let (good, text) = found(s.client.probe(&s.relying).await);
        assert!(!good && text.contains("授权码方式"), "{text}");
        s.plan.lock().unwrap().refuses = None;
        assert!(!found(s.client.probe(&s.relying).await).0, "who takes any code is no provider");
    }

    #[tokio::test]
    async fn an_address_that_is_no_provider_says_why() {
        let (_plan, relying) = provider().await;
        let client = Client::default();
        let text = async |issuer: String| {
            let relying = Relying { issuer, ..relying.clone() };
            client.probe(&relying).await.pop().map(|s| (s.good, s.text)).unwrap()
        };
        let (good, said) = text(format!("{}/realm", relying.issuer)).await;
        assert!(!good && said.contains("HTTP 404"), "{said}");
        let (good, said) = text(relying.issuer.replace("127.0.0.1", "localhost")).await;
        assert!(!good && said.contains("issuer"), "{said}");
        let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let (good, said) = text(format!("http://{closed}")).await;
        assert!(!good && said.contains("无法连接"), "{said}");
    }

    impl Stage {
        /// What a provider tells when somebody is gone, with one claim as given.
        async fn told(&self, claim: &str, value: Value) -> Result<Farewell, Trouble> {
            let token = {
                let mut plan = self.plan.lock().unwrap();
                let seconds = NOW.0 / 1000;
                plan.claims = json!({
                    "iss": plan.base, "aud": "hotline", "iat": seconds, "exp": seconds + 120, "jti": "1", "sub": "7",
                    "sid": "s1", "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
                });
                match value {
                    Value::Null => drop(plan.claims.as_object_mut().unwrap().remove(claim)),
                    value => plan.claims[claim] = value,
                }
                signed(&plan)
            };
            self.client.told(&self.relying, &token, NOW).await
        }
    }

    #[tokio::test]
    async fn a_goodbye_leads_to_the_providers_page_and_back() {
        let s = stage().await;
        let token = Secret::new("head.body.signature".to_owned());
        let url = s.client.goodbye(&s.relying, Some(&token), "https://12345.example.cn/login/left").await.unwrap();
        let url = url.expect("the provider has such a page");
        let back = "post_logout_redirect_uri=https%3A%2F%2F12345.example.cn%2Flogin%2Fleft";
        for part in ["/end?tenant=1&", "id_token_hint=head.body.signature", "client_id=hotline", back] {
            assert!(url.contains(part), "{part} in {url}");
        }
        let long = Secret::new("x".repeat(7_000));
        let url = s.client.goodbye(&s.relying, Some(&long), "https://b").await.unwrap().unwrap();
        assert!(!url.contains("id_token_hint") && url.contains("client_id=hotline"), "no address is that long");
        s.plan.lock().unwrap().end = None;
        assert_eq!(s.client.goodbye(&s.relying, None, "https://b").await, Ok(None));
    }

    #[tokio::test]
    async fn who_is_gone_is_believed_only_from_the_provider() {
        let s = stage().await;
        let gone = |subject: Option<&str>, sid: Option<&str>| {
            Ok(Farewell { subject: subject.map(str::to_owned), sid: sid.map(str::to_owned) })
        };
        assert_eq!(s.told("extra", json!(1)).await, gone(Some("7"), Some("s1")));
        assert_eq!(s.told("sub", Value::Null).await, gone(None, Some("s1")));
        assert_eq!(s.told("sid", Value::Null).await, gone(Some("7"), None));
        assert_eq!(s.told("aud", json!(["other", "hotline"])).await, gone(Some("7"), Some("s1")));
        let refused = |why: &str| Err(Trouble::Token(why.to_owned()));
        assert_eq!(s.told("iss", json!("https://another.example")).await, refused("签发者不符"));
        assert_eq!(s.told("aud", json!("another client")).await, refused("不是发给本平台的"));
        let late = refused("已过期，请核对服务器时间");
        assert_eq!(s.told("exp", json!(NOW.0 / 1000)).await, late);
        assert_eq!(s.told("iat", json!(NOW.0 / 1000 - 601)).await, late, "kept for later");
        let none = refused("不是退出通知");
        assert_eq!(s.told("nonce", json!("n")).await, none, "an ID token ends nobody's session");
        assert_eq!(s.told("events", json!({ "another": {} })).await, none);
        assert_eq!(s.told("jti", Value::Null).await, none);
        s.plan.lock().unwrap().secret = "somebody else's key, just as long";
        assert_eq!(s.told("extra", json!(1)).await, refused("签名不正确"));
        s.plan.lock().unwrap().alg = "none";
        assert_eq!(s.told("extra", json!(1)).await, refused("签名不正确"), "without a signature");
    }
}
