//! What only tests ask of the client and do to the server.

use anyhow::Result;
use serde_json::Value;

use crate::client::Client;
use crate::server::Server;

impl Client {
    /// The same session at another process of the platform.
    pub fn at(&self, base: &str) -> Self {
        Self { base: base.to_owned(), ..self.clone() }
    }

    /// As [`Client::post`] with a key under which it may be repeated.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Result<Value> {
        let request = self.http.post(self.url(path)).header("x-csrf-token", &self.csrf).header("idempotency-key", key);
        self.answer(request.json(body)).await
    }

    /// PUT of a JSON body; the answer's body.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.answer(self.http.put(self.url(path)).header("x-csrf-token", &self.csrf).json(body)).await
    }

    /// GET; the answer's body.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.answer(self.http.get(self.url(path))).await
    }

    /// GET of a stream: the answer once its head has arrived.
    pub async fn open(&self, path: &str) -> Result<reqwest::Response> {
        Ok(self.http.get(self.url(path)).send().await?.error_for_status()?)
    }
}

impl Server {
    /// Ends the process as a power cut would.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}
