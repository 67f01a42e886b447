//! What a document is made of: the part of WordprocessingML that official letters and forms need. Lengths are points
//! (1/72 inch) unless a name says otherwise.

use std::collections::BTreeMap;

/// A whole document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sheet {
    pub page: Page,
    pub body: Vec<Block>,
    pub first_header: Vec<Block>,
    pub first_footer: Vec<Block>,
    pub header: Vec<Block>,
    pub footer: Vec<Block>,
    /// Of even pages; the same as `footer` when empty.
    pub even_footer: Vec<Block>,
    /// The first page has header and footer of its own.
    pub title_page: bool,
    /// Pictures by the name runs refer to, PNG or JPEG.
    pub images: BTreeMap<String, Vec<u8>>,
    /// What was found in a file and cannot be set, in words.
    pub left_out: Vec<String>,
}

/// 版面: paper and margins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Page {
    pub width: f32,
    pub height: f32,
    pub top: f32,
    pub bottom: f32,
    pub left: f32,
    pub right: f32,
    /// From the paper's edge to the header.
    pub header: f32,
    pub footer: f32,
}

/// Points in a millimetre.
pub const MM: f32 = 72.0 / 25.4;

impl Default for Page {
    /// A4 with the margins of GB/T 9704—2012: 天头 37 mm, 订口 28 mm, 版心 156 mm × 225 mm.
    fn default() -> Self {
        Self {
            width: 210.0 * MM,
            height: 297.0 * MM,
            top: 37.0 * MM,
            bottom: 35.0 * MM,
            left: 28.0 * MM,
            right: 26.0 * MM,
            header: 15.0 * MM,
            footer: 25.0 * MM,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Para(Para),
    Table(Table),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    #[default]
    Left,
    Center,
    Right,
    /// 两端对齐.
    Both,
    /// 分散对齐: the last line too.
    Distribute,
}

/// How far apart the lines are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spacing {
    /// Times the font's own height.
    Times(f32),
    Exact(f32),
    AtLeast(f32),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Para {
    pub align: Align,
    pub left: f32,
    pub right: f32,
    /// 首行缩进, negative for a hanging one.
    pub first: f32,
    pub before: f32,
    pub after: f32,
    pub spacing: Spacing,
    pub keep_next: bool,
    pub page_break: bool,
    pub above: Option<Rule>,
    pub below: Option<Rule>,
    pub runs: Vec<Run>,
}

impl Default for Para {
    fn default() -> Self {
        Self {
            align: Align::Left,
            left: 0.0,
            right: 0.0,
            first: 0.0,
            before: 0.0,
            after: 0.0,
            spacing: Spacing::Times(1.0),
            keep_next: false,
            page_break: false,
            above: None,
            below: None,
            runs: Vec::new(),
        }
    }
}

/// Red, green, blue.
pub type Colour = [u8; 3];
pub const BLACK: Colour = [0, 0, 0];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    Single,
    /// 上粗下细.
    ThickThin,
    /// 上细下粗.
    ThinThick,
}

/// A line above or below a paragraph, or of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rule {
    pub stroke: Stroke,
    /// Of the whole.
    pub width: f32,
    pub colour: Colour,
    /// Between text and line.
    pub space: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub piece: Piece,
    /// As the DOCX names it: `仿宋_GB2312`.
    pub font: String,
    pub size: f32,
    pub bold: bool,
    pub underline: bool,
    pub colour: Colour,
    /// Added after each character.
    pub track: f32,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    Text(String),
    /// A new line inside the paragraph.
    Break,
    Tab,
    /// The number of the page.
    PageNumber,
    Image {
        /// Key in [`Sheet::images`].
        name: String,
        width: f32,
        height: f32,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub columns: Vec<f32>,
    pub align: Align,
    pub indent: f32,
    pub rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// At least this high; exactly when `exact`.
    pub height: f32,
    pub exact: bool,
    /// Stays on one page if that is possible.
    pub whole: bool,
    /// Repeated on every page.
    pub heading: bool,
    pub cells: Vec<Cell>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Top,
    Middle,
    Bottom,
}

/// Whether a cell goes on into the row below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Merge {
    #[default]
    None,
    Start,
    Goes,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    pub span: usize,
    pub merge: Merge,
    pub place: Place,
    /// Top, right, bottom, left.
    pub edges: [Option<Rule>; 4],
    /// Left and right room inside.
    pub pad: f32,
    pub shade: Option<Colour>,
    pub blocks: Vec<Block>,
}
