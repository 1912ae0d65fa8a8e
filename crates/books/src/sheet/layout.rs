//! Sizes and fonts of documents, from the law (`interfaces.document_format`, `interfaces.document_font`).

use crate::error::{Error, Result};
use chrono::NaiveDate;
use law::{Law, Provision};

/// GB/T 9704-2012: lengths in mm, type sizes in pt.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Layout {
    pub page_width_mm: f64,
    pub page_height_mm: f64,
    pub top_mm: f64,
    pub left_mm: f64,
    pub text_width_mm: f64,
    pub text_height_mm: f64,
    pub lines: f64,
    pub title_pt: f64,
    pub body_pt: f64,
    pub page_number_pt: f64,
    pub table_pt: f64,
    pub title_font: String,
    pub body_font: String,
    pub heading_font: String,
    pub page_number_font: String,
}

impl Layout {
    pub fn read(law: &Law, day: NaiveDate) -> Result<Self> {
        let at = |key: &str| {
            law.at(key, day, "").map_err(|e| {
                Error::refused(
                    format!("公文版式（{key}）没有录入，不能打印：{e}"),
                    format!("no layout of documents ({key}): {e}"),
                )
            })
        };
        let (format, fonts) = (at("interfaces.document_format")?, at("interfaces.document_font")?);
        let row = |p: &Provision, item: &str, column: &str| {
            let row = p.table.find(&[("item", item)]).ok_or_else(|| {
                Error::refused(
                    format!("公文版式缺“{item}”（{}）。", p.key),
                    format!("the layout lacks `{item}` ({}).", p.key),
                )
            })?;
            Ok::<String, Error>(p.table.text(row, column).to_string())
        };
        let number = |item: &str| {
            let text = row(format, item, "value")?;
            // A length on paper, no figure: binary floating point is good enough here.
            text.parse::<f64>().map_err(|_| {
                Error::refused(
                    format!("公文版式“{item}”的值“{text}”不是数字。"),
                    format!("`{item}` of the layout is `{text}`, no number."),
                )
            })
        };
        let font = |item: &str| row(fonts, item, "font");
        Ok(Self {
            page_width_mm: number("page_width")?,
            page_height_mm: number("page_height")?,
            top_mm: number("top_margin")?,
            left_mm: number("left_margin")?,
            text_width_mm: number("text_width")?,
            text_height_mm: number("text_height")?,
            lines: number("lines")?,
            title_pt: number("title_size")?,
            body_pt: number("body_size")?,
            page_number_pt: number("page_number_size")?,
            table_pt: number("table_size")?,
            title_font: font("title")?,
            body_font: font("body")?,
            heading_font: font("heading")?,
            page_number_font: font("page_number")?,
        })
    }
}
