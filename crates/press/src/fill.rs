//! Filling a template: `{{名称}}` becomes a value, a table row with `{{清单.名称}}` is repeated for every item of the list,
//! `{{二维码}}` becomes the picture. Word cuts a placeholder into runs as it likes; here the text of a paragraph is one.

use std::collections::{BTreeMap, BTreeSet};

use crate::pack::Pack;
use crate::write::{add_picture, drawing};
use crate::xml::{Element, Node};
use crate::{Error, MM, Result};

/// What a document says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fields {
    pub texts: BTreeMap<String, String>,
    /// Items of lists by name of the list.
    pub lists: BTreeMap<String, Vec<BTreeMap<String, String>>>,
    /// The code of `{{二维码}}`, a PNG.
    pub qr: Option<Vec<u8>>,
}

/// The placeholder of the code.
pub const QR: &str = "二维码";

/// The names a template uses, as they stand between the braces.
pub type Placeholders = BTreeSet<String>;

/// Side of the code on paper.
const SIDE: f32 = 24.0 * MM;

/// One `{{name}}` in a paragraph's text: where it begins and ends, bytes.
struct Found {
    from: usize,
    to: usize,
    name: String,
}

fn find(text: &str) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find("{{") {
        let from = at + open;
        let rest = &text[from + 2..];
        let snippet = || text[from..].chars().take(20).collect::<String>();
        let end = rest.find("}}").ok_or_else(|| Error::Bad(format!("占位符没有写完：“{}”", snippet())))?;
        let name: String = rest[..end].chars().filter(|c| !c.is_whitespace()).collect();
        if name.is_empty() || name.contains(['{', '}']) {
            return Err(Error::Bad(format!("占位符写法有误：“{}”，应为 {{{{名称}}}}", snippet())));
        }
        at = from + 2 + end + 2;
        found.push(Found { from, to: at, name });
    }
    Ok(found)
}

/// The texts of a paragraph in order, not those of paragraphs inside it.
fn texts<'a>(p: &'a mut Element, out: &mut Vec<&'a mut String>) {
    for child in &mut p.children {
        let Node::Element(e) = child else { continue };
        if e.name == "w:t" {
            if !matches!(e.children.first(), Some(Node::Text(_))) {
                e.children.insert(0, Node::Text(String::new()));
            }
            if let Some(Node::Text(t)) = e.children.first_mut() {
                out.push(t);
            }
        } else if e.name != "w:p" {
            texts(e, out);
        }
    }
}

fn text_of(e: &Element, out: &mut String) {
    for child in e.elements() {
        if child.name == "w:t" {
            out.push_str(&child.own_text());
        } else if child.name != "w:p" {
            text_of(child, out);
        }
    }
}

fn names_in(e: &Element, out: &mut Placeholders) -> Result<()> {
    if e.name == "w:p" {
        let mut text = String::new();
        text_of(e, &mut text);
        out.extend(find(&text)?.into_iter().map(|f| f.name));
    }
    e.elements().try_for_each(|child| names_in(child, out))
}

/// Every placeholder of a template.
///
/// # Errors
/// When the file is damaged or a placeholder is not finished.
pub fn placeholders(docx: &[u8]) -> Result<Placeholders> {
    let pack = Pack::open(docx)?;
    let mut names = Placeholders::new();
    for part in pack.texts() {
        if let Some(root) = pack.part(&part)? {
            names_in(&root, &mut names)?;
        }
    }
    Ok(names)
}

/// Marks the places of pictures and breaks inside a text until its run is taken apart.
const PICTURE_MARK: char = '\u{e000}';

struct Filling<'a> {
    fields: &'a Fields,
    /// The item of a repeated row: name of the list and values.
    item: Option<(&'a str, &'a BTreeMap<String, String>)>,
    /// Relation of the code's picture in this part.
    relation: Option<String>,
    /// Pictures drawn so far: each has a number of its own.
    drawn: usize,
}

/// Only what XML may hold, without our own mark.
fn clean(text: &str) -> String {
    let kept = |c: &char| (*c >= ' ' || *c == '\n' || *c == '\t') && !('\u{e000}'..='\u{e0ff}').contains(c);
    text.replace("\r\n", "\n").chars().filter(kept).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

impl<'a> Filling<'a> {
    fn value(&self, name: &str) -> Option<String> {
        if name == QR {
            return Some(self.fields.qr.as_ref().map(|_| PICTURE_MARK.to_string()).unwrap_or_default());
        }
        let item = self.item.zip(name.split_once('.')).filter(|((list, _), (of, _))| list == of);
        match item {
            Some(((_, values), (_, key))) => values.get(key).map(|v| clean(v)),
            None => self.fields.texts.get(name).map(|v| clean(v)),
        }
    }

    /// Fills one paragraph; several when its only content is a text of several, none when that is empty.
    fn para(&mut self, p: &Element) -> Result<Vec<Element>> {
        let mut whole = String::new();
        text_of(p, &mut whole);
        let found = find(&whole)?;
        if found.is_empty() {
            return Ok(vec![p.clone()]);
        }
        if let [one] = found.as_slice()
            && one.from == 0
            && one.to == whole.trim_end().len()
            && let Some(value) = self.value(&one.name)
            && (value.contains('\n') || value.is_empty())
        {
            let lines = value.lines().map(str::trim).filter(|l| !l.is_empty());
            return lines.map(|line| self.put(p, &found, Some(line))).collect();
        }
        Ok(vec![self.put(p, &found, None)?])
    }

    fn put(&mut self, p: &Element, found: &[Found], only: Option<&str>) -> Result<Element> {
        let mut p = p.clone();
        {
            let mut places = Vec::new();
            texts(&mut p, &mut places);
            let mut values = Vec::new();
            for f in found {
                let value = match only {
                    Some(line) => line.to_owned(),
                    None => self.value(&f.name).ok_or_else(|| Error::Bad(format!("未知占位符 {{{{{}}}}}", f.name)))?,
                };
                values.push(value);
            }
            replace(&mut places, found, &values);
        }
        self.take_apart(&mut p);
        Ok(p)
    }

    /// Runs whose text holds breaks, tabs or a picture become several elements.
    fn take_apart(&mut self, e: &mut Element) {
        for child in &mut e.children {
            let Node::Element(run) = child else { continue };
            if run.name != "w:r" {
                self.take_apart(run);
                continue;
            }
            let mut children = Vec::new();
            for inner in run.children.drain(..) {
                match inner {
                    Node::Element(t) if t.name == "w:t" => {
                        children.extend(self.pieces(&t.own_text()).map(Node::Element))
                    }
                    other => children.push(other),
                }
            }
            run.children = children;
        }
    }

    fn pieces(&mut self, text: &str) -> impl Iterator<Item = Element> + use<> {
        let mut out = Vec::new();
        let mut word = String::new();
        let flush = |word: &mut String, out: &mut Vec<Element>| {
            if !word.is_empty() {
                out.push(Element::new("w:t").with("xml:space", "preserve").text(std::mem::take(word)));
            }
        };
        for c in text.chars() {
            let special = match c {
                '\n' => Some(Element::new("w:br")),
                '\t' => Some(Element::new("w:tab")),
                PICTURE_MARK => self.relation.as_deref().map(|rel| {
                    self.drawn += 1;
                    drawing(rel, self.drawn, SIDE, SIDE)
                }),
                _ => None,
            };
            match special {
                Some(element) => {
                    flush(&mut word, &mut out);
                    out.push(element);
                }
                None if c == PICTURE_MARK => {}
                None => word.push(c),
            }
        }
        flush(&mut word, &mut out);
        out.into_iter()
    }

    fn all(&mut self, e: &Element) -> Result<Element> {
        let mut out = Element { name: e.name.clone(), attrs: e.attrs.clone(), children: Vec::new() };
        for child in &e.children {
            match child {
                Node::Element(p) if p.name == "w:p" => {
                    out.children.extend(self.para(p)?.into_iter().map(Node::Element));
                }
                Node::Element(row) if row.name == "w:tr" => {
                    out.children.extend(self.rows(row)?.into_iter().map(Node::Element));
                }
                Node::Element(other) => {
                    out.children.push(Node::Element(self.all(other)?));
                }
                text @ Node::Text(_) => out.children.push(text.clone()),
            }
        }
        // A cell without a paragraph is no cell.
        if e.name == "w:tc" && out.child("w:p").is_none() {
            out.children.push(Node::Element(Element::new("w:p")));
        }
        Ok(out)
    }

    /// A row that names a list is there once for every item.
    fn rows(&mut self, row: &Element) -> Result<Vec<Element>> {
        let mut names = Placeholders::new();
        names_in(row, &mut names)?;
        let fields = self.fields;
        let list =
            names.iter().filter_map(|n| n.split_once('.')).find_map(|(list, _)| fields.lists.get_key_value(list));
        let Some((name, items)) = list else { return Ok(vec![self.all(row)?]) };
        let before = self.item;
        let mut rows = Vec::new();
        for item in items {
            self.item = Some((name, item));
            rows.push(self.all(row)?);
        }
        self.item = before;
        Ok(rows)
    }
}

/// Puts the values where the placeholders were: each into the text in which its placeholder begins.
fn replace(places: &mut [&mut String], found: &[Found], values: &[String]) {
    let mut at = 0;
    for place in places.iter_mut() {
        let old = std::mem::take(*place);
        let (start, end) = (at, at + old.len());
        at = end;
        let mut kept = start;
        for (f, value) in found.iter().zip(values) {
            if f.to <= start || f.from >= end {
                continue;
            }
            if f.from >= start {
                place.push_str(&old[kept - start..f.from - start]);
                place.push_str(value);
            }
            kept = f.to.min(end);
        }
        place.push_str(&old[kept - start..]);
    }
}

/// Fills a template.
///
/// # Errors
/// When the template is damaged or names something the fields do not hold.
pub fn fill(docx: &[u8], fields: &Fields) -> Result<Vec<u8>> {
    let mut pack = Pack::open(docx)?;
    let mut drawn = 1_000;
    for part in pack.texts() {
        let Some(root) = pack.part(&part)? else { continue };
        let mut names = Placeholders::new();
        names_in(&root, &mut names)?;
        let code = fields.qr.as_ref().filter(|_| names.contains(QR));
        let relation = code.map(|png| add_picture(&mut pack, &part, "hotline-qr.png", png)).transpose()?;
        let mut filling = Filling { fields, item: None, relation, drawn };
        let filled = filling.all(&root)?;
        drawn = filling.drawn;
        pack.put(&part, &filled);
    }
    pack.close()
}
