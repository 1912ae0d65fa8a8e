//! Tables as xlsx: the same answers as the pages', cell by cell, with units in the headers and the mark of simulation.

mod law;
mod packets;
mod what_if;

pub use law::figure;
pub use what_if::what_if;

use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::plan::unit_label;
use ::figure::{Decimal, Explanation};
use ::plan::stand::{Asked, Stand};
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Wanted {
    measure: Option<String>,
    date: Option<NaiveDate>,
    law_of: Option<NaiveDate>,
    division: Option<String>,
    key: Option<String>,
    r#ref: Option<String>,
    domain: Option<String>,
}

/// What can be had.
const KNOWN: &str = "stand.xlsx、law.xlsx、standards.xlsx、missing.xlsx、doubts.xlsx、figure.xlsx、what-if.xlsx、packets.xlsx、quarantine.xlsx、explain.xlsx";

/// `GET /api/export/stand.xlsx?measure=…`, `law.xlsx?key=…`, `standards.xlsx`, `missing.xlsx`, `doubts.xlsx`,
/// `packets.xlsx`, `quarantine.xlsx`, `explain.xlsx?ref=…`
pub async fn export(State(app): State<Arc<App>>, Path(what): Path<String>, Q(q): Q<Wanted>) -> ApiResult<Response> {
    let lacks =
        |name: &str| ApiError::bad(format!("缺少参数 {name}"), format!("parameter {name} is missing")).at(what.clone());
    let bytes = match what.as_str() {
        "stand.xlsx" => {
            let measure = q.measure.ok_or_else(|| lacks("measure"))?;
            let asked = Asked {
                date: q.date.unwrap_or(app.plan.head.open_at),
                law_of: q.law_of,
            };
            let s = app.stand(&measure, asked, q.division.as_deref()).await?;
            stand(&app, &s, asked)
        }
        "law.xlsx" => law::versions(&app, &q.key.ok_or_else(|| lacks("key"))?),
        "standards.xlsx" => law::standards(&app, q.domain.as_deref(), q.date),
        "missing.xlsx" => law::missing(&app),
        "doubts.xlsx" => law::doubts(&app),
        "packets.xlsx" => packets::recent(&app),
        "quarantine.xlsx" => {
            let list = crate::state::blocking({
                let app = app.clone();
                move || {
                    app.evidence
                        .quarantine_list(None, packets::QUARANTINE_MAX)
                        .map_err(ApiError::internal)
                }
            });
            packets::quarantine(&list.await?)
        }
        "explain.xlsx" => {
            let reference = q.r#ref.ok_or_else(|| lacks("ref"))?;
            let tree = app.explain(&reference).await?;
            explanation(&tree)
        }
        _ => {
            return Err(
                ApiError::not_found(format!("没有名为 {what} 的导出"), format!("there is no export {what}")).remedy(
                    format!("可用:{KNOWN}"),
                    format!("there are {}", KNOWN.replace('、', ", ")),
                ),
            );
        }
    }
    .map_err(ApiError::internal)?;
    Ok(file(&what, bytes))
}

/// The answer that a browser keeps as a file.
fn file(name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (
            header::CONTENT_TYPE,
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_string(),
        ),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    (headers, bytes).into_response()
}

/// A cell that is a number where its text is one, and the text where not.
fn cell(sheet: &mut Worksheet, row: u32, col: u16, text: &str) -> Result<(), XlsxError> {
    // Codes keep their zeros in front, and no cell of ours is a formula.
    let coded = text.len() > 1 && text.starts_with('0') && !text.starts_with("0.");
    match Decimal::parse(text) {
        Ok(d) if !coded && text.len() <= 15 => number(sheet, row, col, Some(d)),
        _ if text.is_empty() => Ok(()),
        _ => sheet.write_string(row, col, text).map(|_| ()),
    }
}

/// A row of texts.
fn text_row(sheet: &mut Worksheet, row: u32, cells: &[&str]) -> Result<(), XlsxError> {
    cells.iter().enumerate().try_for_each(|(i, c)| {
        // 32,767 letters are what a cell holds.
        let short: String = c.chars().take(32_000).collect();
        sheet.write_string(row, i as u16, short).map(|_| ())
    })
}

/// Numbers go in as numbers with their own decimals, so that 36.0 stays 36.0 in the cell.
fn number(sheet: &mut Worksheet, row: u32, col: u16, value: Option<Decimal>) -> Result<(), XlsxError> {
    let Some(d) = value else { return Ok(()) };
    let digits = d.scale() as usize;
    let format = if digits == 0 {
        "0".to_string()
    } else {
        format!("0.{}", "0".repeat(digits))
    };
    sheet.write_number_with_format(row, col, d.to_f64(), &Format::new().set_num_format(format))?;
    Ok(())
}

fn header_row(sheet: &mut Worksheet, row: u32, titles: &[&str]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (i, t) in titles.iter().enumerate() {
        sheet.write_string_with_format(row, i as u16, *t, &bold)?;
    }
    Ok(())
}

fn stand(app: &App, s: &Stand, asked: Asked) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let mark = if s.simulated { "(含模拟数据)" } else { "" };
    let unit = unit_label(&s.unit);
    let sheet = book.add_worksheet().set_name("城市")?;
    let law = asked
        .law_of
        .map_or("当日有效的标准".to_string(), |d| format!("{d} 的标准"));
    sheet.write_string(
        0,
        0,
        format!("{} {}{mark} 截至 {},按{law}", s.measure, s.title.zh, asked.date),
    )?;
    let value = format!("数值({unit})");
    let before = format!("去年同期({unit})");
    header_row(
        sheet,
        1,
        &[
            "代码",
            "城市",
            &value,
            "名次",
            &before,
            "有效天数",
            "其中计入天数",
            "模拟",
        ],
    )?;
    for (i, c) in s.cities.iter().enumerate() {
        let row = i as u32 + 2;
        sheet.write_string(row, 0, &c.code)?;
        sheet.write_string(row, 1, app.cities.get(&c.code).map_or(&c.code, |n| &n.0))?;
        number(sheet, row, 2, c.value)?;
        if let Some(rank) = c.rank {
            sheet.write_number(row, 3, rank)?;
        }
        number(sheet, row, 4, c.last_year)?;
        sheet.write_number(row, 5, c.days)?;
        sheet.write_number(row, 6, c.hits)?;
        sheet.write_string(row, 7, if c.simulated { "模拟" } else { "" })?;
    }
    let sheet = book.add_worksheet().set_name("走势")?;
    header_row(sheet, 0, &["日期", &value, &before])?;
    for (i, p) in s.trend.iter().enumerate() {
        let row = i as u32 + 1;
        sheet.write_string(row, 0, p.date.to_string())?;
        number(sheet, row, 1, p.value)?;
        number(sheet, row, 2, p.last_year)?;
    }
    let sheet = book.add_worksheet().set_name("公布值")?;
    header_row(
        sheet,
        0,
        &["时段", "区域", "项目", "数值", "单位", "来源", "读取日", "说明"],
    )?;
    for (i, p) in s.published.iter().enumerate() {
        let cells = [
            &p.period,
            &p.division,
            &p.item,
            &p.value,
            &p.unit,
            &p.source,
            &p.read_on,
            &p.note,
        ];
        for (j, cell) in cells.iter().enumerate() {
            sheet.write_string(i as u32 + 1, j as u16, *cell)?;
        }
    }
    book.save_to_buffer()
}

fn explanation(tree: &Explanation) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    origin(&mut book, tree)?;
    book.save_to_buffer()
}

/// The sheet 由来: the tree under a figure, a node a row.
fn origin(book: &mut Workbook, tree: &Explanation) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name("由来")?;
    header_row(
        sheet,
        0,
        &["层", "名称", "数值", "单位", "算式", "条款", "证据", "说明", "模拟"],
    )?;
    let mut row = 1;
    node(sheet, tree, 0, &mut row)
}

fn node(sheet: &mut Worksheet, e: &Explanation, depth: u32, row: &mut u32) -> Result<(), XlsxError> {
    let clauses: Vec<String> = e
        .clauses
        .iter()
        .map(|c| format!("{} {}", c.standard, c.clause))
        .collect();
    let notes: Vec<&str> = e.notes.iter().map(|n| n.zh.as_str()).collect();
    sheet.write_number(*row, 0, depth)?;
    let cells = [
        e.title.zh.clone(),
        e.value.clone().unwrap_or_default(),
        e.unit.clone().unwrap_or_default(),
        e.formula.clone().unwrap_or_default(),
        clauses.join(";"),
        e.evidence.clone().unwrap_or_default(),
        notes.join(";"),
        if e.simulated {
            "模拟".to_string()
        } else {
            String::new()
        },
    ];
    for (j, cell) in cells.iter().enumerate() {
        sheet.write_string(*row, j as u16 + 1, cell)?;
    }
    *row += 1;
    e.inputs.iter().try_for_each(|i| node(sheet, i, depth + 1, row))
}
