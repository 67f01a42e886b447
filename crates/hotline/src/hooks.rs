//! Sends what is to be pushed, for ever.

use std::sync::Arc;
use std::time::{Duration, Instant};

use app::App;
use app::open::hook::{self, Push, Went};
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use reqwest::redirect::Policy;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);
/// Who does not answer within this time has not got it.
const PATIENCE: Duration = Duration::from_secs(10);

pub async fn run_forever(app: Arc<App>) {
    // A redirection could lead anywhere: only the address a person entered is called.
    // Only http:// is pushed to: root certificates, which a machine may lack, are not looked for.
    let client = Client::builder().timeout(PATIENCE).redirect(Policy::none()).tls_certs_only([]).build();
    let client = match client {
        Ok(client) => client,
        Err(e) => return tracing::error!(error = %e, "nothing can be pushed"),
    };
    loop {
        if let Err(e) = round(&app, &client).await {
            tracing::error!(error = %e, "pushing changes failed");
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn round(app: &App, client: &Client) -> app::Result<()> {
    let pushes = hook::due(app).await?;
    // Side by side: one receiver that does not answer holds up no other.
    let sent = futures::future::join_all(pushes.iter().map(|push| send(client, push))).await;
    for (push, went) in pushes.iter().zip(&sent) {
        hook::settle(app, push, went).await?;
    }
    Ok(())
}

async fn send(client: &Client, push: &Push) -> Went {
    let begun = Instant::now();
    let request = client.post(&push.hook.url).header(CONTENT_TYPE, "application/json; charset=utf-8");
    let answer = request.header("X-Hotline-Signature", &push.signature).body(push.body.clone()).send().await;
    let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
    match answer {
        Ok(answer) => Went { status: Some(answer.status().as_u16()), error: None, took_ms },
        Err(e) => {
            let error = if e.is_timeout() { "超过10秒没有应答" } else { "无法连接" };
            Went { status: None, error: Some(error.to_owned()), took_ms }
        }
    }
}
