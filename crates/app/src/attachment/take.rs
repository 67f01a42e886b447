//! What is done to a file before it is kept: known by its bytes, measured, shown to the scanner, made small.

use domain::attachment::{FileClass, Scan};
use kernel::{FieldError, Refusal, Ts};
use render::content::{BadContent, Content, recognise};
use sha2::{Digest as _, Sha256};

use super::clamd::{Clamd, Scanner, Verdict};
use crate::ctx::App;
use crate::world::World;
use crate::{Error, Result};

/// A file that has passed.
pub struct Taken {
    pub content: Content,
    pub class: FileClass,
    pub size: i64,
    pub digest: String,
    pub sha256: String,
    pub thumb: Option<String>,
    pub scan: Scan,
}

pub const fn class_of(content: Content) -> FileClass {
    if content.is_picture() {
        FileClass::Picture
    } else if content.is_audio() {
        FileClass::Audio
    } else {
        FileClass::Document
    }
}

fn refused(bad: BadContent) -> Refusal {
    let (message, remedy) = match bad {
        BadContent::Empty => ("文件是空的", "请重新选择文件"),
        BadContent::Unknown => {
            ("不接受这种文件", "可上传图片（JPG、PNG、WebP）、音频（WAV、MP3、M4A、OGG、AMR）、PDF、DOCX、XLSX、TXT")
        }
        BadContent::Heic => ("浏览器不能显示苹果手机的 HEIC 照片", "请在手机上选择“兼容性最佳”格式，或转为 JPG 后上传"),
        BadContent::OldOffice => ("不接受旧格式或加密的 Office 文件", "请取消密码，另存为 DOCX、XLSX 或 PDF 后上传"),
        BadContent::Macros => ("文件中含有宏或控件，不能上传", "请另存为不含宏的 DOCX、XLSX 或 PDF"),
        BadContent::Archive => ("不接受压缩包", "请解压后逐个上传"),
        BadContent::Damaged => ("文件已损坏，无法识别", "请重新导出或另选文件"),
    };
    FieldError::new("file", message).with_remedy(remedy).into()
}

fn within(world: &World, class: FileClass, size: usize) -> Result<()> {
    let key = match class {
        FileClass::Picture => "attachment.picture_mb",
        FileClass::Audio => "attachment.audio_mb",
        FileClass::Document => "attachment.document_mb",
    };
    let most = world.params.int(key);
    if i64::try_from(size).map_err(Error::broken)? > most << 20 {
        return Err(Refusal::invalid("file", format!("{}附件不能超过{most}MB，请压缩后上传", class.cn())).into());
    }
    Ok(())
}

/// The scanner's word. Where one is set up, nothing passes without it.
async fn scanned(world: &World, bytes: &[u8]) -> Result<Scan> {
    let Some(scanner) = Clamd::of(world.params.text("attachment.clamd")) else { return Ok(Scan::Unscanned) };
    match scanner.scan(bytes).await {
        Ok(Verdict::Clean) => Ok(Scan::Clean),
        Ok(Verdict::Infected(name)) => {
            tracing::warn!(malware = %name, "a file was refused");
            Err(Refusal::invalid("file", format!("文件含有病毒（{name}），未予保存，请在安全的计算机上处理")).into())
        }
        Err(e) => {
            tracing::error!(error = %e, "the scanner gave no verdict");
            Err(Refusal::state("scanner", "查毒服务暂时不可用，文件未保存。请稍后重试或联系系统管理员").into())
        }
    }
}

/// Nothing is wrong with the file or the person: the place of the files is full or out of reach.
fn unavailable(e: &std::io::Error, so: &str) -> Error {
    tracing::error!(error = %e, "the file store fails");
    Refusal::state("file_store", format!("附件存储暂时不可用，{so}。请稍后重试或联系系统管理员")).into()
}

/// Says nothing about the file: the scanner or the file store is away, and the same file may pass later.
pub fn is_passing(why: &Refusal) -> bool {
    matches!(&*why.code, "scanner" | "file_store")
}

/// Takes a file into the file store.
pub async fn take(app: &App, world: &World, bytes: Vec<u8>, now: Ts) -> Result<Taken> {
    let content = recognise(&bytes).map_err(refused)?;
    let class = class_of(content);
    within(world, class, bytes.len())?;
    let scan = scanned(world, &bytes).await?;
    let size = i64::try_from(bytes.len()).map_err(Error::broken)?;
    let (blobs, vault) = (std::sync::Arc::clone(&app.settings.files), app.store.vault.clone());
    let kept = tokio::task::spawn_blocking(move || {
        let small = content.is_picture().then(|| render::picture::thumbnail(&bytes)).flatten();
        if content.is_picture() && small.is_none() {
            return Ok(None);
        }
        let sha256 = kernel::hex_encode(&Sha256::digest(&bytes));
        let digest = store::blob::keep(&*blobs, &vault, &bytes, now)?;
        let thumb = small.map(|s| store::blob::keep(&*blobs, &vault, &s, now)).transpose()?;
        Ok::<_, std::io::Error>(Some((digest, sha256, thumb)))
    });
    let kept = kept.await.map_err(Error::broken)?.map_err(|e| unavailable(&e, "文件未保存"))?;
    let (digest, sha256, thumb) = kept.ok_or_else(|| refused(BadContent::Damaged))?;
    Ok(Taken { content, class, size, digest, sha256, thumb, scan })
}

/// Bytes of the file store.
pub async fn fetch(app: &App, name: &str) -> Result<Vec<u8>> {
    let (blobs, vault, name) = (std::sync::Arc::clone(&app.settings.files), app.store.vault.clone(), name.to_owned());
    let read = tokio::task::spawn_blocking(move || match blobs.get(&name) {
        Ok(sealed) => Ok(Some(store::blob::open(&vault, &name, &sealed)?)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(unavailable(&e, "暂时不能查看")),
    });
    let found = read.await.map_err(Error::broken)??;
    found.ok_or_else(|| Refusal::gone("文件不在存储中，请联系运维人员").into())
}
