//! 导入: a file of another system's orders, from the command line.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use app::App;
use app::import::{ImportPlan, ImportReport, Mapping, import_run};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{cli, serve, wire_up};

/// Imports a file and says what became of its rows. Rows that were refused are no failure: they stand in the result
/// file with their reasons.
///
/// # Errors
/// When the file, its mapping or the database cannot be read, or the run itself breaks off.
pub async fn import(options: cli::Import) -> Result<()> {
    let app = wire_up::open(&options.data).await?;
    serve::first_start(&app).await?;
    app.refresh().await?;
    let plan = plan(&options)?;
    let (result, resume) = (plan.result.clone(), plan.resume);
    println!("导入 {}，来源系统“{}”", options.file.display(), plan.mapping.src_sys);
    let stop = stop_on_interrupt();
    let report = run(&app, plan, &stop).await?;
    println!("{}", summary(&report, resume));
    println!("逐行结果：{}", result.display());
    app.store.db.close().await;
    if stop.load(Ordering::Relaxed) {
        bail!("导入已按要求停止，加上 --resume 重新执行即可接着导入");
    }
    Ok(())
}

/// The plan of a command line: the mapping file first, then `--set`.
fn plan(options: &cli::Import) -> Result<ImportPlan> {
    let mut mapping = match &options.map {
        Some(path) => {
            let text =
                std::fs::read_to_string(path).with_context(|| format!("无法读取列映射文件 {}", path.display()))?;
            Mapping::from_toml(&text).map_err(|r| told(&r)).with_context(|| format!("列映射文件 {}", path.display()))?
        }
        None => {
            Mapping { src_sys: options.source.clone().unwrap_or_else(|| "import".to_owned()), ..Mapping::default() }
        }
    };
    if let Some(source) = &options.source {
        mapping.src_sys.clone_from(source);
    }
    for pair in &options.set {
        mapping.assign(pair).map_err(|r| told(&r))?;
    }
    if mapping.columns.is_empty() {
        bail!("没有列映射：请用 --map 指定列映射文件（示例见 docs/import），或用 --set 字段=列名");
    }
    let result = options.result.clone().unwrap_or_else(|| beside(&options.file));
    Ok(ImportPlan { file: options.file.clone(), mapping, result, resume: options.resume })
}

/// A refusal as a line of text.
fn told(refusal: &kernel::Refusal) -> anyhow::Error {
    let remedies: Vec<&str> = refusal.fields.iter().filter_map(|f| f.remedy.as_deref()).collect();
    match remedies.is_empty() {
        true => anyhow::anyhow!("{}", refusal.message),
        false => anyhow::anyhow!("{}。{}", refusal.message, remedies.join("；")),
    }
}

/// `诉求.csv` → `诉求.csv.result.csv`.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".result.csv");
    PathBuf::from(name)
}

/// Runs a plan with a progress line on the terminal.
///
/// # Errors
/// When the run breaks off.
pub async fn run(app: &Arc<App>, plan: ImportPlan, stop: &AtomicBool) -> Result<ImportReport> {
    let bar = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} 已用 {elapsed}  {msg}").context("the template is valid")?;
    bar.set_style(style);
    bar.enable_steady_tick(Duration::from_millis(200));
    let progress = |report: &ImportReport| {
        bar.set_message(format!(
            "第 {} 行  导入 {}  已存在 {}  未导入 {}  {} 行/秒",
            report.line,
            report.imported,
            report.known,
            report.refused,
            report.rate()
        ));
        !stop.load(Ordering::Relaxed)
    };
    let done = import_run(app, &app.system("import"), plan, &progress).await;
    bar.finish_and_clear();
    match done {
        Ok(report) => Ok(report),
        Err(app::Error::Refused(refusal)) => Err(told(&refusal)),
        Err(e) => Err(e.into()),
    }
}

fn summary(report: &ImportReport, resumed: bool) -> String {
    #[expect(clippy::cast_precision_loss, reason = "seconds to read")]
    let seconds = report.millis as f64 / 1000.0;
    let head = if resumed { "接续导入" } else { "导入" };
    let mut text = format!(
        "{head}完成：共 {} 行，导入 {}，已存在 {}，未导入 {}；用时 {seconds:.1} 秒，{} 行/秒",
        report.rows(),
        report.imported,
        report.known,
        report.refused,
        report.rate()
    );
    if report.refused > 0 {
        text.push_str("\n未导入的行及原因见结果文件；改正列映射或源文件后重新导入，已导入的行不会重复");
    }
    text
}

/// Ctrl-C ends the run after the batch under way, so that the result file is complete.
fn stop_on_interrupt() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&stop);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            told.store(true, Ordering::Relaxed);
        }
    });
    stop
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(set: &[&str]) -> cli::Import {
        cli::Import {
            data: cli::Data::at("data".into(), None),
            file: "诉求.csv".into(),
            map: None,
            set: set.iter().map(|s| (*s).to_owned()).collect(),
            source: None,
            result: None,
            resume: false,
        }
    }

    #[test]
    fn a_mapping_can_be_given_on_the_command_line_alone() {
        let plan = plan(&options(&["content=内容", "src_no=编号"])).unwrap();
        assert_eq!(plan.mapping.src_sys, "import");
        assert_eq!(plan.result, PathBuf::from("诉求.csv.result.csv"));
        assert_eq!(plan.mapping.columns.len(), 2);
    }

    #[test]
    fn no_mapping_and_a_wrong_one_say_what_to_do() {
        assert!(plan(&options(&[])).unwrap_err().to_string().contains("--map"));
        assert!(plan(&options(&["phon=电话"])).unwrap_err().to_string().contains("phone"));
    }

    #[test]
    fn the_shipped_mappings_are_valid() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/import");
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|e| e == "toml") {
                Mapping::from_toml(&std::fs::read_to_string(&path).unwrap())
                    .unwrap_or_else(|r| panic!("{}: {r}", path.display()));
                seen += 1;
            }
        }
        assert!(seen >= 2);
    }
}
