//! Posts what partners are to be told, for ever, and finds out what there is to tell.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::partner::say::{self, Post, Went};
use app::partner::{Said, answer};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// Who does not answer within this time has not got it.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn run_forever(app: Arc<App>) {
    // A redirection could lead anywhere: only the address a person entered is called.
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).build();
    let client = match client {
        Ok(client) => client,
        Err(e) => return tracing::error!(error = %e, "no partner can be reached"),
    };
    loop {
        if let Err(e) = round(&app, &client).await {
            tracing::error!(error = %e, "the exchange with partners failed");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn round(app: &App, client: &Client) -> app::Result<()> {
    answer::tell_all(app).await?;
    say::warn_late(app).await?;
    let posts = say::due(app).await?;
    // Side by side: one partner that does not answer holds up no other.
    let went = futures::future::join_all(posts.iter().map(|p| post(client, p))).await;
    for (post, went) in posts.iter().zip(&went) {
        say::settle(app, post, went).await?;
    }
    Ok(())
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
        Err(_) => Went::Not("无法连接".to_owned()),
    }
}
