//! A signed-in client that calls the platform over HTTP as an integrator would.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// A signed-in client. Cloning shares the session and the connections.
#[derive(Clone)]
pub struct Client {
    pub http: reqwest::Client,
    pub base: String,
    pub csrf: String,
}

impl Client {
    /// Signs in; `base` is `http://host:port`.
    ///
    /// # Errors
    /// When the platform cannot be reached or refuses the password.
    pub async fn sign_in(base: &str, login: &str, password: &str) -> Result<Self> {
        let http = reqwest::Client::builder().cookie_store(true).tls_certs_only([]).build()?;
        let body = json!({ "login": login, "password": password });
        let answer = http.post(format!("{base}/api/v1/session")).json(&body).send().await?;
        if !answer.status().is_success() {
            bail!("sign-in of {login} refused: {}", answer.text().await?);
        }
        let session: Value = answer.json().await?;
        let csrf = session["csrf"].as_str().context("the session carries a csrf token")?.to_owned();
        Ok(Self { http, base: base.to_owned(), csrf })
    }

    /// POST of a JSON body; the answer's body.
    ///
    /// # Errors
    /// When the answer is not a success.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.answer(self.http.post(self.url(path)).header("x-csrf-token", &self.csrf).json(body)).await
    }

    /// The address of a route.
    pub fn url(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.base)
    }

    /// Sends a request; the answer's body.
    ///
    /// # Errors
    /// When the answer is not a success.
    pub async fn answer(&self, request: reqwest::RequestBuilder) -> Result<Value> {
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            bail!("{status}: {text}");
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}
