//! The library and the calculator as sheets.

use super::lang::Lang;
use super::{cell, file, header_row, origin, text_row};
use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use ::law::Place;
use axum::extract::State;
use axum::response::Response;
use chrono::NaiveDate;
use rust_xlsxwriter::{Workbook, XlsxError};
use std::collections::BTreeMap;
use std::sync::Arc;

fn until(to: Option<NaiveDate>) -> String {
    to.map_or(String::new(), |d| d.to_string())
}

/// Every version of a key, a sheet each.
pub(super) fn versions(app: &App, key: &str, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let law = app.law();
    for (n, p) in law.versions(key).iter().enumerate() {
        // Sheet names may hold neither slashes nor more than 31 letters.
        let sheet = book.add_worksheet().set_name(format!("{} {}", n + 1, p.from))?;
        let to = p.to.map_or(lang.say("现行", "…").to_string(), |d| d.to_string());
        sheet.write_string(
            0,
            0,
            format!("{key} {} {} {} — {to}", p.standard.number, p.clause, p.from),
        )?;
        sheet.write_string(1, 0, format!("{} {}", lang.certainty(p.certainty), p.source))?;
        // Names of columns are those of the law's own table in either language.
        let columns: Vec<(&str, &str)> = p.table.columns.iter().map(|c| (c.as_str(), c.as_str())).collect();
        header_row(sheet, lang, 2, &columns)?;
        for (i, row) in p.table.rows.iter().enumerate() {
            for (j, value) in row.iter().enumerate() {
                cell(sheet, i as u32 + 3, j as u16, value)?;
            }
        }
    }
    if law.versions(key).is_empty() {
        book.add_worksheet().write_string(
            0,
            0,
            match lang {
                Lang::Zh => format!("没有名为 {key} 的条款键"),
                Lang::En => format!("no key is called {key}"),
            },
        )?;
    }
    book.save_to_buffer()
}

/// All standards, or those of a room, and whether they are in force on the day.
pub(super) fn standards(
    app: &App,
    domain: Option<&str>,
    date: Option<NaiveDate>,
    lang: Lang,
) -> Result<Vec<u8>, XlsxError> {
    let (law, on) = (app.law(), date.unwrap_or_else(|| app.today()));
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(lang.say("标准", "Standards"))?;
    let state = match lang {
        Lang::Zh => format!("{on} 有效"),
        Lang::En => format!("In force on {on}"),
    };
    header_row(
        sheet,
        lang,
        0,
        &[
            ("领域", "Domain"),
            ("标准号", "Standard"),
            ("名称", "Name"),
            ("英文名称", "English name"),
            ("起", "From"),
            ("止", "To"),
            (&state, &state),
            ("代替", "Replaces"),
            ("条款", "Clause"),
            ("可信", "Certainty"),
            ("出处", "Source"),
            ("核对日", "Checked"),
            ("说明", "Note"),
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
                &lang.domain(s.domain()),
                &s.number,
                &s.title.zh,
                &s.title.en,
                &s.from.to_string(),
                &until(s.to),
                if s.in_force(on) {
                    lang.say("是", "yes")
                } else {
                    lang.say("否", "no")
                },
                &s.replaces.join(lang.say("、", ", ")),
                &provisions,
                lang.certainty(s.certainty),
                &s.source,
                &s.checked.to_string(),
                lang.text(&s.note),
            ],
        )?;
    }
    book.save_to_buffer()
}

/// What is not recorded.
pub(super) fn missing(app: &App, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let law = app.law();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(lang.say("待录入", "Not recorded"))?;
    header_row(
        sheet,
        lang,
        0,
        &[
            ("领域", "Domain"),
            ("标准号", "Standard"),
            ("条款", "Clause"),
            ("名称", "Name"),
            ("键", "Key"),
            ("行政区", "Division"),
            ("起", "From"),
            ("止", "To"),
            ("为何没有", "Why it is missing"),
            ("录入所需的列", "Columns needed"),
        ],
    )?;
    for (i, m) in law.missing().enumerate() {
        text_row(
            sheet,
            i as u32 + 1,
            &[
                &lang.domain(m.domain()),
                &m.standard.number,
                &m.clause,
                lang.text(&m.title),
                &m.key,
                &m.division,
                &m.from.to_string(),
                &until(m.to),
                lang.text(&m.why),
                &m.columns.join(", "),
            ],
        )?;
    }
    book.save_to_buffer()
}

/// What is likely or uncertain.
pub(super) fn doubts(app: &App, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let law = app.law();
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(lang.say("未确定", "Not certain"))?;
    header_row(
        sheet,
        lang,
        0,
        &[
            ("所在", "Where"),
            ("可信", "Certainty"),
            ("领域", "Domain"),
            ("标准号", "Standard"),
            ("条款", "Clause"),
            ("名称", "Name"),
            ("键", "Key"),
            ("行", "Row"),
            ("行政区", "Division"),
            ("说明", "Note"),
            ("出处", "Source"),
            ("文件", "File"),
            ("行号", "Line"),
        ],
    )?;
    for (i, d) in law.doubts().iter().enumerate() {
        let place = match d.place {
            Place::Standard => lang.say("标准", "standard"),
            Place::Provision => lang.say("条款", "provision"),
            Place::Row => lang.say("表中一行", "row"),
        };
        text_row(
            sheet,
            i as u32 + 1,
            &[
                place,
                lang.certainty(d.certainty),
                &lang.domain(&d.domain),
                &d.standard,
                &d.clause,
                lang.text(&d.title),
                &d.key,
                &d.row,
                &d.division,
                lang.text(&d.note),
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
    let lang = Lang::of(given.get("lang").map(String::as_str));
    let c = crate::figure::call(&app, {
        let mut given = given;
        given.remove("lang");
        given
    })?;
    let write = || -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet().set_name(lang.say("试算", "Calculation"))?;
        let division = match c.division.as_str() {
            "" => lang.say("全国", "the nation"),
            division => division,
        };
        let (title, name, date) = (c.function.title, c.function.name, c.date);
        sheet.write_string(
            0,
            0,
            match lang {
                Lang::Zh => format!("{} {name} 按 {date} 的标准,{division}", title.0),
                Lang::En => format!("{} {name} by the law of {date}, {division}", title.1),
            },
        )?;
        header_row(
            sheet,
            lang,
            1,
            &[
                ("", ""),
                ("名称", "Name"),
                ("代码", "Code"),
                ("值", "Value"),
                ("单位", "Unit"),
            ],
        )?;
        let mut row = 2;
        for a in c.function.args {
            let Some(value) = c.args.get(a.name) else { continue };
            text_row(
                sheet,
                row,
                &[lang.say("参数", "argument"), lang.say(a.title.0, a.title.1), a.name],
            )?;
            cell(sheet, row, 3, value)?;
            sheet.write_string(row, 4, crate::plan::unit_label(a.unit))?;
            row += 1;
        }
        text_row(sheet, row, &[lang.say("结果", "result"), "", "value"])?;
        cell(sheet, row, 3, &c.outcome.value.to_string())?;
        sheet.write_string(row, 4, c.outcome.explanation.unit.clone().unwrap_or_default())?;
        for (name, value) in &c.outcome.columns {
            row += 1;
            text_row(sheet, row, &[lang.say("结果", "result"), "", name])?;
            cell(sheet, row, 3, &value.to_string())?;
        }
        origin(&mut book, &c.outcome.explanation, lang)?;
        book.save_to_buffer()
    };
    Ok(file("figure.xlsx", write().map_err(ApiError::internal)?))
}
