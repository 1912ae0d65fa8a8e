//! A table as a workbook. Texts are written as texts: what looks like a formula is none.

use super::Table;
use super::layout::Layout;
use crate::error::{Error, Result};
use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, XlsxError};

/// Fill of a light; the word stands in the same cell. The palette of tasks, not that of pollution warnings.
pub(super) fn fill(colour: &str) -> Option<u32> {
    match colour {
        "green" => Some(0x00C6_E7C8),
        "yellow" => Some(0x00FF_E9A8),
        "red" => Some(0x00F6_C0BC),
        _ => None,
    }
}

/// Width of a column in characters, by what stands in it.
const LEAST_WIDTH: f64 = 6.0;
const MOST_WIDTH: f64 = 36.0;

fn failed(e: XlsxError) -> Error {
    Error::refused(
        format!("工作簿写不出来：{e}"),
        format!("the workbook cannot be written: {e}"),
    )
}

/// Characters a text takes: a Chinese one takes two.
fn width(text: &str) -> f64 {
    let longest = text
        .lines()
        .map(|l| l.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum::<f64>());
    longest.fold(0.0, f64::max) + 2.0
}

pub(super) fn write(table: &Table, layout: &Layout) -> Result<Vec<u8>> {
    make(table, layout).map_err(failed)
}

fn make(table: &Table, layout: &Layout) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let columns = u16::try_from(table.head.len()).unwrap_or(u16::MAX).max(2);
    let last = columns - 1;
    let body = Format::new()
        .set_font_name(&layout.body_font)
        .set_font_size(layout.table_pt)
        .set_border(FormatBorder::Thin)
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter);
    let head = body.clone().set_bold().set_align(FormatAlign::Center);
    let title = Format::new()
        .set_font_name(&layout.title_font)
        .set_font_size(layout.title_pt)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter);
    let line = Format::new()
        .set_font_name(&layout.body_font)
        .set_font_size(layout.table_pt);
    let right = line.clone().set_align(FormatAlign::Right);
    sheet.merge_range(0, 0, 0, last, &table.title, &title)?;
    sheet.set_row_height(0, layout.title_pt * 2.0)?;
    let middle = last / 2;
    match middle {
        0 => sheet.write_string_with_format(1, 0, &table.unit, &line)?,
        _ => sheet.merge_range(1, 0, 1, middle, &table.unit, &line)?,
    };
    match last - middle {
        1 => sheet.write_string_with_format(1, last, &table.day, &right)?,
        _ => sheet.merge_range(1, middle + 1, 1, last, &table.day, &right)?,
    };
    for (c, name) in table.head.iter().enumerate() {
        let c = u16::try_from(c).unwrap_or(u16::MAX);
        sheet.write_string_with_format(2, c, name, &head)?;
        let texts = table
            .rows
            .iter()
            .map(|r| r[usize::from(c)].as_str())
            .chain([name.as_str()]);
        sheet.set_column_width(c, texts.map(width).fold(LEAST_WIDTH, f64::max).min(MOST_WIDTH))?;
    }
    for (r, cells) in table.rows.iter().enumerate() {
        let row = u32::try_from(r + 3).unwrap_or(u32::MAX);
        for (c, text) in cells.iter().enumerate() {
            let coloured = (table.light == Some(c)).then(|| fill(&table.colours[r])).flatten();
            let format = coloured.map_or_else(|| body.clone(), |rgb| body.clone().set_background_color(rgb));
            sheet.write_string_with_format(row, u16::try_from(c).unwrap_or(u16::MAX), text, &format)?;
        }
    }
    let end = u32::try_from(table.rows.len() + 3).unwrap_or(u32::MAX);
    sheet.write_string_with_format(end, 0, &table.note, &line)?;
    sheet.set_freeze_panes(3, 0)?;
    sheet.set_repeat_rows(0, 2)?;
    sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
    sheet.set_footer("&C— &P —");
    book.save_to_buffer()
}
