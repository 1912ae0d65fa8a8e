//! Printed sheets: one case as a document (docx), many as a table (xlsx, docx): a title row, the lines 填报单位 and
//! 填报日期, and the three-colour light always with its word. Sizes are those of GB/T 9704, from the law.

mod docx;
mod layout;
mod words;
mod xlsx;

use crate::error::{Error, Result};
use crate::event::Doc;
use crate::pack::procedure::Sheet;
use crate::pack::{Packs, Procedure};
use chrono::NaiveDate;
use law::Law;

/// What a sheet needs beside the cases.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The packs.
    pub packs: &'a Packs,
    /// The law.
    pub law: &'a Law,
    /// The day of the sheet: lights and terms are of it.
    pub today: NaiveDate,
    /// 填报单位.
    pub unit: &'a str,
}

/// A table, ready to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub title: String,
    pub unit: String,
    pub day: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<String>>,
    /// Column of the light, and its colour by row.
    pub light: Option<usize>,
    pub colours: Vec<String>,
    pub note: String,
}

fn find<'a>(desk: &Desk<'a>, procedure: &str, sheet: &str) -> Result<(&'a Procedure, &'a Sheet)> {
    let p = desk.packs.procedures.get(procedure).ok_or_else(|| {
        Error::refused(
            format!("没有办理流程“{procedure}”。"),
            format!("there is no procedure `{procedure}`."),
        )
    })?;
    let found = p.sheets.iter().find(|s| s.id == sheet).ok_or_else(|| {
        Error::refused(
            format!("“{}”没有表单“{sheet}”。", p.title.zh),
            format!("{} has no sheet `{sheet}`.", p.title.en),
        )
    })?;
    Ok((p, found))
}

/// Many cases as a workbook: one row each.
pub fn sheet_xlsx(desk: &Desk<'_>, procedure: &str, sheet: &str, cases: &[Doc]) -> Result<Vec<u8>> {
    let (p, sheet) = find(desk, procedure, sheet)?;
    if sheet.columns.is_empty() {
        return Err(Error::refused(
            format!("“{}”不是汇总表，请导出为docx。", sheet.title.zh),
            format!("`{}` is no table: export it as docx.", sheet.title.en),
        ));
    }
    xlsx::write(
        &words::table(desk, p, sheet, cases),
        &layout::Layout::read(desk.law, desk.today)?,
    )
}

/// One case as a document, or many as a table, as the sheet says.
pub fn sheet_docx(desk: &Desk<'_>, procedure: &str, sheet: &str, cases: &[Doc]) -> Result<Vec<u8>> {
    let (p, sheet) = find(desk, procedure, sheet)?;
    let layout = layout::Layout::read(desk.law, desk.today)?;
    if !sheet.columns.is_empty() {
        return docx::table(&words::table(desk, p, sheet, cases), &layout);
    }
    match cases {
        [one] => docx::letter(&words::letter(desk, p, sheet, one), &layout),
        _ => Err(Error::refused(
            format!("“{}”一次只能打印一件。", sheet.title.zh),
            format!("`{}` is printed for one case at a time.", sheet.title.en),
        )),
    }
}
