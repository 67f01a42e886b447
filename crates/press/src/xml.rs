//! XML as a tree: small parts of a DOCX, read whole and written back with names as they came.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::escape::{escape, partial_escape};
use quick_xml::events::{BytesStart, Event};

use crate::{Error, Result};

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Element(Element),
    Text(String),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// With its prefix.
    pub name: String,
    pub attrs: Vec<(String, String)>,
    pub children: Vec<Node>,
}

/// Elements inside one another; deeper is an attack.
const DEPTH: usize = 256;

fn bad(why: impl std::fmt::Display) -> Error {
    Error::Bad(format!("文件内容损坏，无法读取（{why}）"))
}

impl Element {
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attrs.push((name.to_owned(), value.into()));
        self
    }

    pub fn holding(mut self, children: impl IntoIterator<Item = Self>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.children.push(Node::Text(text.into()));
        self
    }

    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attrs.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Child elements in order.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|n| match n {
            Node::Element(e) => Some(e),
            Node::Text(_) => None,
        })
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|e| e.name == name)
    }

    /// The first of that name anywhere below.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.elements().find_map(|e| if e.name == name { Some(e) } else { e.find(name) })
    }

    /// Its own text.
    pub fn own_text(&self) -> String {
        let texts = self.children.iter().filter_map(|n| match n {
            Node::Text(t) => Some(t.as_str()),
            Node::Element(_) => None,
        });
        texts.collect()
    }

    fn write(&self, out: &mut String) {
        out.push('<');
        out.push_str(&self.name);
        for (name, value) in &self.attrs {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            out.push_str(&escape(value.as_str()));
            out.push('"');
        }
        if self.children.is_empty() {
            out.push_str("/>");
            return;
        }
        out.push('>');
        for child in &self.children {
            match child {
                Node::Element(e) => e.write(out),
                Node::Text(t) => out.push_str(&partial_escape(t.as_str())),
            }
        }
        out.push_str("</");
        out.push_str(&self.name);
        out.push('>');
    }

    /// The part with its declaration.
    pub fn document(&self) -> String {
        let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned();
        self.write(&mut out);
        out
    }
}

fn opened(start: &BytesStart<'_>) -> Result<Element> {
    let mut element = Element::new(start.name().as_ref());
    for attr in start.attributes() {
        let attr = attr.map_err(bad)?;
        let value = attr.normalized_value(XmlVersion::Implicit1_0).map_err(bad)?;
        element.attrs.push((attr.key.as_ref().to_owned(), value.into_owned()));
    }
    Ok(element)
}

fn close(stack: &mut [Element], root: &mut Option<Element>, done: Element) {
    match stack.last_mut() {
        Some(parent) => parent.children.push(Node::Element(done)),
        None => *root = Some(done),
    }
}

fn say(stack: &mut [Element], text: &str) {
    let Some(parent) = stack.last_mut() else { return };
    match parent.children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => parent.children.push(Node::Text(text.to_owned())),
    }
}

/// Reads a part. Document types and entities of their own are refused.
pub fn parse(text: &str) -> Result<Element> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let (mut stack, mut root) = (Vec::new(), None);
    loop {
        match reader.read_event().map_err(bad)? {
            Event::Start(start) => {
                if stack.len() >= DEPTH {
                    return Err(bad("嵌套过深"));
                }
                stack.push(opened(&start)?);
            }
            Event::Empty(start) => {
                let element = opened(&start)?;
                close(&mut stack, &mut root, element);
            }
            Event::End(_) => {
                let done = stack.pop().ok_or_else(|| bad("标记不成对"))?;
                close(&mut stack, &mut root, done);
            }
            Event::Text(text) => say(&mut stack, &text.xml_content(XmlVersion::Implicit1_0)),
            Event::CData(text) => say(&mut stack, &text),
            Event::GeneralRef(name) => {
                let c = match name.resolve_char_ref().map_err(bad)? {
                    Some(c) => c.to_string(),
                    None => match &*name {
                        "amp" => "&".to_owned(),
                        "lt" => "<".to_owned(),
                        "gt" => ">".to_owned(),
                        "quot" => "\"".to_owned(),
                        "apos" => "'".to_owned(),
                        other => return Err(bad(format!("未知实体{other}"))),
                    },
                };
                say(&mut stack, &c);
            }
            Event::DocType(_) => return Err(bad("含有文档类型声明")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if !stack.is_empty() {
        return Err(bad("标记不成对"));
    }
    root.ok_or_else(|| bad("内容为空"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_comes_back_as_it_was() {
        let text =
            r#"<w:p w:a="1 &amp; &quot;2&quot;"><w:t xml:space="preserve"> 甲&lt;乙&#x4E59; </w:t><w:br/></w:p>"#;
        let tree = parse(text).unwrap();
        assert_eq!(tree.attr("w:a"), Some("1 & \"2\""));
        assert_eq!(tree.child("w:t").unwrap().own_text(), " 甲<乙乙 ");
        assert_eq!(parse(&tree.document()).unwrap(), tree);
    }

    #[test]
    fn broken_and_hostile_parts_are_refused() {
        for text in ["", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>", "<a>&x;</a>"] {
            assert!(parse(text).is_err(), "{text}");
        }
        let deep = format!("{}{}", "<a>".repeat(DEPTH + 1), "</a>".repeat(DEPTH + 1));
        assert!(parse(&deep).is_err());
    }
}
