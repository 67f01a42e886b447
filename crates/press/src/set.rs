//! Pages: blocks become slabs, slabs fill pages; rows of tables go over when they must.

use crate::Error;
use crate::fonts::{Face, Fonts, Style};
use crate::line::{Item, Measures, lines};
use crate::model::{Align, BLACK, Block, Cell, Merge, Para, Piece, Place, Row, Rule, Sheet, Stroke, Table};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

/// The faces in use, held while pages are made and painted.
pub type Faces = BTreeMap<Style, Arc<Face>>;

/// What stands on a page, from its upper left corner.
pub type Painted = Vec<Item>;

#[derive(Clone, Debug)]
enum Slab {
    /// Room that is not needed at the top of a page.
    Gap(f32),
    Line {
        height: f32,
        items: Vec<Item>,
        keep: bool,
    },
    Row(RowSlab),
    NewPage,
}

#[derive(Clone, Debug)]
struct RowSlab {
    height: f32,
    whole: bool,
    cells: Vec<CellSlab>,
    /// Rows that stand again at the top of the next page.
    headings: Rc<Vec<RowSlab>>,
}

#[derive(Clone, Debug)]
struct CellSlab {
    x: f32,
    width: f32,
    pad: f32,
    /// Height of the content's box: more than the row's when it goes on below.
    room: f32,
    place: Place,
    edges: [Option<Rule>; 4],
    shade: Option<[u8; 3]>,
    slabs: Vec<Slab>,
}

impl Slab {
    fn height(&self) -> f32 {
        match self {
            Self::Gap(h) => *h,
            Self::Line { height, .. } => *height,
            Self::Row(row) => row.height,
            Self::NewPage => 0.0,
        }
    }
}

fn sum(slabs: &[Slab]) -> f32 {
    slabs.iter().map(Slab::height).sum()
}

/// Thin stroke and gap of a double rule, points.
const THIN: f32 = 0.75;

/// The strokes of a rule whose upper edge is at `y`; returns its height.
fn strokes(rule: Rule, x: f32, to_x: f32, y: f32, out: &mut Vec<Item>) -> f32 {
    let mut stroke = |top: f32, width: f32| {
        let y = y + top + width / 2.0;
        out.push(Item::Rule { x, y, to_x, to_y: y, width, colour: rule.colour });
    };
    let whole = rule.width + 2.0 * THIN;
    match rule.stroke {
        Stroke::Single => {
            stroke(0.0, rule.width);
            return rule.width;
        }
        Stroke::ThickThin => {
            stroke(0.0, rule.width);
            stroke(rule.width + THIN, THIN);
        }
        Stroke::ThinThick => {
            stroke(0.0, THIN);
            stroke(2.0 * THIN, rule.width);
        }
    }
    whole
}

struct Setter<'a> {
    measures: &'a Measures<'a>,
    /// Of the page headers and footers are set for.
    number: usize,
}

impl Setter<'_> {
    fn para(&self, p: &Para, width: f32, out: &mut Vec<Slab>) {
        if p.page_break {
            out.push(Slab::NewPage);
        }
        if p.before > 0.0 {
            out.push(Slab::Gap(p.before));
        }
        let border = |rule: Rule, above: bool| {
            let mut items = Vec::new();
            let y = if above { 0.0 } else { rule.space };
            let height = strokes(rule, p.left, width - p.right, y, &mut items) + rule.space;
            Slab::Line { height, items, keep: above }
        };
        out.extend(p.above.map(|r| border(r, true)));
        let all = lines(p, width, self.number, self.measures);
        let keeps = p.keep_next || p.below.is_some();
        out.extend(all.into_iter().map(|l| Slab::Line { height: l.height, items: l.items, keep: keeps }));
        out.extend(p.below.map(|r| border(r, false)));
        if p.after > 0.0 {
            out.push(Slab::Gap(p.after));
        }
    }

    fn cell(&self, c: &Cell, x: f32, width: f32) -> CellSlab {
        let inside = (width - 2.0 * c.pad).max(10.0);
        let slabs = if c.merge == Merge::Goes { Vec::new() } else { self.stack(&c.blocks, inside) };
        let mut edges = c.edges;
        if c.merge == Merge::Goes {
            edges[0] = None;
        }
        CellSlab { x, width, pad: c.pad, room: 0.0, place: c.place, edges, shade: c.shade, slabs }
    }

    fn row(&self, row: &Row, columns: &[f32], left: f32) -> RowSlab {
        let mut at = 0;
        let mut cells = Vec::new();
        for c in &row.cells {
            let to = (at + c.span).min(columns.len());
            let x = left + columns[..at.min(columns.len())].iter().sum::<f32>();
            let width = columns[at.min(to)..to].iter().sum();
            at = to;
            cells.push(self.cell(c, x, width));
        }
        let own = row.cells.iter().zip(&cells).filter(|(c, _)| c.merge != Merge::Start).map(|(_, s)| sum(&s.slabs));
        let content = own.fold(0.0_f32, f32::max);
        let height = if row.exact { row.height } else { row.height.max(content) };
        RowSlab { height, whole: row.whole, cells, headings: Rc::default() }
    }

    fn table(&self, t: &Table, width: f32, out: &mut Vec<Slab>) {
        let whole: f32 = t.columns.iter().sum();
        let left = match t.align {
            Align::Center => (width - whole) / 2.0,
            Align::Right => width - whole,
            _ => t.indent,
        };
        let mut rows: Vec<RowSlab> = t.rows.iter().map(|r| self.row(r, &t.columns, left)).collect();
        merge(&t.rows, &mut rows);
        for row in &mut rows {
            let height = row.height;
            row.cells.iter_mut().for_each(|c| c.room = c.room.max(height));
        }
        let leading = t.rows.iter().take_while(|r| r.heading).count();
        let headings = Rc::new(rows[..leading].to_vec());
        for (n, mut row) in rows.into_iter().enumerate() {
            if n >= leading {
                row.headings = Rc::clone(&headings);
            }
            out.push(Slab::Row(row));
        }
    }

    fn stack(&self, blocks: &[Block], width: f32) -> Vec<Slab> {
        let mut out = Vec::new();
        for block in blocks {
            match block {
                Block::Para(p) => self.para(p, width, &mut out),
                Block::Table(t) => self.table(t, width, &mut out),
            }
        }
        out
    }
}

/// Cells that go on below get the height of all their rows; the last row grows if that is not enough.
fn merge(rows: &[Row], slabs: &mut [RowSlab]) {
    for first in 0..rows.len() {
        let mut column = 0;
        for (n, cell) in rows[first].cells.iter().enumerate() {
            let start = column;
            column += cell.span;
            if cell.merge != Merge::Start {
                continue;
            }
            let goes = |row: &Row| {
                let mut at = 0;
                row.cells.iter().position(|c| {
                    let here = at == start && c.merge == Merge::Goes;
                    at += c.span;
                    here
                })
            };
            let below: Vec<usize> = rows[first + 1..].iter().map_while(goes).collect();
            let last = first + below.len();
            let whole: f32 = slabs[first..=last].iter().map(|r| r.height).sum();
            let need = sum(&slabs[first].cells[n].slabs);
            slabs[last].height += (need - whole).max(0.0);
            slabs[first].cells[n].room = whole.max(need);
            if below.is_empty() {
                continue;
            }
            slabs[first].cells[n].edges[2] = None;
            for (i, cell) in below[..below.len() - 1].iter().enumerate() {
                slabs[first + 1 + i].cells[*cell].edges[2] = None;
            }
        }
    }
}

fn draw(slabs: &[Slab], x: f32, mut y: f32, out: &mut Painted) {
    for slab in slabs {
        match slab {
            Slab::Line { items, .. } => {
                out.extend(items.iter().cloned().map(|mut item| {
                    item.shift(x, y);
                    item
                }));
            }
            Slab::Row(row) => draw_row(row, x, y, out),
            Slab::Gap(_) | Slab::NewPage => {}
        }
        y += slab.height();
    }
}

fn draw_row(row: &RowSlab, x: f32, y: f32, out: &mut Painted) {
    for c in &row.cells {
        if let Some(colour) = c.shade {
            out.push(Item::Fill { x: x + c.x, y, width: c.width, height: row.height, colour });
        }
    }
    for c in &row.cells {
        let spare = (c.room.max(row.height) - sum(&c.slabs)).max(0.0);
        let down = match c.place {
            Place::Top => 0.0,
            Place::Middle => spare / 2.0,
            Place::Bottom => spare,
        };
        draw(&c.slabs, x + c.x + c.pad, y + down, out);
    }
    for c in &row.cells {
        let (left, right, top, bottom) = (x + c.x, x + c.x + c.width, y, y + row.height);
        let sides = [
            (left, top, right, top),
            (right, top, right, bottom),
            (left, bottom, right, bottom),
            (left, top, left, bottom),
        ];
        for (rule, (x, y, to_x, to_y)) in c.edges.iter().zip(sides) {
            let Some(rule) = rule else { continue };
            out.push(Item::Rule { x, y, to_x, to_y, width: rule.width, colour: rule.colour });
        }
    }
}

/// Takes what fits into `room` off the front.
fn take(slabs: &mut Vec<Slab>, room: f32) -> Vec<Slab> {
    let mut used = 0.0;
    let fits = slabs.iter().take_while(|s| {
        used += s.height();
        used <= room + 0.01
    });
    let n = fits.count();
    let rest = slabs.split_off(n);
    std::mem::replace(slabs, rest)
}

/// The part of a row that fits, leaving the rest in `row`; `None` when nothing does.
fn split(row: &mut RowSlab, room: f32) -> Option<RowSlab> {
    let mut front = row.clone();
    let mut some = false;
    for (head, rest) in front.cells.iter_mut().zip(&mut row.cells) {
        head.slabs = take(&mut rest.slabs, room);
        some |= !head.slabs.is_empty();
        (head.place, rest.place) = (Place::Top, Place::Top);
        head.room = room;
    }
    if !some {
        return None;
    }
    front.height = room;
    row.height = row.cells.iter().map(|c| sum(&c.slabs)).fold(0.0, f32::max);
    row.cells.iter_mut().for_each(|c| c.room = 0.0);
    Some(front)
}

/// Room that is worth beginning a row in, points.
const WORTH: f32 = 60.0;

struct Flow<'a> {
    sheet: &'a Sheet,
    measures: &'a Measures<'a>,
    pages: Vec<Painted>,
    y: f32,
    top: f32,
    bottom: f32,
}

impl Flow<'_> {
    fn room(&self) -> f32 {
        self.bottom - self.y
    }

    fn at_top(&self) -> bool {
        self.y <= self.top + 0.01
    }

    fn page(&mut self) -> &mut Painted {
        if self.pages.is_empty() {
            self.pages.push(Vec::new());
        }
        self.pages.last_mut().expect("there is a page")
    }

    /// Begins a page with its header and footer.
    fn new_page(&mut self) {
        let number = self.pages.len() + 1;
        let s = self.sheet;
        let first = s.title_page && number == 1;
        let header = if first { &s.first_header } else { &s.header };
        let even = number.is_multiple_of(2) && !s.even_footer.is_empty();
        let footer = if first {
            &s.first_footer
        } else if even {
            &s.even_footer
        } else {
            &s.footer
        };
        let setter = Setter { measures: self.measures, number };
        let width = s.page.width - s.page.left - s.page.right;
        let (head, foot) = (setter.stack(header, width), setter.stack(footer, width));
        let mut items = Vec::new();
        draw(&head, s.page.left, s.page.header, &mut items);
        let foot_y = s.page.height - s.page.footer - sum(&foot);
        draw(&foot, s.page.left, foot_y, &mut items);
        self.top = s.page.top.max(if head.is_empty() { 0.0 } else { s.page.header + sum(&head) });
        let lowest = s.page.height - s.page.bottom;
        self.bottom = if foot.is_empty() { lowest } else { lowest.min(foot_y) };
        self.y = self.top;
        self.pages.push(items);
    }

    fn put(&mut self, slab: &Slab) {
        let (x, y) = (self.sheet.page.left, self.y);
        draw(std::slice::from_ref(slab), x, y, self.page());
        self.y += slab.height();
    }

    fn row(&mut self, mut row: RowSlab) {
        loop {
            if row.height <= self.room() + 0.01 {
                return self.put(&Slab::Row(row));
            }
            let heads: f32 = row.headings.iter().map(|h| h.height).sum();
            let page = self.bottom - self.top - heads;
            let waits = (row.whole || self.room() < WORTH) && row.height <= page || self.room() < WORTH;
            if !self.at_top() && waits {
                self.next(&row);
                continue;
            }
            let room = self.room();
            match split(&mut row, room) {
                Some(front) => self.put(&Slab::Row(front)),
                // Something higher than a page: it runs out of it.
                None if self.at_top() => return self.put(&Slab::Row(row)),
                None => {}
            }
            self.next(&row);
        }
    }

    fn next(&mut self, row: &RowSlab) {
        self.new_page();
        for heading in row.headings.iter() {
            self.put(&Slab::Row(heading.clone()));
        }
    }

    fn fill(&mut self, slabs: Vec<Slab>) {
        let ahead: Vec<f32> = together(&slabs);
        for (slab, need) in slabs.into_iter().zip(ahead) {
            match slab {
                Slab::NewPage => {
                    if !self.at_top() {
                        self.new_page();
                    }
                }
                Slab::Gap(h) => {
                    if !self.at_top() {
                        self.y += h;
                    }
                }
                Slab::Line { .. } => {
                    if need.min(self.bottom - self.top) > self.room() + 0.01 && !self.at_top() {
                        self.new_page();
                    }
                    self.put(&slab);
                }
                Slab::Row(row) => self.row(row),
            }
        }
    }
}

/// How much room each slab wants: those that keep to the next count that in.
fn together(slabs: &[Slab]) -> Vec<f32> {
    let mut out = vec![0.0; slabs.len()];
    let mut below = 0.0;
    for (n, slab) in slabs.iter().enumerate().rev() {
        let own = slab.height();
        out[n] = match slab {
            Slab::Line { keep: true, .. } => own + below,
            Slab::Gap(_) => own + below,
            Slab::Row(_) => own.min(WORTH),
            Slab::Line { .. } | Slab::NewPage => own,
        };
        below = out[n];
    }
    out
}

fn styles_in(blocks: &[Block], out: &mut BTreeSet<Style>) {
    for block in blocks {
        match block {
            Block::Para(p) => {
                let texts = p.runs.iter().filter(|r| matches!(&r.piece, Piece::Text(_) | Piece::PageNumber));
                out.extend(texts.map(|r| Style::named(&r.font, r.bold)));
            }
            Block::Table(t) => t.rows.iter().flat_map(|r| &r.cells).for_each(|c| styles_in(&c.blocks, out)),
        }
    }
}

/// The faces a document needs.
///
/// # Errors
/// When one is not installed.
pub fn faces(sheet: &Sheet, fonts: &Fonts) -> Result<Faces, Error> {
    let mut styles = BTreeSet::new();
    let frames = [&sheet.header, &sheet.footer, &sheet.first_header, &sheet.first_footer, &sheet.even_footer];
    for blocks in frames.into_iter().chain([&sheet.body]) {
        styles_in(blocks, &mut styles);
    }
    styles.into_iter().map(|style| Ok((style, fonts.face(style)?))).collect()
}

/// Sets a document.
pub fn pages(sheet: &Sheet, faces: &Faces) -> Vec<Painted> {
    let measures: Measures<'_> = faces.iter().filter_map(|(s, f)| Some((*s, f.measure()?))).collect();
    let mut flow = Flow { sheet, measures: &measures, pages: Vec::new(), y: 0.0, top: 0.0, bottom: 0.0 };
    flow.new_page();
    let width = sheet.page.width - sheet.page.left - sheet.page.right;
    let slabs = Setter { measures: &measures, number: 1 }.stack(&sheet.body, width);
    flow.fill(slabs);
    flow.pages
}

/// A plain black line of tables, half a point.
#[must_use]
pub const fn hairline() -> Rule {
    Rule { stroke: Stroke::Single, width: 0.5, colour: BLACK, space: 0.0 }
}
