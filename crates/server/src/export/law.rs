//! The library and the calculator as sheets.

use super::{cell, file, header_row, origin, text_row};
use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use ::law::{Domain, Place};
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook, XlsxError};
use std::collections::BTreeMap;
use std::sync::Arc;

fn certainty(c: ::figure::Certainty) -> &'static str {
    match c {
        ::figure::Certainty::Certain => "确定",
        ::figure::Certainty::Likely => "可能",
        ::figure::Certainty::Uncertain => "存疑",
    }
}

fn until(to: Option<NaiveDate>) -> String {
    to.map_or(String::new(), |d| d.to_string())
}

/// Every version of a key, a sheet each.
pub(super) fn versions(app: &App, key: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let law = app.law();
    for (n, p) in law.versions(key).iter().enumerate() {
        // Sheet names may hold neither slashes nor more than 31 letters.
        let sheet = book.add_worksheet().set_name(format!("{} {}", n + 1, p.from))?;
        let to = p.to.map_or("现行".to_string(), |d| d.to_string());
        sheet.write_string(
            0,
            0,
            format!("{key} {} {} {} — {to}", p.standard.number, p.clause, p.from),
        )?;
        sheet.write_string(1, 0, format!("{} {}", certainty(p.certainty), p.source))?;
        let columns: Vec<&str> = p.table.columns.iter().map(String::as_str).collect();
        header_row(sheet, 2, &columns)?;
        for (i, row) in p.table.rows.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                cell(sheet, i as u32 + 3, j as u16, value)?;
            }
        }
    }
    if law.versions(key).is_empty() {
        book.add_worksheet()
            .write_string(0, 0, format!("没有名为 {key} 的条款键"))?;
    }
    book.save_to_buffer()
}

/// All standards, or those of a room, and whether they are in force on the day.
pub(super) fn standards(app: &App, domain: Option<&str>, date: Option<NaiveDate>) -> Result<Vec<u8>, XlsxError> {
    let (law, on) = (app.law(), date.unwrap_or_else(|| app.today()));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("标准")?;
    let state = format!("{on} 有效");
    header_row(
        sheet,
        0,
        &[
            "领域",
            "标准号",
            "名称",
            "英文名称",
            "起",
            "止",
            &state,
            "代替",
            "条款",
            "可信",
            "出处",
            "核对日",
            "说明",
        ],
    )?;
    let wanted = law
        .standards()
        .iter()
        .filter(|s| domain.is_none_or(|d| d == s.domain()));
    for (i, s) in wanted.enumerate() {
        let provisions = law.provisions_of(&s.number).count().to_string();
        text_row(
            sheet,
            i as u32 + 1,
            &[
                &Domain::title(s.domain()).zh,
                &s.number,
                &s.title.zh,
                &s.title.en,
                &s.from.to_string(),
                &until(s.to),
                if s.in_force(on) { "是" } else { "否" },
                &s.replaces.join("、"),
                &provisions,
                certainty(s.certainty),
                &s.source,
                &s.checked.to_string(),
                &s.note.zh,
            ],
        )?;
    }
    book.save_to_buffer()
}

/// What is not recorded.
pub(super) fn missing(app: &App) -> Result<Vec<u8>, XlsxError> {
    let law = app.law();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("待录入")?;
    header_row(
        sheet,
        0,
        &[
            "领域",
            "标准号",
            "条款",
            "名称",
            "键",
            "行政区",
            "起",
            "止",
            "为何没有",
            "录入所需的列",
        ],
    )?;
    for (i, m) in law.missing().enumerate() {
        text_row(
            sheet,
            i as u32 + 1,
            &[
                &Domain::title(m.domain()).zh,
                &m.standard.number,
                &m.clause,
                &m.title.zh,
                &m.key,
                &m.division,
                &m.from.to_string(),
                &until(m.to),
                &m.why.zh,
                &m.columns.join("、"),
            ],
        )?;
    }
    book.save_to_buffer()
}

/// What is likely or uncertain.
pub(super) fn doubts(app: &App) -> Result<Vec<u8>, XlsxError> {
    let law = app.law();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("未确定")?;
    header_row(
        sheet,
        0,
        &[
            "所在",
            "可信",
            "领域",
            "标准号",
            "条款",
            "名称",
            "键",
            "行",
            "行政区",
            "说明",
            "出处",
            "文件",
            "行号",
        ],
    )?;
    for (i, d) in law.doubts().iter().enumerate() {
        let place = match d.place {
            Place::Standard => "标准",
            Place::Provision => "条款",
            Place::Row => "表中一行",
        };
        text_row(
            sheet,
            i as u32 + 1,
            &[
                place,
                certainty(d.certainty),
                &Domain::title(&d.domain).zh,
                &d.standard,
                &d.clause,
                &d.title.zh,
                &d.key,
                &d.row,
                &d.division,
                &d.note.zh,
                &d.source,
                &d.file,
                &d.line.to_string(),
            ],
        )?;
    }
    book.save_to_buffer()
}

/// `GET /api/export/figure.xlsx?name=…`: one calculation, its arguments, results and origin.
///
/// # Errors
/// As the calculation itself.
pub async fn figure(State(app): State<Arc<App>>, Q(given): Q<BTreeMap<String, String>>) -> ApiResult<Response> {
    let c = crate::figure::call(&app, {
        let mut given = given;
        given.remove("lang");
        given
    })?;
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name("试算")?;
        let division = if c.division.is_empty() { "全国" } else { &c.division };
        sheet.write_string(
            0,
            0,
            format!(
                "{} {} 按 {} 的标准,{division}",
                c.function.title.0, c.function.name, c.date
            ),
        )?;
        header_row(sheet, 1, &["", "名称", "代码", "值", "单位"])?;
        let mut row = 2;
        for a in c.function.args {
            let Some(value) = c.args.get(a.name) else { continue };
            text_row(sheet, row, &["参数", a.title.0, a.name])?;
            cell(sheet, row, 3, value)?;
            sheet.write_string(row, 4, crate::plan::unit_label(a.unit))?;
            row += 1;
        }
        text_row(sheet, row, &["结果", "", "value"])?;
        cell(sheet, row, 3, &c.outcome.value.to_string())?;
        sheet.write_string(row, 4, c.outcome.explanation.unit.clone().unwrap_or_default())?;
        for (name, value) in &c.outcome.columns {
            row += 1;
            text_row(sheet, row, &["结果", "", name])?;
            cell(sheet, row, 3, &value.to_string())?;
        }
        origin(&mut book, &c.outcome.explanation)?;
        book.save_to_buffer()
    };
    Ok(file("figure.xlsx", write().map_err(ApiError::internal)?))
}
