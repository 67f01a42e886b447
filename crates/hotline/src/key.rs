//! The master key: 32 random bytes in a file that only the platform's user may read.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use kernel::{Mint, Secret, SystemMint};

/// Reads the key, or makes one when neither key nor data exist yet.
///
/// # Errors
/// When the file cannot be read or written, or is not 64 hex digits.
pub fn load_or_create(path: &Path) -> Result<Secret<[u8; 32]>> {
    if path.exists() {
        let text = fs::read_to_string(path).with_context(|| format!("无法读取主密钥 {}", path.display()))?;
        let bytes = kernel::hex_decode(text.trim()).and_then(|b| <[u8; 32]>::try_from(b).ok());
        return bytes.map(Secret::new).with_context(|| format!("主密钥 {} 应为64位十六进制", path.display()));
    }
    let mut bytes = [0_u8; 32];
    SystemMint.bytes(&mut bytes);
    write_private(path, &kernel::hex_encode(&bytes))?;
    Ok(Secret::new(bytes))
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("无法建立目录 {}", folder.display()))?;
    }
    let mut file = match fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(file) => file,
        Err(e) => bail!("无法写入主密钥 {}: {e}", path.display()),
    };
    writeln!(file, "{text}")?;
    file.sync_all()?;
    Ok(())
}
