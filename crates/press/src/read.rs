//! From DOCX to the model. What the model does not know is left out and named, so that whoever looks after templates
//! learns why the PDF lacks it.

use std::collections::BTreeMap;

use crate::model::{
    Align, BLACK, Block, Cell, Colour, Merge, Page, Para, Piece, Place, Row, Rule, Run, Sheet, Spacing, Stroke, Table,
};
use crate::pack::{Pack, rels_of};
use crate::write::EMU;
use crate::xml::{Element, Node};
use crate::{Error, Result};

/// Width of a table cell's default margin, points.
const PAD: f32 = 5.4;
/// Styles that lean on one another.
const STYLES: usize = 20;

struct Reader<'a> {
    styles: BTreeMap<&'a str, &'a Element>,
    defaults: Option<&'a Element>,
    plain: Option<&'a str>,
    /// Pictures of the part at hand by relation.
    pictures: BTreeMap<String, String>,
    left_out: Vec<String>,
}

fn number(text: Option<&str>) -> Option<f32> {
    text?.parse::<f32>().ok().filter(|n| n.is_finite())
}

fn twips(e: &Element, name: &str) -> Option<f32> {
    number(e.attr(name)).map(|t| t / 20.0)
}

fn val(e: &Element) -> &str {
    e.attr("w:val").unwrap_or_default()
}

/// `<w:b/>` is on, `<w:b w:val="0"/>` is off.
fn on(e: Option<&Element>) -> bool {
    e.is_some_and(|e| !matches!(val(e), "0" | "false" | "off" | "none"))
}

fn colour(text: &str) -> Option<Colour> {
    let n = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 6)?;
    let [_, r, g, b] = n.to_be_bytes();
    Some([r, g, b])
}

fn rule(e: Option<&Element>) -> Option<Rule> {
    let e = e?;
    let stroke = match val(e) {
        "" | "nil" | "none" => return None,
        s if s.starts_with("thickThin") => Stroke::ThickThin,
        s if s.starts_with("thinThick") => Stroke::ThinThick,
        _ => Stroke::Single,
    };
    Some(Rule {
        stroke,
        width: number(e.attr("w:sz")).map_or(0.5, |n| n / 8.0),
        colour: e.attr("w:color").and_then(colour).unwrap_or(BLACK),
        space: number(e.attr("w:space")).unwrap_or_default(),
    })
}

fn align(code: &str) -> Align {
    match code {
        "center" => Align::Center,
        "right" | "end" => Align::Right,
        "both" => Align::Both,
        "distribute" => Align::Distribute,
        _ => Align::Left,
    }
}

/// Where properties are looked for, the nearest first.
struct Layers<'a>(Vec<&'a Element>);

impl<'a> Layers<'a> {
    fn get(&self, name: &str) -> Option<&'a Element> {
        self.0.iter().find_map(|e| e.child(name))
    }

    fn attr(&self, name: &str, attr: &str) -> Option<&'a str> {
        self.0.iter().filter_map(|e| e.child(name)).find_map(|e| e.attr(attr))
    }

    fn points(&self, name: &str, attr: &str) -> Option<f32> {
        number(self.attr(name, attr)).map(|t| t / 20.0)
    }
}

impl<'a> Reader<'a> {
    fn chain(&self, style: Option<&str>) -> Vec<&'a Element> {
        let mut out = Vec::new();
        let mut next = style.map(str::to_owned);
        while let Some(e) = next.as_deref().and_then(|id| self.styles.get(id)).filter(|_| out.len() < STYLES) {
            out.push(*e);
            next = e.child("w:basedOn").map(|b| val(b).to_owned());
        }
        out
    }

    fn leave_out(&mut self, what: &str) {
        if !self.left_out.iter().any(|w| w == what) {
            self.left_out.push(what.to_owned());
        }
    }

    fn run_of(&self, own: Option<&Element>, of_para: &[&Element], piece: Piece) -> Run {
        let named = own.and_then(|p| p.child("w:rStyle")).map(val);
        let mut layers: Vec<&Element> = own.into_iter().collect();
        let styles: Vec<&Element> = self.chain(named).into_iter().chain(of_para.iter().copied()).collect();
        layers.extend(styles.iter().filter_map(|s| s.child("w:rPr")));
        let defaults = self.defaults.and_then(|d| d.child("w:rPrDefault")).and_then(|d| d.child("w:rPr"));
        layers.extend(defaults);
        let layers = Layers(layers);
        let font = layers.attr("w:rFonts", "w:eastAsia").or_else(|| layers.attr("w:rFonts", "w:ascii"));
        Run {
            piece,
            font: font.unwrap_or("宋体").to_owned(),
            size: number(layers.attr("w:sz", "w:val")).map_or(10.5, |half| (half / 2.0).clamp(1.0, 400.0)),
            bold: on(layers.get("w:b")),
            underline: on(layers.get("w:u")),
            colour: layers.attr("w:color", "w:val").and_then(colour).unwrap_or(BLACK),
            track: layers.points("w:spacing", "w:val").unwrap_or_default(),
        }
    }

    fn picture(&mut self, drawing: &Element) -> Option<Piece> {
        let Some(inline) = drawing.child("wp:inline") else {
            self.leave_out("浮动的图片或图形（请改为“嵌入型”）");
            return None;
        };
        let size = inline.child("wp:extent");
        let side = |name| number(size.and_then(|e| e.attr(name))).map_or(0.0, |emu| emu / EMU);
        let rel = inline.find("a:blip").and_then(|b| b.attr("r:embed")).unwrap_or_default();
        let name = self.pictures.get(rel).cloned();
        if name.is_none() {
            self.leave_out("不是 PNG 或 JPEG 的图片");
        }
        Some(Piece::Image { name: name?, width: side("cx"), height: side("cy") })
    }

    /// The runs inside an element; `field` tells whether we are inside the result of a field that is set by us.
    fn runs(&mut self, e: &Element, of_para: &[&'a Element], field: &mut Option<bool>, out: &mut Vec<Run>) {
        for child in e.elements() {
            match child.name.as_str() {
                "w:r" => self.run(child, of_para, field, out),
                "w:fldSimple" if child.attr("w:instr").is_some_and(|i| i.trim().starts_with("PAGE")) => {
                    let own = child.find("w:rPr");
                    out.push(self.run_of(own, of_para, Piece::PageNumber));
                }
                "w:hyperlink" | "w:ins" | "w:smartTag" | "w:sdt" | "w:sdtContent" | "w:fldSimple" => {
                    self.runs(child, of_para, field, out);
                }
                "mc:AlternateContent" => self.leave_out("文本框或艺术字"),
                _ => {}
            }
        }
    }

    fn run(&mut self, r: &Element, of_para: &[&'a Element], field: &mut Option<bool>, out: &mut Vec<Run>) {
        let own = r.child("w:rPr");
        for child in &r.children {
            let Node::Element(e) = child else { continue };
            let piece = match e.name.as_str() {
                "w:fldChar" => {
                    *field = match e.attr("w:fldCharType") {
                        Some("begin") => Some(false),
                        Some("end") => None,
                        _ => *field,
                    };
                    continue;
                }
                "w:instrText" if e.own_text().trim().starts_with("PAGE") && field.is_some() => {
                    *field = Some(true);
                    Some(Piece::PageNumber)
                }
                "w:t" if *field == Some(true) => None,
                "w:t" => Some(Piece::Text(e.own_text())),
                "w:tab" => Some(Piece::Tab),
                "w:br" | "w:cr" => Some(Piece::Break),
                "w:noBreakHyphen" => Some(Piece::Text("-".to_owned())),
                "w:drawing" => self.picture(e),
                "w:pict" | "w:object" | "mc:AlternateContent" => {
                    self.leave_out("文本框、艺术字或嵌入对象");
                    None
                }
                _ => None,
            };
            out.extend(piece.map(|p| self.run_of(own, of_para, p)));
        }
    }

    fn para(&mut self, p: &Element) -> Para {
        let own = p.child("w:pPr");
        let styled = own.and_then(|o| o.child("w:pStyle")).map(val).or(self.plain);
        let styles = self.chain(styled);
        let mut layers: Vec<&Element> = own.into_iter().collect();
        layers.extend(styles.iter().filter_map(|s| s.child("w:pPr")));
        layers.extend(self.defaults.and_then(|d| d.child("w:pPrDefault")).and_then(|d| d.child("w:pPr")));
        let layers = Layers(layers);
        let mut runs = Vec::new();
        self.runs(p, &styles, &mut None, &mut runs);
        if runs.is_empty() {
            // An empty paragraph is as high as its mark.
            let mark = own.and_then(|o| o.child("w:rPr"));
            runs.push(self.run_of(mark, &styles, Piece::Text(String::new())));
        }
        let em = runs.first().map_or(10.5, |r| r.size);
        let chars = |attr: &str| number(layers.attr("w:ind", attr)).map(|hundredths| hundredths / 100.0 * em);
        let side = |points: &str, other: &str, of: &str| {
            let fixed = layers.points("w:ind", points).or_else(|| layers.points("w:ind", other));
            chars(of).filter(|n| *n != 0.0).or(fixed).unwrap_or_default()
        };
        let hanging = chars("w:hangingChars").or_else(|| layers.points("w:ind", "w:hanging")).filter(|n| *n > 0.0);
        let first = chars("w:firstLineChars").filter(|n| *n != 0.0).or_else(|| layers.points("w:ind", "w:firstLine"));
        let line = number(layers.attr("w:spacing", "w:line")).filter(|n| *n > 0.0);
        let spacing = match (line, layers.attr("w:spacing", "w:lineRule")) {
            (Some(t), Some("exact")) => Spacing::Exact(t / 20.0),
            (Some(t), Some("atLeast")) => Spacing::AtLeast(t / 20.0),
            (Some(n), _) => Spacing::Times(n / 240.0),
            (None, _) => Spacing::Times(1.0),
        };
        let borders = layers.get("w:pBdr");
        Para {
            align: layers.get("w:jc").map_or(Align::Left, |j| align(val(j))),
            left: side("w:left", "w:start", "w:leftChars"),
            right: side("w:right", "w:end", "w:rightChars"),
            first: hanging.map_or_else(|| first.unwrap_or_default(), |h| -h),
            before: layers.points("w:spacing", "w:before").unwrap_or_default(),
            after: layers.points("w:spacing", "w:after").unwrap_or_default(),
            spacing,
            keep_next: on(layers.get("w:keepNext")),
            page_break: on(layers.get("w:pageBreakBefore")),
            above: rule(borders.and_then(|b| b.child("w:top"))),
            below: rule(borders.and_then(|b| b.child("w:bottom"))),
            runs,
        }
    }

    fn cell(&mut self, c: &Element, whole: &Grid<'_>, at: usize) -> Cell {
        let own = c.child("w:tcPr");
        let get = |name: &str| own.and_then(|o| o.child(name));
        let span = number(get("w:gridSpan").map(val)).map_or(1, |n| n.clamp(1.0, 60.0) as usize);
        let merge = match get("w:vMerge") {
            None => Merge::None,
            Some(m) if val(m) == "restart" => Merge::Start,
            Some(_) => Merge::Goes,
        };
        let borders = get("w:tcBorders");
        let last = at + span >= whole.columns;
        let edge = |name: &str, outer: bool| {
            let general = match (name, outer) {
                ("w:top" | "w:bottom", false) => "w:insideH",
                ("w:left" | "w:right", false) => "w:insideV",
                _ => name,
            };
            let own = borders.and_then(|b| b.child(name));
            own.map_or_else(|| rule(whole.borders.iter().find_map(|b| b.child(general))), |e| rule(Some(e)))
        };
        let edges =
            [edge("w:top", whole.first), edge("w:right", last), edge("w:bottom", whole.last), edge("w:left", at == 0)];
        let margin = get("w:tcMar").or(whole.margins).and_then(|m| m.child("w:left").or_else(|| m.child("w:start")));
        let place = match get("w:vAlign").map(val) {
            Some("center") => Place::Middle,
            Some("bottom") => Place::Bottom,
            _ => Place::Top,
        };
        let shade = get("w:shd").and_then(|s| s.attr("w:fill")).and_then(colour);
        Cell {
            span,
            merge,
            place,
            edges,
            pad: margin.and_then(|m| twips(m, "w:w")).unwrap_or(PAD),
            shade,
            blocks: self.blocks(c),
        }
    }

    fn table(&mut self, t: &Element) -> Table {
        let own = t.child("w:tblPr");
        let styles = self.chain(own.and_then(|o| o.child("w:tblStyle")).map(val));
        let mut layers: Vec<&Element> = own.into_iter().collect();
        layers.extend(styles.iter().filter_map(|s| s.child("w:tblPr")));
        let borders: Vec<&Element> = layers.iter().filter_map(|l| l.child("w:tblBorders")).collect();
        let margins = layers.iter().find_map(|l| l.child("w:tblCellMar"));
        let columns: Vec<f32> =
            t.child("w:tblGrid").map(|g| g.elements().filter_map(|c| twips(c, "w:w")).collect()).unwrap_or_default();
        let mut lines = Vec::new();
        rows_of(t, &mut lines);
        let count = lines.len();
        let mut rows = Vec::new();
        for (n, tr) in lines.into_iter().enumerate() {
            let grid = Grid { columns: columns.len(), borders: &borders, margins, first: n == 0, last: n + 1 == count };
            rows.push(self.row(tr, &grid));
        }
        Table {
            columns,
            align: own.and_then(|o| o.child("w:jc")).map_or(Align::Left, |j| align(val(j))),
            indent: own.and_then(|o| o.child("w:tblInd")).and_then(|i| twips(i, "w:w")).unwrap_or_default(),
            rows,
        }
    }

    fn row(&mut self, tr: &Element, grid: &Grid<'_>) -> Row {
        let properties = tr.child("w:trPr");
        let height = properties.and_then(|p| p.child("w:trHeight"));
        let mut at = 0;
        let mut cells = Vec::new();
        for tc in tr.elements().filter(|e| e.name == "w:tc") {
            let cell = self.cell(tc, grid, at);
            at += cell.span;
            cells.push(cell);
        }
        Row {
            height: number(height.map(val)).map_or(0.0, |t| t / 20.0),
            exact: height.and_then(|h| h.attr("w:hRule")) == Some("exact"),
            whole: on(properties.and_then(|p| p.child("w:cantSplit"))),
            heading: on(properties.and_then(|p| p.child("w:tblHeader"))),
            cells,
        }
    }

    fn blocks(&mut self, e: &Element) -> Vec<Block> {
        let mut out = Vec::new();
        for child in e.elements() {
            match child.name.as_str() {
                "w:p" => out.push(Block::Para(self.para(child))),
                "w:tbl" => out.push(Block::Table(self.table(child))),
                "w:sdt" | "w:sdtContent" => out.extend(self.blocks(child)),
                _ => {}
            }
        }
        out
    }
}

/// What a cell takes over from its table.
struct Grid<'a> {
    columns: usize,
    borders: &'a [&'a Element],
    margins: Option<&'a Element>,
    first: bool,
    last: bool,
}

fn rows_of<'e>(e: &'e Element, out: &mut Vec<&'e Element>) {
    for child in e.elements() {
        match child.name.as_str() {
            "w:tr" => out.push(child),
            "w:sdt" | "w:sdtContent" => rows_of(child, out),
            _ => {}
        }
    }
}

fn page(section: Option<&Element>) -> Page {
    let size = section.and_then(|s| s.child("w:pgSz"));
    let margins = section.and_then(|s| s.child("w:pgMar"));
    let usual = Page::default();
    let of = |e: Option<&Element>, name: &str, else_: f32| e.and_then(|e| twips(e, name)).unwrap_or(else_);
    Page {
        width: of(size, "w:w", usual.width).clamp(100.0, 2_000.0),
        height: of(size, "w:h", usual.height).clamp(100.0, 2_000.0),
        top: of(margins, "w:top", usual.top).abs(),
        bottom: of(margins, "w:bottom", usual.bottom).abs(),
        left: of(margins, "w:left", usual.left),
        right: of(margins, "w:right", usual.right),
        header: of(margins, "w:header", usual.header),
        footer: of(margins, "w:footer", usual.footer),
    }
}

/// Relations of a part: id → target.
fn relations(pack: &Pack, part: &str) -> Result<BTreeMap<String, String>> {
    let list = pack.part(&rels_of(part))?.unwrap_or_default();
    let pair = |e: &Element| Some((e.attr("Id")?.to_owned(), e.attr("Target")?.to_owned()));
    let inside = list.elements().filter(|e| e.attr("TargetMode") != Some("External"));
    Ok(inside.filter_map(pair).collect())
}

fn full(target: &str) -> String {
    target.strip_prefix('/').map_or_else(|| format!("word/{target}"), str::to_owned)
}

/// Reads a DOCX.
///
/// # Errors
/// When it is damaged.
pub fn read(docx: &[u8]) -> Result<Sheet> {
    let pack = Pack::open(docx)?;
    let root = pack.part("word/document.xml")?.unwrap_or_default();
    let styles = pack.part("word/styles.xml")?.unwrap_or_default();
    let settings = pack.part("word/settings.xml")?.unwrap_or_default();
    let all: Vec<&Element> = styles.elements().filter(|e| e.name == "w:style").collect();
    let by_id: BTreeMap<&str, &Element> = all.iter().filter_map(|e| Some((e.attr("w:styleId")?, *e))).collect();
    let is_plain = |e: &&Element| e.attr("w:type") == Some("paragraph") && e.attr("w:default") == Some("1");
    let mut reader = Reader {
        plain: all.iter().copied().find(is_plain).and_then(|e| e.attr("w:styleId")),
        styles: by_id,
        defaults: styles.child("w:docDefaults"),
        pictures: BTreeMap::new(),
        left_out: Vec::new(),
    };
    let body = root.child("w:body").ok_or_else(|| Error::Bad("DOCX 文件没有正文".to_owned()))?;
    let mut sheet = Sheet::default();
    let is_picture = |t: &str| [".png", ".jpg", ".jpeg"].iter().any(|x| t.to_ascii_lowercase().ends_with(x));
    let part = |reader: &mut Reader<'_>, images: &mut BTreeMap<String, Vec<u8>>, name: &str, e: &Element| {
        let pictures = relations(&pack, name)?.into_iter().filter(|(_, t)| is_picture(t));
        reader.pictures = pictures.map(|(id, t)| (id, full(&t))).collect();
        for file in reader.pictures.values() {
            images.extend(pack.0.get(file).map(|bytes| (file.clone(), bytes.clone())));
        }
        Ok::<Vec<Block>, Error>(reader.blocks(e))
    };
    sheet.body = part(&mut reader, &mut sheet.images, "word/document.xml", body)?;
    let section = body.child("w:sectPr");
    sheet.page = page(section);
    sheet.title_page = on(section.and_then(|s| s.child("w:titlePg")));
    let even = on(settings.child("w:evenAndOddHeaders"));
    let files = relations(&pack, "word/document.xml")?;
    for reference in section.into_iter().flat_map(Element::elements) {
        let Some(target) = reference.attr("r:id").and_then(|id| files.get(id)) else { continue };
        let file = full(target);
        let Some(frame) = pack.part(&file)? else { continue };
        let blocks = part(&mut reader, &mut sheet.images, &file, &frame)?;
        match (reference.name.as_str(), reference.attr("w:type")) {
            ("w:headerReference", Some("first")) => sheet.first_header = blocks,
            ("w:footerReference", Some("first")) => sheet.first_footer = blocks,
            ("w:footerReference", Some("even")) if even => sheet.even_footer = blocks,
            ("w:headerReference", Some("default")) => sheet.header = blocks,
            ("w:footerReference", Some("default")) => sheet.footer = blocks,
            _ => {}
        }
    }
    sheet.left_out = reader.left_out;
    Ok(sheet)
}
