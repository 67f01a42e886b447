//! Uploaded prompts: converted, kept in the folder of prompts, heard from the next call on.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use switch::Embedded;

/// Samples of a prompt per millisecond.
const PER_MS: usize = 8;

/// The switch that runs now, if any.
#[derive(Clone, Default)]
pub struct Running(Arc<Mutex<(Option<u16>, Option<Embedded>)>>);

impl Running {
    pub fn set(&self, port: Option<u16>, switch: Option<Embedded>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (port, switch);
    }

    /// The SIP port it listens on.
    pub fn port(&self) -> Option<u16> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn switch(&self) -> Option<Embedded> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }
}

pub struct Studio {
    folder: Option<PathBuf>,
    running: Running,
}

impl Studio {
    pub const fn new(folder: Option<PathBuf>, running: Running) -> Self {
        Self { folder, running }
    }
}

impl app::call::Studio for Studio {
    fn accept(&self, name: &str, bytes: &[u8]) -> Result<i64, String> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        if name.is_empty() || name.len() > 64 || !name.chars().all(fits) || name.starts_with('.') {
            return Err("语音名称只能由小写字母、数字、点和横线组成，请改名后上传".to_owned());
        }
        let folder = self.folder.as_ref().ok_or("未配置提示音目录（prompts），不能替换语音")?;
        let samples = switch::convert_prompt(bytes).map_err(|e| e.to_string())?;
        let cannot = |e: std::io::Error| format!("语音文件无法保存（{e}），请检查提示音目录的权限和磁盘空间");
        std::fs::create_dir_all(folder).map_err(cannot)?;
        // Whole or not at all: the folder may be read while it is written.
        let (part, whole) = (folder.join(format!("{name}.al.part")), folder.join(format!("{name}.al")));
        std::fs::write(&part, &samples).map_err(cannot)?;
        std::fs::rename(&part, &whole).map_err(cannot)?;
        if let Some(switch) = self.running.switch() {
            switch.reload_prompts(Some(folder)).map_err(cannot)?;
        }
        Ok(i64::try_from(samples.len() / PER_MS).unwrap_or(i64::MAX))
    }
}
