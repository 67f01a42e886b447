//! A document as DOCX: how the templates that ship with the platform are made.

use crate::model::{
    Align, Block, Cell, Colour, Merge, Para, Piece, Place, Row, Rule, Run, Sheet, Spacing, Stroke, Table,
};
use crate::pack::{Pack, rels_of};
use crate::xml::Element;
use crate::{BLACK, Result};

pub const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const R: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const WP: &str = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing";
const A: &str = "http://schemas.openxmlformats.org/drawingml/2006/main";
const PIC: &str = "http://schemas.openxmlformats.org/drawingml/2006/picture";
const RELS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const OFFICE: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// English Metric Units in a point.
pub const EMU: f32 = 12_700.0;

fn el(name: &str) -> Element {
    Element::new(name)
}

/// Twentieths of a point.
fn twips(points: f32) -> String {
    format!("{:.0}", points * 20.0)
}

fn val(name: &str, value: impl Into<String>) -> Element {
    el(name).with("w:val", value)
}

fn colour(c: Colour) -> String {
    format!("{:02X}{:02X}{:02X}", c[0], c[1], c[2])
}

fn rule(name: &str, r: Rule) -> Element {
    let stroke = match r.stroke {
        Stroke::Single => "single",
        Stroke::ThickThin => "thickThinSmallGap",
        Stroke::ThinThick => "thinThickSmallGap",
    };
    val(name, stroke)
        .with("w:sz", format!("{:.0}", r.width * 8.0))
        .with("w:space", format!("{:.0}", r.space))
        .with("w:color", colour(r.colour))
}

fn align(a: Align) -> &'static str {
    match a {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
        Align::Both => "both",
        Align::Distribute => "distribute",
    }
}

fn run_properties(run: &Run) -> Element {
    let fonts = ["w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"];
    let fonts = fonts.iter().fold(el("w:rFonts"), |e, name| e.with(name, run.font.as_str()));
    let mut parts = vec![fonts];
    if run.bold {
        parts.push(el("w:b"));
    }
    if run.colour != BLACK {
        parts.push(val("w:color", colour(run.colour)));
    }
    if run.track != 0.0 {
        parts.push(val("w:spacing", twips(run.track)));
    }
    let size = format!("{:.0}", run.size * 2.0);
    parts.extend([val("w:sz", size.clone()), val("w:szCs", size)]);
    if run.underline {
        parts.push(val("w:u", "single"));
    }
    el("w:rPr").holding(parts)
}

/// An inline picture; `rel` names it in the part's relations.
pub fn drawing(rel: &str, number: usize, width: f32, height: f32) -> Element {
    let emu = |points: f32| format!("{:.0}", points * EMU);
    let (cx, cy) = (emu(width), emu(height));
    let blip = el("a:blip").with("r:embed", rel);
    let fill = el("pic:blipFill").holding([blip, el("a:stretch").holding([el("a:fillRect")])]);
    let extent = el("a:ext").with("cx", cx.as_str()).with("cy", cy.as_str());
    let frame = el("a:xfrm").holding([el("a:off").with("x", "0").with("y", "0"), extent]);
    let shape = el("pic:spPr").holding([frame, el("a:prstGeom").with("prst", "rect").holding([el("a:avLst")])]);
    let id = number.to_string();
    let names = el("pic:nvPicPr")
        .holding([el("pic:cNvPr").with("id", id.as_str()).with("name", format!("图片{id}")), el("pic:cNvPicPr")]);
    let picture = el("pic:pic").with("xmlns:pic", PIC).holding([names, fill, shape]);
    let data = el("a:graphicData").with("uri", PIC).holding([picture]);
    let graphic = el("a:graphic").with("xmlns:a", A).holding([data]);
    let inline = el("wp:inline")
        .with("xmlns:wp", WP)
        .with("distT", "0")
        .with("distB", "0")
        .with("distL", "0")
        .with("distR", "0")
        .holding([
            el("wp:extent").with("cx", cx).with("cy", cy),
            el("wp:docPr").with("id", id.as_str()).with("name", format!("图片{id}")),
            graphic,
        ]);
    el("w:drawing").holding([inline])
}

/// Adds a picture to the pack, known to a part; returns the relation.
pub fn add_picture(pack: &mut Pack, part: &str, name: &str, bytes: &[u8]) -> Result<String> {
    pack.0.insert(format!("word/media/{name}"), bytes.to_vec());
    let types = "[Content_Types].xml";
    let mut list = pack.part(types)?.unwrap_or_else(|| el("Types").with("xmlns", TYPES));
    if !list.elements().any(|e| e.attr("Extension").is_some_and(|x| x.eq_ignore_ascii_case("png"))) {
        let png = el("Default").with("Extension", "png").with("ContentType", "image/png");
        list.children.insert(0, crate::xml::Node::Element(png));
        pack.put(types, &list);
    }
    let rels = rels_of(part);
    let mut relations = pack.part(&rels)?.unwrap_or_else(|| el("Relationships").with("xmlns", RELS));
    let target = format!("media/{name}");
    if let Some(there) = relations.elements().find(|e| e.attr("Target") == Some(target.as_str())) {
        return Ok(there.attr("Id").unwrap_or_default().to_owned());
    }
    let id = format!("rIdP{}", relations.children.len() + 1);
    let relation = el("Relationship").with("Id", id.as_str()).with("Type", format!("{R}/image")).with("Target", target);
    relations = relations.holding([relation]);
    pack.put(&rels, &relations);
    Ok(id)
}

fn run(r: &Run) -> Element {
    let piece = match &r.piece {
        Piece::Text(text) => el("w:t").with("xml:space", "preserve").text(text.as_str()),
        Piece::Break => el("w:br"),
        Piece::Tab => el("w:tab"),
        // Pictures come in when a template is filled.
        Piece::PageNumber | Piece::Image { .. } => {
            let inner = el("w:r").holding([run_properties(r), el("w:t").text("1")]);
            return el("w:fldSimple").with("w:instr", " PAGE ").holding([inner]);
        }
    };
    el("w:r").holding([run_properties(r), piece])
}

fn para(p: &Para) -> Element {
    let mut parts = Vec::new();
    if p.keep_next {
        parts.push(el("w:keepNext"));
    }
    if p.page_break {
        parts.push(el("w:pageBreakBefore"));
    }
    if p.above.is_some() || p.below.is_some() {
        let above = p.above.map(|r| rule("w:top", r));
        parts.push(el("w:pBdr").holding(above.into_iter().chain(p.below.map(|r| rule("w:bottom", r)))));
    }
    let (amount, how) = match p.spacing {
        Spacing::Times(n) => (n * 240.0, "auto"),
        Spacing::Exact(pt) => (pt * 20.0, "exact"),
        Spacing::AtLeast(pt) => (pt * 20.0, "atLeast"),
    };
    let spacing = el("w:spacing").with("w:before", twips(p.before)).with("w:after", twips(p.after));
    parts.push(spacing.with("w:line", format!("{amount:.0}")).with("w:lineRule", how));
    let indent = el("w:ind").with("w:left", twips(p.left)).with("w:right", twips(p.right));
    let first = if p.first < 0.0 { ("w:hanging", -p.first) } else { ("w:firstLine", p.first) };
    parts.push(indent.with(first.0, twips(first.1)));
    parts.push(val("w:jc", align(p.align)));
    let properties = el("w:pPr").holding(parts);
    el("w:p").holding(std::iter::once(properties).chain(p.runs.iter().map(run)))
}

fn cell(c: &Cell, width: f32) -> Element {
    let mut parts = vec![el("w:tcW").with("w:w", twips(width)).with("w:type", "dxa")];
    if c.span > 1 {
        parts.push(val("w:gridSpan", c.span.to_string()));
    }
    match c.merge {
        Merge::None => {}
        Merge::Start => parts.push(val("w:vMerge", "restart")),
        Merge::Goes => parts.push(el("w:vMerge")),
    }
    let [top, right, bottom, left] = c.edges;
    let sides = [("w:top", top), ("w:left", left), ("w:bottom", bottom), ("w:right", right)];
    let edges = sides.into_iter().map(|(name, r)| r.map_or_else(|| val(name, "nil"), |r| rule(name, r)));
    parts.push(el("w:tcBorders").holding(edges));
    if let Some(shade) = c.shade {
        parts.push(val("w:shd", "clear").with("w:color", "auto").with("w:fill", colour(shade)));
    }
    let pad = |name: &str| el(name).with("w:w", twips(c.pad)).with("w:type", "dxa");
    parts.push(el("w:tcMar").holding([pad("w:left"), pad("w:right")]));
    let place = match c.place {
        Place::Top => "top",
        Place::Middle => "center",
        Place::Bottom => "bottom",
    };
    parts.push(val("w:vAlign", place));
    el("w:tc").holding([el("w:tcPr").holding(parts)]).holding(blocks(&c.blocks))
}

fn row(r: &Row, columns: &[f32]) -> Element {
    let mut parts = Vec::new();
    if r.whole {
        parts.push(el("w:cantSplit"));
    }
    if r.height > 0.0 {
        let how = if r.exact { "exact" } else { "atLeast" };
        parts.push(val("w:trHeight", twips(r.height)).with("w:hRule", how));
    }
    if r.heading {
        parts.push(el("w:tblHeader"));
    }
    let mut from = 0;
    let cells = r.cells.iter().map(|c| {
        let to = (from + c.span).min(columns.len());
        let width = columns[from..to].iter().sum();
        from = to;
        cell(c, width)
    });
    let cells: Vec<Element> = cells.collect();
    el("w:tr").holding([el("w:trPr").holding(parts)]).holding(cells)
}

fn table(t: &Table) -> Element {
    // Columns as they are written: sums of them then survive being read and written again.
    let columns: Vec<f32> = t.columns.iter().map(|c| (c * 20.0).round() / 20.0).collect();
    let whole: f32 = columns.iter().sum();
    let properties = el("w:tblPr").holding([
        el("w:tblW").with("w:w", twips(whole)).with("w:type", "dxa"),
        val("w:jc", align(t.align)),
        el("w:tblInd").with("w:w", twips(t.indent)).with("w:type", "dxa"),
        el("w:tblLayout").with("w:type", "fixed"),
    ]);
    let grid = el("w:tblGrid").holding(columns.iter().map(|c| el("w:gridCol").with("w:w", twips(*c))));
    el("w:tbl").holding([properties, grid]).holding(t.rows.iter().map(|r| row(r, &columns)))
}

fn blocks(all: &[Block]) -> impl Iterator<Item = Element> + '_ {
    all.iter().map(|b| match b {
        Block::Para(p) => para(p),
        Block::Table(t) => table(t),
    })
}

/// Headers and footers: file, element, type of it, what is in it.
fn frames(sheet: &Sheet) -> Vec<(&'static str, &'static str, &'static str, &[Block])> {
    let all = [
        ("header1", "header", "default", &sheet.header),
        ("header2", "header", "first", &sheet.first_header),
        ("footer1", "footer", "default", &sheet.footer),
        ("footer2", "footer", "first", &sheet.first_footer),
        ("footer3", "footer", "even", &sheet.even_footer),
    ];
    all.into_iter().filter(|f| !f.3.is_empty()).map(|(file, kind, of, b)| (file, kind, of, b.as_slice())).collect()
}

fn section(sheet: &Sheet) -> Element {
    let mut parts = Vec::new();
    for (file, kind, of, _) in frames(sheet) {
        let reference = el(&format!("w:{kind}Reference"));
        parts.push(reference.with("w:type", of).with("r:id", format!("rId{file}")));
    }
    let page = &sheet.page;
    parts.push(el("w:pgSz").with("w:w", twips(page.width)).with("w:h", twips(page.height)));
    let sides = [
        ("w:top", page.top),
        ("w:right", page.right),
        ("w:bottom", page.bottom),
        ("w:left", page.left),
        ("w:header", page.header),
        ("w:footer", page.footer),
    ];
    let margins = sides.iter().fold(el("w:pgMar"), |e, (name, points)| e.with(name, twips(*points)));
    parts.push(margins.with("w:gutter", "0"));
    if sheet.title_page {
        parts.push(el("w:titlePg"));
    }
    el("w:sectPr").holding(parts)
}

fn relation(id: &str, kind: &str, target: &str) -> Element {
    el("Relationship").with("Id", id).with("Type", format!("{R}/{kind}")).with("Target", target)
}

/// Writes a document without pictures: they come in when a template is filled.
///
/// # Errors
/// When the ZIP cannot be made.
pub fn write(sheet: &Sheet) -> Result<Vec<u8>> {
    let root = |name: &str| el(name).with("xmlns:w", W).with("xmlns:r", R);
    let mut pack = Pack::default();
    let body = el("w:body").holding(blocks(&sheet.body)).holding([section(sheet)]);
    pack.put("word/document.xml", &root("w:document").holding([body]));
    let over = |name: &str, kind: &str| {
        el("Override").with("PartName", format!("/word/{name}.xml")).with("ContentType", format!("{OFFICE}.{kind}+xml"))
    };
    let xml = el("Default").with("Extension", "xml").with("ContentType", "application/xml");
    let rels = "application/vnd.openxmlformats-package.relationships+xml";
    let rels = el("Default").with("Extension", "rels").with("ContentType", rels);
    let mut types =
        vec![rels, xml, over("document", "document.main"), over("settings", "settings"), over("styles", "styles")];
    let mut relations =
        vec![relation("rIdsettings", "settings", "settings.xml"), relation("rIdstyles", "styles", "styles.xml")];
    for (file, kind, _, inside) in frames(sheet) {
        let short = if kind == "header" { "w:hdr" } else { "w:ftr" };
        pack.put(&format!("word/{file}.xml"), &root(short).holding(blocks(inside)));
        types.push(over(file, kind));
        relations.push(relation(&format!("rId{file}"), kind, &format!("{file}.xml")));
    }
    let even = (!sheet.even_footer.is_empty()).then(|| el("w:evenAndOddHeaders"));
    let settings = el("w:settings").with("xmlns:w", W).holding(even).holding([
        val("w:defaultTabStop", "420"),
        val("w:characterSpacingControl", "compressPunctuation"),
        el("w:compat").holding([val("w:compatSetting", "15")
            .with("w:name", "compatibilityMode")
            .with("w:uri", "http://schemas.microsoft.com/office/word")]),
    ]);
    pack.put("word/settings.xml", &settings);
    let plain = el("w:style").with("w:type", "paragraph").with("w:default", "1").with("w:styleId", "a");
    let defaults = el("w:docDefaults").holding([
        el("w:rPrDefault").holding([el("w:rPr").holding([val("w:sz", "32"), val("w:szCs", "32")])]),
        el("w:pPrDefault").holding([el("w:pPr")]),
    ]);
    let styles = el("w:styles").with("xmlns:w", W).holding([defaults, plain.holding([val("w:name", "Normal")])]);
    pack.put("word/styles.xml", &styles);
    pack.put("word/_rels/document.xml.rels", &el("Relationships").with("xmlns", RELS).holding(relations));
    pack.put(
        "_rels/.rels",
        &el("Relationships").with("xmlns", RELS).holding([relation("rId1", "officeDocument", "word/document.xml")]),
    );
    pack.put("[Content_Types].xml", &el("Types").with("xmlns", TYPES).holding(types));
    pack.close()
}
