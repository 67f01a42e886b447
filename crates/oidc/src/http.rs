//! The client openidconnect speaks through: the one HTTP library of the platform, bounded in time and size.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::redirect::Policy;

/// Who does not answer within this time is not there.
const PATIENCE: Duration = Duration::from_secs(10);
/// Longest answer, bytes: discovery documents and keys are small.
const MOST: usize = 1 << 20;

/// Speaks with identity providers. Opened when first needed: most installations have none.
#[derive(Debug, Default)]
pub struct Client {
    inner: OnceLock<reqwest::Client>,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("超过10秒没有应答")]
    Late,
    #[error("证书不受信任，请将认证平台的根证书装入服务器的系统证书库")]
    Certificate,
    #[error("无法连接")]
    Unreached,
    #[error("应答过大")]
    TooLarge,
    #[error("{0}")]
    Other(String),
}

impl Client {
    fn client(&self) -> Result<&reqwest::Client, Failure> {
        if let Some(client) = self.inner.get() {
            return Ok(client);
        }
        // A provider's answer could otherwise lead anywhere within the network.
        let plain = || reqwest::Client::builder().timeout(PATIENCE).redirect(Policy::none());
        // A machine without any root certificate can still speak with a provider within its own network.
        let made = plain().build().or_else(|_| plain().tls_certs_only([]).build());
        let made = made.map_err(|e| Failure::Other(e.to_string()))?;
        Ok(self.inner.get_or_init(|| made))
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Failure> {
        let request = reqwest::Request::try_from(request).map_err(|e| Failure::Other(e.to_string()))?;
        let mut answer = self.client()?.execute(request).await.map_err(|e| failure(&e))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| failure(&e))? {
            body.extend_from_slice(&chunk);
            if body.len() > MOST {
                return Err(Failure::TooLarge);
            }
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }
}

fn failure(e: &reqwest::Error) -> Failure {
    if e.is_timeout() {
        return Failure::Late;
    }
    let mut cause: Option<&dyn std::error::Error> = Some(e);
    while let Some(now) = cause {
        if now.to_string().contains("certificate") {
            return Failure::Certificate;
        }
        cause = now.source();
    }
    if e.is_connect() { Failure::Unreached } else { Failure::Other("传输中断".to_owned()) }
}

impl<'c> AsyncHttpClient<'c> for Client {
    type Error = Failure;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Failure>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
