//! A closed loop of clients against a running platform, over HTTP as an integrator would call it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::{Value, json};

use super::client::Client;

/// What one run of the loop saw.
#[derive(Clone, Debug)]
pub struct Load {
    pub concurrency: usize,
    pub done: usize,
    pub per_second: f64,
    pub errors: u64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub p99_ms: f64,
    pub max_ms: f64,
}

/// The value below which `share` of the sorted samples lie.
#[must_use]
pub fn percentile(sorted: &[Duration], share: f64) -> f64 {
    if sorted.is_empty() {
        return 0.0;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into the samples"
    )]
    let at = ((sorted.len() as f64 * share).ceil() as usize).clamp(1, sorted.len()) - 1;
    sorted[at].as_secs_f64() * 1000.0
}

/// Registers orders from `concurrency` clients at once for `length`. `serial` keeps the runs of one server apart.
///
/// # Errors
/// When every request failed.
pub async fn register(
    clients: &[Client],
    serial: &Arc<AtomicU64>,
    concurrency: usize,
    length: Duration,
) -> Result<Load> {
    let errors = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut callers = Vec::new();
    for at in 0..concurrency {
        let client = clients[at % clients.len()].clone();
        let (serial, errors) = (Arc::clone(serial), Arc::clone(&errors));
        callers.push(tokio::spawn(async move {
            let mut took = Vec::new();
            while start.elapsed() < length {
                let body = form(serial.fetch_add(1, Ordering::Relaxed));
                let sent = Instant::now();
                match client.post("/orders", &body).await {
                    Ok(_) => took.push(sent.elapsed()),
                    Err(e) => {
                        if errors.fetch_add(1, Ordering::Relaxed) == 0 {
                            eprintln!("first error: {e:#}");
                        }
                    }
                }
            }
            took
        }));
    }
    let mut took = Vec::new();
    for caller in callers {
        took.extend(caller.await?);
    }
    let elapsed = start.elapsed().as_secs_f64();
    if took.is_empty() {
        bail!("no registration succeeded");
    }
    took.sort();
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let per_second = took.len() as f64 / elapsed;
    Ok(Load {
        concurrency,
        done: took.len(),
        per_second,
        errors: errors.load(Ordering::Relaxed),
        p50_ms: percentile(&took, 0.50),
        p95_ms: percentile(&took, 0.95),
        p99_ms: percentile(&took, 0.99),
        max_ms: percentile(&took, 1.0),
    })
}

/// A plausible registration; the serial keeps callers and words apart.
#[must_use]
pub fn form(serial: u64) -> Value {
    const PLACES: &[&str] = &["人民路", "滨河大道", "建设街", "学院路", "新华巷", "东风路", "解放路", "云溪大道"];
    const MATTERS: &[(&str, &str)] = &[
        ("路灯不亮", "晚上出行很不方便，老人孩子容易摔倒，希望尽快派人维修"),
        ("井盖破损", "车辆经过有异响，担心出现事故，希望更换井盖并在修复前做好围挡"),
        ("夜间施工噪音", "每天凌晨两点还在施工，影响休息，希望责令停止夜间施工"),
        ("暖气不热", "室内温度只有十四度，已多次联系供热公司未解决，希望上门检测"),
    ];
    #[expect(clippy::cast_possible_truncation, reason = "an index into a short list")]
    let (place, matter) = (PLACES[serial as usize % PLACES.len()], MATTERS[(serial / 8) as usize % MATTERS.len()]);
    let number = serial % 900 + 1;
    json!({
        "channel": "01", "demand_type": "complaint", "category": "030901", "urgency": "u3",
        "title": format!("{place}{number}号{}", matter.0),
        "content": format!("市民反映：{place}{number}号附近{}，{}。", matter.0, matter.1),
        "region": "990102001001", "address": format!("{place}{number}号"),
        "requester": { "name": format!("测试{serial}"), "phone": format!("199{:08}", serial % 100_000_000), "kind": "person" },
        "confidentiality": "none", "callback_wanted": true, "duplicates_checked": true
    })
}
