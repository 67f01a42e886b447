//! A paragraph as lines: where Chinese may break (避头尾), how lines are filled to both edges, how high they are.

use std::collections::BTreeMap;

use crate::fonts::{Measure, Style};
use crate::model::{Align, Colour, Para, Piece, Run, Spacing};

/// One glyph: its number, advance in points, and the bytes of its character in the text.
#[derive(Clone, Debug)]
pub struct Glyph {
    pub id: u32,
    pub advance: f32,
    pub from: usize,
    pub to: usize,
}

/// Something at a place, measured from the corner of what holds it.
#[derive(Clone, Debug)]
pub enum Item {
    Text { x: f32, y: f32, style: Style, size: f32, colour: Colour, text: String, glyphs: Vec<Glyph> },
    Image { name: String, x: f32, y: f32, width: f32, height: f32 },
    Rule { x: f32, y: f32, to_x: f32, to_y: f32, width: f32, colour: Colour },
    Fill { x: f32, y: f32, width: f32, height: f32, colour: Colour },
}

impl Item {
    pub fn shift(&mut self, dx: f32, dy: f32) {
        match self {
            Self::Text { x, y, .. } | Self::Image { x, y, .. } | Self::Fill { x, y, .. } => {
                *x += dx;
                *y += dy;
            }
            Self::Rule { x, y, to_x, to_y, .. } => {
                *x += dx;
                *to_x += dx;
                *y += dy;
                *to_y += dy;
            }
        }
    }
}

#[derive(Clone, Debug)]
pub struct Line {
    pub height: f32,
    pub items: Vec<Item>,
}

/// Height of a line of its own accord, times the size: what office programs take for 仿宋.
const NATURAL: f32 = 1.3;
/// The em box above the base line.
const ASCENT: f32 = 0.88;
/// Between default tab stops, points.
const TAB: f32 = 21.0;

/// May not begin a line.
const NO_START: &str = "，。、；：？！）》〉】〕」』”’…—％‰℃·,.;:?!)]}%";
/// May not end a line.
const NO_END: &str = "（《〈【〔「『“‘￥$([{";

pub type Measures<'a> = BTreeMap<Style, Measure<'a>>;

#[derive(Clone, Copy)]
enum What<'a> {
    Char(char),
    Break,
    Tab,
    Image(&'a str, f32),
}

#[derive(Clone, Copy)]
struct Unit<'a> {
    what: What<'a>,
    glyph: u32,
    width: f32,
    run: &'a Run,
    style: Style,
}

/// Set on its own: a Chinese character or punctuation of its width.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2014}' | '\u{2018}'..='\u{201d}' | '\u{2026}' | '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

fn may_break(before: &Unit<'_>, after: &Unit<'_>) -> bool {
    match (before.what, after.what) {
        (What::Char(a), What::Char(b)) => {
            if NO_START.contains(b) || NO_END.contains(a) || b == ' ' {
                return false;
            }
            a == ' ' || a == '-' || is_wide(a) || is_wide(b)
        }
        _ => true,
    }
}

fn units<'a>(para: &'a Para, number: usize, measures: &Measures<'_>) -> Vec<Unit<'a>> {
    let mut out = Vec::new();
    for run in &para.runs {
        let style = Style::named(&run.font, run.bold);
        let unit = |what, glyph, width| Unit { what, glyph, width, run, style };
        let char_unit = |c: char| {
            let (glyph, ems) = measures.get(&style).map_or((0, 1.0), |m| m.glyph(c));
            unit(What::Char(c), glyph, ems * run.size + run.track)
        };
        match &run.piece {
            Piece::Text(text) => out.extend(text.chars().filter(|c| !c.is_control()).map(char_unit)),
            Piece::PageNumber => out.extend(number.to_string().chars().map(char_unit)),
            Piece::Break => out.push(unit(What::Break, 0, 0.0)),
            Piece::Tab => out.push(unit(What::Tab, 0, TAB)),
            Piece::Image { name, width, height } => out.push(unit(What::Image(name, *height), 0, *width)),
        }
    }
    out
}

/// Where lines end: half-open ranges of units, and whether the line was ended by the text itself.
fn cut(all: &[Unit<'_>], first: f32, rest: f32) -> Vec<(usize, usize, bool)> {
    let mut lines = Vec::new();
    let (mut from, mut width, mut last) = (0, 0.0, None);
    let mut at = 0;
    while at < all.len() {
        let room = if lines.is_empty() { first } else { rest };
        let unit = &all[at];
        if matches!(unit.what, What::Break) {
            lines.push((from, at, true));
            (from, width, last) = (at + 1, 0.0, None);
            at += 1;
            continue;
        }
        if at > from && may_break(&all[at - 1], unit) {
            last = Some(at);
        }
        let blank = matches!(unit.what, What::Char(' '));
        if width + unit.width > room + 0.01 && at > from && !blank {
            let end = last.unwrap_or(at);
            lines.push((from, end, false));
            (from, width, last, at) = (end, 0.0, None, end);
            continue;
        }
        width += unit.width;
        at += 1;
    }
    lines.push((from, all.len(), true));
    lines
}

/// Takes blanks off both ends of a line that was broken.
fn trimmed<'u, 'a>(all: &'u [Unit<'a>], started: bool) -> &'u [Unit<'a>] {
    let blank = |u: &Unit<'_>| matches!(u.what, What::Char(' '));
    let end = all.iter().rposition(|u| !blank(u)).map_or(0, |n| n + 1);
    let start = if started { 0 } else { all.iter().position(|u| !blank(u)).unwrap_or(0).min(end) };
    &all[start..end]
}

/// Room between two units may grow.
fn is_gap(pair: &[Unit<'_>]) -> bool {
    let loose = |u: &Unit<'_>| matches!(u.what, What::Char(c) if is_wide(c) || c == ' ');
    loose(&pair[0]) || loose(&pair[1])
}

/// Breaks a paragraph into lines of a width. `number` is the page's.
pub fn lines(para: &Para, width: f32, number: usize, measures: &Measures<'_>) -> Vec<Line> {
    let all = units(para, number, measures);
    let size = para.runs.iter().map(|r| r.size).fold(0.0_f32, f32::max);
    let room = (width - para.left - para.right).max(10.0);
    let cuts = cut(&all, (room - para.first).max(10.0), room);
    let set = cuts.iter().enumerate().map(|(n, (from, to, ended))| {
        let first = if n == 0 { para.first } else { 0.0 };
        let units = trimmed(&all[*from..*to], n == 0 || cuts[n - 1].2);
        line(para, units, para.left + first, room - first, *ended, size)
    });
    set.collect()
}

fn line(para: &Para, units: &[Unit<'_>], left: f32, room: f32, ended: bool, size: f32) -> Line {
    let natural: f32 = units.iter().map(|u| u.width).sum();
    // What is added after the last character is not seen.
    let natural = natural - units.last().map_or(0.0, |u| u.run.track.max(0.0));
    let spare = room - natural;
    let gaps = units.windows(2).filter(|p| is_gap(p)).count();
    let fills = para.align == Align::Distribute || para.align == Align::Both && !ended;
    #[expect(clippy::cast_precision_loss, reason = "characters of a line are few")]
    let stretch = if fills && spare > 0.0 && gaps > 0 { spare / gaps as f32 } else { 0.0 };
    let x = match para.align {
        Align::Center => left + spare / 2.0,
        Align::Right => left + spare,
        _ => left,
    };
    let size = units.iter().map(|u| u.run.size).fold(0.0_f32, f32::max).max(if units.is_empty() { size } else { 0.0 });
    let picture = units.iter().map(|u| if let What::Image(_, h) = u.what { h } else { 0.0 }).fold(0.0_f32, f32::max);
    let own = (size * NATURAL).max(picture);
    let height = match para.spacing {
        Spacing::Times(n) => (size * NATURAL * n).max(picture),
        Spacing::Exact(h) => h.max(picture),
        Spacing::AtLeast(h) => own.max(h),
    };
    let base = if picture > size * NATURAL { height - size * 0.2 } else { (height - size) / 2.0 + size * ASCENT };
    Line { height, items: place(units, x, base, stretch, height) }
}

/// Gathers units of one look into texts.
fn place(units: &[Unit<'_>], mut x: f32, base: f32, stretch: f32, height: f32) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut open: Option<*const Run> = None;
    for (n, unit) in units.iter().enumerate() {
        let grows = units.get(n..n + 2).is_some_and(is_gap);
        let advance = unit.width + if grows { stretch } else { 0.0 };
        match unit.what {
            What::Char(c) => {
                let run = std::ptr::from_ref(unit.run);
                if open != Some(run) {
                    let (style, size, colour) = (unit.style, unit.run.size, unit.run.colour);
                    let (text, glyphs) = (String::new(), Vec::new());
                    items.push(Item::Text { x, y: base, style, size, colour, text, glyphs });
                    open = Some(run);
                }
                if let Some(Item::Text { text, glyphs, .. }) = items.last_mut() {
                    let from = text.len();
                    text.push(c);
                    glyphs.push(Glyph { id: unit.glyph, advance, from, to: text.len() });
                }
                if unit.run.underline {
                    let y = base + unit.run.size * 0.14;
                    let width = unit.run.size * 0.05;
                    // Below the text that stays open: the line goes in before it.
                    let at = items.len() - 1;
                    items.insert(at, Item::Rule { x, y, to_x: x + advance, to_y: y, width, colour: unit.run.colour });
                }
            }
            What::Image(name, h) => {
                items.push(Item::Image { name: name.to_owned(), x, y: height - h, width: unit.width, height: h });
                open = None;
            }
            What::Tab | What::Break => open = None,
        }
        x += advance;
    }
    items
}
