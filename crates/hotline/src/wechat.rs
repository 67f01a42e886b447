//! 微信公众号 of one process: conversations that have ended become pieces of 待登记, with the files WeChat keeps for three days.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::inbox::{self, ArrivedFile};
use app::social::{talk, talk::Talk, wechat};
use citizen::WechatWhat;
use domain::inbox::Adapter;
use domain::social::WechatSettings;
use gateway::wechat::Api;

const EVERY: Duration = Duration::from_secs(3);
/// How long the account is this process's without a sign of life, milliseconds.
const LEASE_MS: i64 = 60_000;
/// Words wait so long for a file that cannot be had, milliseconds.
const FILES_MS: i64 = 30 * 60_000;

struct Open {
    settings: WechatSettings,
    api: Api,
}

pub async fn run_forever(app: Arc<App>) {
    let mut open = None;
    loop {
        if let Err(why) = round(&app, &mut open).await
            && let Err(e) = inbox::line(&app, Adapter::Wechat, false, Some(&why)).await
        {
            tracing::error!(error = %e, "the state of the account could not be noted");
        }
        tokio::time::sleep(EVERY).await;
    }
}

fn broken(e: app::Error) -> String {
    tracing::error!(error = %e, "a conversation could not be taken in");
    match e.refusal() {
        Some(why) => why.message.clone(),
        None => "平台暂时不能整理来件，消息已保存，稍后自动处理".to_owned(),
    }
}

async fn round(app: &App, open: &mut Option<Open>) -> Result<(), String> {
    let settings = wechat::settings(app).await.map_err(broken)?;
    let until = app.now().plus_millis(LEASE_MS);
    if !settings.on || !inbox::hold(app, Adapter::Wechat, until).await.map_err(broken)? {
        *open = None;
        return Ok(());
    }
    if open.as_ref().is_none_or(|o| o.settings != settings) {
        *open = Some(Open { api: Api::new(&settings)?, settings });
    }
    let Some(Open { api, .. }) = open else { return Ok(()) };
    let able = api.check().await;
    for talk in talk::ended_talks(app).await.map_err(broken)? {
        if let Some((files, remarks)) = files(app, api, &talk).await {
            talk::deliver(app, &talk, files, remarks).await.map_err(broken)?;
        }
    }
    able?;
    inbox::line(app, Adapter::Wechat, true, None).await.map_err(broken)
}

/// The files of a conversation with remarks about those that are not to be had; `None` while they may come.
async fn files(app: &App, api: &Api, talk: &Talk) -> Option<(Vec<ArrivedFile>, Vec<String>)> {
    let late = app.now().0 - talk.last().0 > FILES_MS;
    let (mut files, mut remarks, mut pictures, mut voices) = (Vec::new(), Vec::new(), 0, 0);
    for piece in &talk.pieces {
        let Some((media, shown_at)) = piece.media() else { continue };
        let (word, n) = match piece.what {
            WechatWhat::Voice { .. } => ("语音", &mut voices),
            _ => ("图片", &mut pictures),
        };
        *n += 1;
        let why = match api.media(media).await {
            Ok(Ok(file)) => {
                files.push(ArrivedFile { name: format!("{word}{n}.{}", file.ending), bytes: file.bytes });
                continue;
            }
            Ok(Err(why)) => why,
            Err(why) if late => why,
            Err(_) => return None,
        };
        let place = shown_at.map(|at| format!("，原图地址：{at}")).unwrap_or_default();
        remarks.push(format!("{word}{n}未能取回：{why}{place}"));
    }
    Some((files, remarks))
}
