//! The running platform: API, desk, reconcilers, until it is told to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use app::App;
use axum::Router;
use domain::message::Medium;
use tower_http::compression::CompressionLayer;

use crate::cli::Serve;
use crate::{hooks, mailbox, messages, outer, partners, phone, portal_site, spa, wechat, weibo, wire_up};

/// Serves until SIGINT or SIGTERM, then lets requests under way finish.
///
/// # Errors
/// When the data cannot be opened or the address is taken.
pub async fn serve(options: Serve) -> Result<()> {
    let config = phone::configure(&options.phone, &options.data.data, options.demo)?;
    let app = wire_up::open_with(&options.data, config.recordings.clone()).await?;
    app.look_into_mailboxes_with(Box::new(mailbox::Probe));
    app.ask_weibo_with(Box::new(weibo::Probe));
    prepare(&app, &options).await?;
    let listener = tokio::net::TcpListener::bind(options.listen)
        .await
        .with_context(|| format!("无法监听 {}，端口可能已被占用", options.listen))?;
    let portal = portal_site::listen(options.portal()).await?;
    println!("平台已启动：http://{}", listener.local_addr()?);
    if let Some(portal) = &portal {
        println!("群众网站：http://{}", portal.local_addr()?);
    }
    let mut background = vec![
        tokio::spawn(app::reconcile::run_forever(Arc::clone(&app))),
        tokio::spawn(app::jobs::run_forever(Arc::clone(&app))),
        tokio::spawn(hooks::run_forever(Arc::clone(&app))),
        tokio::spawn(messages::run_forever(Arc::clone(&app), Medium::Sms)),
        tokio::spawn(messages::run_forever(Arc::clone(&app), Medium::Mail)),
        tokio::spawn(partners::run_forever(Arc::clone(&app), partners::client(&options.partner)?)),
        tokio::spawn(messages::run_forever(Arc::clone(&app), Medium::Wechat)),
        tokio::spawn(wechat::run_forever(Arc::clone(&app))),
        tokio::spawn(messages::run_forever(Arc::clone(&app), Medium::Weibo)),
        tokio::spawn(weibo::run_forever(Arc::clone(&app))),
        tokio::spawn(mailbox::run_forever(Arc::clone(&app))),
    ];
    background.extend(outer::inner(&app, &options.exchange, &options.data.data)?);
    if let Some(portal) = portal {
        background.push(tokio::spawn(portal_site::serve(portal, portal_site::of_core(&app, options.behind_tls))));
    }
    let calls = phone::start(&app, &options.phone, config);
    let service = router(&app, options.behind_tls).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = Arc::clone(&app);
    axum::serve(listener, service)
        .with_graceful_shutdown(async move {
            told_to_stop().await;
            // Pages still speak with the floor while it lets the last calls end.
            if let Some(calls) = calls {
                calls.drain(told_to_stop()).await;
            }
            // Open event streams would hold the shutdown up for ever.
            stopping.bus.close();
        })
        .await?;
    for task in background {
        task.abort();
    }
    Ok(())
}

fn router(app: &Arc<App>, behind_tls: bool) -> Router {
    let trace = wire::trace::Source { clock: Arc::clone(&app.clock), mint: Arc::clone(&app.mint) };
    Router::new()
        .merge(api::router(api::Desk { app: Arc::clone(app), behind_tls }))
        .fallback(spa::file)
        .layer(CompressionLayer::new())
        .layer(axum::middleware::from_fn_with_state(trace, wire::trace::layer))
}

/// First start: reference data and three administrators, whose passwords are printed once.
///
/// # Errors
/// When the database cannot be written.
pub async fn first_start(app: &Arc<App>) -> Result<()> {
    let first = app::seed::first_start(app).await?;
    if !first.accounts.is_empty() {
        println!("首次启动，已生成管理员账号（口令只显示这一次，首次登录须修改）：");
        for (login, password) in &first.accounts {
            println!("  {login}  {password}");
        }
    }
    Ok(())
}

/// The demo city too, when asked for.
async fn prepare(app: &Arc<App>, options: &Serve) -> Result<()> {
    first_start(app).await?;
    if options.demo {
        match app::demo::demo_load(app, options.demo_orders, &|done, all| progress(done, all)).await? {
            Some(loaded) => {
                println!("演示数据已载入：{} 个用户，{} 件工单，{} 通电话", loaded.users, loaded.orders, loaded.calls);
                println!("演示用户统一口令（只显示这一次）：{}", loaded.password);
                println!("可用账号例：agent01 话务员，dispatcher01 派单员，auditor01 审核员，callback01 回访员");
            }
            None => println!("数据库中已有数据，未再载入演示数据"),
        }
    }
    Ok(())
}

fn progress(done: usize, all: usize) {
    if done == all || done.is_multiple_of(50) {
        eprintln!("载入演示数据 {done}/{all}");
    }
}

pub(crate) async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(e) => {
            tracing::warn!(error = %e, "cannot listen for SIGTERM");
            let _ = interrupt.await;
            return;
        }
    };
    tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
}
