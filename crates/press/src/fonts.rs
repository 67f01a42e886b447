//! Fonts are read from the machine and embedded, never shipped: Noto CJK (OFL) of the distribution, or an office's own
//! 仿宋, 楷体, 小标宋 and 黑体 in a folder of its choice.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use krilla::text::Font;
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::raw::FileRef;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider as _};

use crate::{Error, Result};

/// The faces official documents are set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Style {
    /// 仿宋, of the text.
    Fangsong,
    /// 宋体.
    Song,
    /// 小标宋, of titles; a bold 宋体 stands in.
    Title,
    /// 黑体.
    Hei,
    /// 楷体.
    Kai,
}

/// Where the distribution puts the fonts of `fonts-noto-cjk`.
const SYSTEM: &[&str] =
    &["/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/google-noto-cjk"];

impl Style {
    const ALL: [Self; 5] = [Self::Fangsong, Self::Song, Self::Title, Self::Hei, Self::Kai];

    /// The face a DOCX means by a name.
    #[must_use]
    pub fn named(name: &str, bold: bool) -> Self {
        let lower = name.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|w| lower.contains(w));
        if has(&["标宋", "biaosong", "fzxbs"]) {
            Self::Title
        } else if has(&["黑", "hei", "sans"]) {
            Self::Hei
        } else if has(&["楷", "kai"]) {
            Self::Kai
        } else if bold {
            Self::Title
        } else if has(&["仿宋", "fang"]) {
            Self::Fangsong
        } else {
            Self::Song
        }
    }

    /// An office's own file, without its ending.
    fn own(self) -> &'static str {
        match self {
            Self::Fangsong => "fangsong",
            Self::Song => "songti",
            Self::Title => "biaosong",
            Self::Hei => "heiti",
            Self::Kai => "kaiti",
        }
    }

    fn noto(self) -> &'static str {
        match self {
            Self::Fangsong | Self::Song | Self::Kai => "NotoSerifCJK-Regular.ttc",
            Self::Title => "NotoSerifCJK-Bold.ttc",
            Self::Hei => "NotoSansCJK-Regular.ttc",
        }
    }
}

/// A face ready to measure and embed.
pub struct Face {
    data: Arc<Vec<u8>>,
    index: u32,
    pub(crate) font: Font,
    em: f32,
}

impl std::fmt::Debug for Face {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Face").field("index", &self.index).finish_non_exhaustive()
    }
}

/// The fonts of this machine; each is read when first used.
#[derive(Debug, Default)]
pub struct Fonts {
    /// Where an office keeps its own fonts.
    own: Option<PathBuf>,
    faces: [OnceLock<Arc<Face>>; 5],
}

impl Fonts {
    #[must_use]
    pub fn new(own: Option<PathBuf>) -> Self {
        Self { own, faces: Default::default() }
    }

    fn path(&self, style: Style) -> Option<PathBuf> {
        let endings = ["ttf", "otf", "ttc"];
        let own = self.own.iter().flat_map(|folder| endings.map(|e| folder.join(format!("{}.{e}", style.own()))));
        let system = SYSTEM.iter().map(|folder| Path::new(folder).join(style.noto()));
        own.chain(system).find(|p| p.exists())
    }

    /// The face of a style.
    ///
    /// # Errors
    /// When no font is installed for it.
    pub fn face(&self, style: Style) -> Result<Arc<Face>> {
        let place = &self.faces[style as usize];
        if let Some(face) = place.get() {
            return Ok(Arc::clone(face));
        }
        let missing = || {
            let message =
                "缺少生成 PDF 所需的中文字体，请在服务器上安装软件包 fonts-noto-cjk，或将字体文件放入字体目录";
            Error::Font(message.to_owned())
        };
        let path = self.path(style).ok_or_else(missing)?;
        // Two styles of one file share its bytes.
        let same = |other: &Style| self.path(*other).as_ref() == Some(&path);
        let shared = Style::ALL.iter().filter(|s| same(s)).find_map(|s| self.faces[*s as usize].get());
        let face = match shared {
            Some(face) => Arc::clone(face),
            None => Arc::new(load(&path)?),
        };
        Ok(Arc::clone(place.get_or_init(|| face)))
    }
}

fn load(path: &Path) -> Result<Face> {
    let broken = |why: &str| Error::Font(format!("字体文件 {} 无法使用：{why}", path.display()));
    let data = Arc::new(std::fs::read(path).map_err(|e| broken(&e.to_string()))?);
    let index = {
        let file = FileRef::new(&data).map_err(|e| broken(&e.to_string()))?;
        let name =
            |f: &FontRef<'_>| f.localized_strings(StringId::FAMILY_NAME).english_or_first().map(|s| s.to_string());
        let simplified = |f: &FontRef<'_>| name(f).is_some_and(|n| n.ends_with(" SC") && !n.contains("Mono"));
        let fonts: Vec<FontRef<'_>> = file.fonts().filter_map(Result::ok).collect();
        u32::try_from(fonts.iter().position(simplified).unwrap_or(0)).unwrap_or(0)
    };
    let font = Font::new(Arc::clone(&data).into(), index).ok_or_else(|| broken("不是可嵌入的字体"))?;
    let em = font.units_per_em();
    Ok(Face { data, index, font, em })
}

impl Face {
    /// Glyphs and widths of characters.
    pub(crate) fn measure(&self) -> Option<Measure<'_>> {
        let font = FontRef::from_index(&self.data, self.index).ok()?;
        let widths = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        Some(Measure { glyphs: font.charmap(), widths, em: self.em })
    }
}

pub(crate) struct Measure<'a> {
    glyphs: Charmap<'a>,
    widths: GlyphMetrics<'a>,
    em: f32,
}

impl Measure<'_> {
    /// Glyph and advance in ems; the box of a missing glyph where the font does not know the character.
    pub fn glyph(&self, c: char) -> (u32, f32) {
        let id = self.glyphs.map(c).unwrap_or_default();
        (id.to_u32(), self.widths.advance_width(id).unwrap_or(self.em) / self.em)
    }
}
