//! A document by GB/T 9704: A4, margins, 仿宋 body, title in the middle, page number with dashes.

use super::Table;
use super::layout::Layout;
use super::words::Paragraph as Said;
use super::xlsx::fill;
use crate::error::{Error, Result};
use docx_rs::{
    AlignmentType, Docx, Footer, LineSpacing, LineSpacingType, PageMargin, PageNum, PageOrientationType, Paragraph,
    Run, RunFonts, Shading, SpecialIndentType, Table as Grid, TableCell, TableRow, WidthType,
};
use std::io::Cursor;

/// Twentieths of a point in a millimetre: 1440 to the inch of 25.4 mm.
const TWIPS_PER_MM: f64 = 1440.0 / 25.4;
const TWIPS_PER_PT: f64 = 20.0;

#[allow(clippy::cast_possible_truncation)] // lengths of a page
fn twips(mm: f64) -> i32 {
    (mm * TWIPS_PER_MM).round() as i32
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // type sizes, 1 to 100 pt
fn half_points(pt: f64) -> usize {
    (pt * 2.0).round() as usize
}

fn run(text: &str, font: &str, pt: f64) -> Run {
    let fonts = RunFonts::new()
        .east_asia(font)
        .ascii("Times New Roman")
        .hi_ansi("Times New Roman");
    Run::new().add_text(text).fonts(fonts).size(half_points(pt))
}

/// Body lines are as high as the page's number of lines wants.
#[allow(clippy::cast_possible_truncation)] // a line's height
fn spacing(layout: &Layout) -> LineSpacing {
    let height = layout.text_height_mm * TWIPS_PER_MM / layout.lines;
    LineSpacing::new()
        .line_rule(LineSpacingType::Exact)
        .line(height.round() as i32)
}

fn page(layout: &Layout, landscape: bool) -> Docx {
    let right = layout.page_width_mm - layout.left_mm - layout.text_width_mm;
    let bottom = layout.page_height_mm - layout.top_mm - layout.text_height_mm;
    let (w, h) = (
        twips(layout.page_width_mm).unsigned_abs(),
        twips(layout.page_height_mm).unsigned_abs(),
    );
    // Turned, the binding edge is at the top.
    let margin = match landscape {
        false => [layout.top_mm, right, bottom, layout.left_mm],
        true => [layout.left_mm, layout.top_mm, right, bottom],
    };
    let [top, right, bottom, left] = margin.map(twips);
    let margin = PageMargin::new()
        .top(top)
        .right(right)
        .bottom(bottom)
        .left(left)
        .footer(bottom / 2);
    let dash = |text: &str| run(text, &layout.page_number_font, layout.page_number_pt);
    let number = Paragraph::new()
        .align(AlignmentType::Center)
        .size(half_points(layout.page_number_pt))
        .add_run(dash("— "))
        .add_page_num(PageNum::new())
        .add_run(dash(" —"));
    let docx = Docx::new()
        .page_margin(margin)
        .footer(Footer::new().add_paragraph(number));
    match landscape {
        false => docx.page_size(w, h),
        true => docx.page_size(h, w).page_orient(PageOrientationType::Landscape),
    }
}

fn bytes(docx: Docx) -> Result<Vec<u8>> {
    let mut out = Cursor::new(Vec::new());
    docx.build().pack(&mut out).map_err(|e| {
        Error::refused(
            format!("文档写不出来：{e}"),
            format!("the document cannot be written: {e}"),
        )
    })?;
    Ok(out.into_inner())
}

fn title(text: &str, layout: &Layout) -> Paragraph {
    Paragraph::new()
        .align(AlignmentType::Center)
        .add_run(run(text, &layout.title_font, layout.title_pt))
}

/// One case.
pub(super) fn letter(paragraphs: &[Said], layout: &Layout) -> Result<Vec<u8>> {
    let mut docx = page(layout, false);
    // Two characters in, as Chinese paragraphs begin.
    let two = SpecialIndentType::FirstLine(2 * twips(layout.body_pt / TWIPS_PER_MM * TWIPS_PER_PT));
    for p in paragraphs {
        let made = match p {
            Said::Title(text) => title(text, layout),
            Said::Heading(text) => Paragraph::new()
                .indent(None, Some(two), None, None)
                .line_spacing(spacing(layout))
                .add_run(run(text, &layout.heading_font, layout.body_pt)),
            Said::Body(text) => Paragraph::new()
                .align(AlignmentType::Both)
                .indent(None, Some(two), None, None)
                .line_spacing(spacing(layout))
                .add_run(run(text, &layout.body_font, layout.body_pt)),
        };
        docx = docx.add_paragraph(made);
    }
    bytes(docx)
}

/// Many cases, across the page.
pub(super) fn table(table: &Table, layout: &Layout) -> Result<Vec<u8>> {
    let width = twips(layout.text_height_mm).unsigned_abs() as usize;
    let each = width / table.head.len().max(1);
    let cell = |text: &str, font: &str, colour: Option<u32>| {
        let mut cell = TableCell::new().width(each, WidthType::Dxa);
        for line in text.lines() {
            cell = cell.add_paragraph(Paragraph::new().add_run(run(line, font, layout.table_pt)));
        }
        match colour {
            Some(rgb) => cell.shading(Shading::new().fill(format!("{rgb:06X}"))),
            None => cell,
        }
    };
    let head = table.head.iter().map(|h| cell(h, &layout.heading_font, None)).collect();
    let mut rows = vec![TableRow::new(head).cant_split()];
    for (r, cells) in table.rows.iter().enumerate() {
        let colour = |c: usize| (table.light == Some(c)).then(|| fill(&table.colours[r])).flatten();
        let cells = cells
            .iter()
            .enumerate()
            .map(|(c, text)| cell(text, &layout.body_font, colour(c)))
            .collect();
        rows.push(TableRow::new(cells).cant_split());
    }
    let line = |text: &str| Paragraph::new().add_run(run(text, &layout.body_font, layout.table_pt));
    let docx = page(layout, true)
        .add_paragraph(title(&table.title, layout))
        .add_paragraph(line(&format!("{}　　{}", table.unit, table.day)))
        .add_table(
            Grid::new(rows)
                .set_grid(vec![each; table.head.len()])
                .width(width, WidthType::Dxa),
        )
        .add_paragraph(line(&table.note));
    bytes(docx)
}
