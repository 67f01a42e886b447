//! Pages as PDF.

use std::collections::BTreeMap;

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::{GlyphId, KrillaGlyph};

use crate::line::Item;
use crate::model::{Colour, Sheet};
use crate::set::{Faces, Painted};
use crate::{About, Error, Result};

fn fill(c: Colour) -> Fill {
    Fill { paint: rgb::Color::new(c[0], c[1], c[2]).into(), opacity: NormalizedF32::ONE, rule: Default::default() }
}

/// Pictures, decoded once.
type Images = BTreeMap<String, Image>;

fn images(sheet: &Sheet) -> Images {
    let decode = |(name, bytes): (&String, &Vec<u8>)| {
        let data = bytes.clone().into();
        let image =
            if bytes.starts_with(b"\x89PNG") { Image::from_png(data, false) } else { Image::from_jpeg(data, false) };
        Some((name.clone(), image.ok()?))
    };
    sheet.images.iter().filter_map(decode).collect()
}

fn item(surface: &mut Surface<'_>, item: &Item, faces: &Faces, images: &Images) {
    match item {
        Item::Text { x, y, style, size, colour, text, glyphs } => {
            let Some(face) = faces.get(style) else { return };
            let set = |g: &crate::line::Glyph| {
                KrillaGlyph::new(GlyphId::new(g.id), g.advance / size, 0.0, 0.0, 0.0, g.from..g.to, None)
            };
            let glyphs: Vec<KrillaGlyph> = glyphs.iter().map(set).collect();
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            surface.draw_glyphs(Point::from_xy(*x, *y), &glyphs, face.font.clone(), text, *size, false);
        }
        Item::Image { name, x, y, width, height } => {
            let size = Size::from_wh(*width, *height);
            let Some((image, size)) = images.get(name).zip(size) else { return };
            surface.push_transform(&Transform::from_translate(*x, *y));
            surface.draw_image(image.clone(), size);
            surface.pop();
        }
        Item::Rule { x, y, to_x, to_y, width, colour } => {
            let mut path = PathBuilder::new();
            path.move_to(*x, *y);
            path.line_to(*to_x, *to_y);
            let Some(path) = path.finish() else { return };
            let paint = rgb::Color::new(colour[0], colour[1], colour[2]).into();
            surface.set_fill(None);
            surface.set_stroke(Some(Stroke { paint, width: *width, ..Stroke::default() }));
            surface.draw_path(&path);
        }
        Item::Fill { x, y, width, height, colour } => {
            let mut path = PathBuilder::new();
            let Some(rect) = Rect::from_xywh(*x, *y, *width, *height) else { return };
            path.push_rect(rect);
            let Some(path) = path.finish() else { return };
            surface.set_stroke(None);
            surface.set_fill(Some(fill(*colour)));
            surface.draw_path(&path);
        }
    }
}

/// Writes the PDF. The same pages give the same bytes: no time is written into it.
pub fn paint(sheet: &Sheet, pages: &[Painted], faces: &Faces, about: &About) -> Result<Vec<u8>> {
    let images = images(sheet);
    let mut document = Document::new();
    for page in pages {
        let size = PageSettings::from_wh(sheet.page.width, sheet.page.height);
        let size = size.ok_or_else(|| Error::Pdf("a page without a size".to_owned()))?;
        let mut sheet = document.start_page_with(size);
        let mut surface = sheet.surface();
        for one in page {
            item(&mut surface, one, faces, &images);
        }
        surface.finish();
        sheet.finish();
    }
    let title = Metadata::new().title(about.title.clone()).authors(vec![about.author.clone()]);
    document.set_metadata(title.language("zh-CN".to_owned()));
    document.finish().map_err(|e| Error::Pdf(format!("{e:?}")))
}
