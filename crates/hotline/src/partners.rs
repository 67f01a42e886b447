//! Posts what partners are to be told, for ever, and finds out what there is to tell.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::cli::PartnerTls;
use anyhow::{Context as _, Result};
use app::App;
use app::partner::say::{self, Post, Went};
use app::partner::{Said, answer, police, share};
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, Identity};

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// Who does not answer within this time has not got it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who calls partners: with the certificate of ours and the authorities that were given.
///
/// # Errors
/// When a file cannot be read or is no certificate.
pub fn client(tls: &PartnerTls) -> Result<Client> {
    let read = |path: &Path| std::fs::read(path).with_context(|| format!("无法读取 {}", path.display()));
    let identity = tls.partner_cert.as_deref().map(|path| {
        Identity::from_pem(&read(path)?)
            .with_context(|| format!("{} 应为 PEM 格式的证书（含证书链）和私钥", path.display()))
    });
    let own = tls.partner_ca.as_deref().map(|path| {
        Certificate::from_pem_bundle(&read(path)?).with_context(|| format!("{} 应为 PEM 格式的证书", path.display()))
    });
    let (identity, own) = (identity.transpose()?, own.transpose()?.unwrap_or_default());
    Ok(gateway::trust::client(
        || {
            // A redirection could lead anywhere: only the address a person entered is called.
            let builder = Client::builder().timeout(PATIENCE).redirect(Policy::none());
            identity.iter().cloned().fold(builder, reqwest::ClientBuilder::identity)
        },
        &own,
    )?)
}

pub async fn run_forever(app: Arc<App>, client: Client) {
    loop {
        match round(&app, &client).await {
            // More may wait behind what was just said; what failed is not due for some seconds.
            Ok(true) => continue,
            Ok(false) => {}
            Err(e) => tracing::error!(error = %e, "the exchange with partners failed"),
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Whether anything was said.
async fn round(app: &App, client: &Client) -> app::Result<bool> {
    police::tell_threats(app).await?;
    answer::tell_all(app).await?;
    share::tell_shares(app).await?;
    say::warn_late(app).await?;
    let posts = say::due(app).await?;
    // Side by side: one partner that does not answer holds up no other.
    let went = futures::future::join_all(posts.iter().map(|p| post(client, p))).await;
    for (post, went) in posts.iter().zip(&went) {
        say::settle(app, post, went).await?;
    }
    Ok(!posts.is_empty())
}

async fn post(client: &Client, post: &Post) -> Went {
    let request = client.post(&post.url).header(CONTENT_TYPE, "application/json; charset=utf-8");
    match request.body(post.body.clone()).send().await {
        Ok(answer) if answer.status().is_success() => match answer.json::<Said>().await {
            Ok(said) => Went::Said(said),
            Err(_) => Went::Not("应答不是对接平台的格式，请核对接收地址".to_owned()),
        },
        Ok(answer) => Went::Not(format!("应答 HTTP {}，请核对接收地址", answer.status().as_u16())),
        Err(e) if e.is_timeout() => Went::Not("超过10秒没有应答".to_owned()),
        Err(e) if gateway::trust::blames(&e, &["certificate", "Certificate", "TLS", "Handshake"]) => {
            Went::Not("无法建立安全连接，请核对双方证书".to_owned())
        }
        Err(_) => Went::Not("无法连接".to_owned()),
    }
}
