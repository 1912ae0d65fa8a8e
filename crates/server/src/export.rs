//! Tables as xlsx: the same answers as the pages', cell by cell, with units in the headers and the mark of simulation.

mod lang;
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
use lang::Lang;
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
    lang: Option<String>,
}

/// What can be had.
const KNOWN: &str = "stand.xlsx、law.xlsx、standards.xlsx、missing.xlsx、doubts.xlsx、figure.xlsx、what-if.xlsx、packets.xlsx、quarantine.xlsx、explain.xlsx";

/// `GET /api/export/stand.xlsx?measure=…`, `law.xlsx?key=…`, `standards.xlsx`, `missing.xlsx`, `doubts.xlsx`,
/// `packets.xlsx`, `quarantine.xlsx`, `explain.xlsx?ref=…`
pub async fn export(State(app): State<Arc<App>>, Path(what): Path<String>, Q(q): Q<Wanted>) -> ApiResult<Response> {
    let lacks =
        |name: &str| ApiError::bad(format!("缺少参数 {name}"), format!("parameter {name} is missing")).at(what.clone());
    let lang = Lang::of(q.lang.as_deref());
    let bytes = match what.as_str() {
        "stand.xlsx" => {
            let measure = q.measure.ok_or_else(|| lacks("measure"))?;
            let asked = Asked {
                date: q.date.unwrap_or(app.plan.head.open_at),
                law_of: q.law_of,
            };
            let s = app.stand(&measure, asked, q.division.as_deref()).await?;
            stand(&app, &s, asked, lang)
        }
        "law.xlsx" => law::versions(&app, &q.key.ok_or_else(|| lacks("key"))?, lang),
        "standards.xlsx" => law::standards(&app, q.domain.as_deref(), q.date, lang),
        "missing.xlsx" => law::missing(&app, lang),
        "doubts.xlsx" => law::doubts(&app, lang),
        "packets.xlsx" => packets::recent(&app, lang),
        "quarantine.xlsx" => {
            let list = crate::state::blocking({
                let app = app.clone();
                move || {
                    app.evidence
                        .quarantine_list(None, packets::QUARANTINE_MAX)
                        .map_err(ApiError::internal)
                }
            });
            packets::quarantine(&list.await?, lang)
        }
        "explain.xlsx" => {
            let reference = q.r#ref.ok_or_else(|| lacks("ref"))?;
            let tree = app.explain(&reference).await?;
            explanation(&tree, lang)
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

/// A row of headings, in one of their two languages.
fn header_row(sheet: &mut Worksheet, lang: Lang, row: u32, titles: &[(&str, &str)]) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold();
    for (i, (zh, en)) in titles.iter().enumerate() {
        sheet.write_string_with_format(row, i as u16, lang.say(zh, en), &bold)?;
    }
    Ok(())
}

fn stand(app: &App, s: &Stand, asked: Asked, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let mark = match s.simulated {
        true => lang.say("(含模拟数据)", " (with simulated data)"),
        false => "",
    };
    let unit = match (s.unit.as_str(), lang) {
        ("count", Lang::En) => "count".to_string(),
        (unit, _) => unit_label(unit),
    };
    let sheet = book.add_worksheet().set_name(lang.say("城市", "Cities"))?;
    let law = asked.law_of.map_or(
        lang.say("当日有效的标准", "the law of each day").to_string(),
        |d| match lang {
            Lang::Zh => format!("{d} 的标准"),
            Lang::En => format!("the law of {d}"),
        },
    );
    let (measure, title, date) = (&s.measure, lang.text(&s.title), asked.date);
    sheet.write_string(
        0,
        0,
        match lang {
            Lang::Zh => format!("{measure} {title}{mark} 截至 {date},按{law}"),
            Lang::En => format!("{measure} {title}{mark} up to {date}, by {law}"),
        },
    )?;
    let value = format!("{}({unit})", lang.say("数值", "Value "));
    let before = format!("{}({unit})", lang.say("去年同期", "Last year "));
    header_row(
        sheet,
        lang,
        1,
        &[
            ("代码", "Code"),
            ("城市", "City"),
            (&value, &value),
            ("名次", "Rank"),
            (&before, &before),
            ("有效天数", "Valid days"),
            ("其中计入天数", "Days counted"),
            ("模拟", "Simulated"),
        ],
    )?;
    for (i, c) in s.cities.iter().enumerate() {
        let row = i as u32 + 2;
        sheet.write_string(row, 0, &c.code)?;
        sheet.write_string(
            row,
            1,
            app.cities
                .get(&c.code)
                .map_or(c.code.as_str(), |n| lang.say(&n.0, &n.1)),
        )?;
        number(sheet, row, 2, c.value)?;
        if let Some(rank) = c.rank {
            sheet.write_number(row, 3, rank)?;
        }
        number(sheet, row, 4, c.last_year)?;
        sheet.write_number(row, 5, c.days)?;
        sheet.write_number(row, 6, c.hits)?;
        sheet.write_string(row, 7, lang.simulated(c.simulated))?;
    }
    let sheet = book.add_worksheet().set_name(lang.say("走势", "Trend"))?;
    header_row(
        sheet,
        lang,
        0,
        &[("日期", "Date"), (&value, &value), (&before, &before)],
    )?;
    for (i, p) in s.trend.iter().enumerate() {
        let row = i as u32 + 1;
        sheet.write_string(row, 0, p.date.to_string())?;
        number(sheet, row, 1, p.value)?;
        number(sheet, row, 2, p.last_year)?;
    }
    let sheet = book.add_worksheet().set_name(lang.say("公布值", "Published"))?;
    header_row(
        sheet,
        lang,
        0,
        &[
            ("时段", "Period"),
            ("区域", "Division"),
            ("项目", "Item"),
            ("数值", "Value"),
            ("单位", "Unit"),
            ("来源", "Source"),
            ("读取日", "Read on"),
            ("说明", "Note"),
        ],
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

fn explanation(tree: &Explanation, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    origin(&mut book, tree, lang)?;
    book.save_to_buffer()
}

/// The sheet 由来: the tree under a figure, a node a row.
fn origin(book: &mut Workbook, tree: &Explanation, lang: Lang) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name(lang.say("由来", "Explanation"))?;
    header_row(
        sheet,
        lang,
        0,
        &[
            ("层", "Depth"),
            ("名称", "Name"),
            ("数值", "Value"),
            ("单位", "Unit"),
            ("算式", "Formula"),
            ("条款", "Clause"),
            ("证据", "Evidence"),
            ("说明", "Note"),
            ("模拟", "Simulated"),
        ],
    )?;
    let mut row = 1;
    node(sheet, tree, lang, 0, &mut row)
}

fn node(sheet: &mut Worksheet, e: &Explanation, lang: Lang, depth: u32, row: &mut u32) -> Result<(), XlsxError> {
    let clauses: Vec<String> = e
        .clauses
        .iter()
        .map(|c| format!("{} {}", c.standard, c.clause))
        .collect();
    let notes: Vec<&str> = e.notes.iter().map(|n| lang.text(n)).collect();
    sheet.write_number(*row, 0, depth)?;
    let cells = [
        lang.text(&e.title).to_string(),
        e.value.clone().unwrap_or_default(),
        e.unit.clone().unwrap_or_default(),
        e.formula.clone().unwrap_or_default(),
        clauses.join(";"),
        e.evidence.clone().unwrap_or_default(),
        notes.join(";"),
        lang.simulated(e.simulated).to_string(),
    ];
    for (j, cell) in cells.iter().enumerate() {
        sheet.write_string(*row, j as u16 + 1, cell)?;
    }
    *row += 1;
    e.inputs.iter().try_for_each(|i| node(sheet, i, lang, depth + 1, row))
}
