//! A what-if as a workbook: cities, yearly figures, changed days, the provisions that differ.

use super::{cell, file, header_row, number, text_row};
use crate::App;
use crate::error::{ApiError, ApiResult, Q};
use crate::state::blocking;
use crate::what_if::{Asked, answer};
use ::plan::what_if::{Annual, Tally, Unit, WhatIf};
use axum::extract::State;
use axum::response::Response;
use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};
use std::sync::Arc;

/// `GET /api/export/what-if.xlsx?year=&law_of=`
///
/// # Errors
/// As the question itself.
pub async fn what_if(State(app): State<Arc<App>>, Q(q): Q<Asked>) -> ApiResult<Response> {
    blocking(move || {
        let w = answer(&app, &q)?;
        let bytes = write(&app, &w).map_err(ApiError::internal)?;
        Ok(file("what-if.xlsx", bytes))
    })
    .await
}

fn write(app: &App, w: &WhatIf) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let base = w.base.map_or("当日有效的标准".to_string(), |d| format!("{d} 的标准"));
    let other = format!("{} 的标准", w.other);
    let mark = if w.simulated { "(含模拟数据)" } else { "" };
    let sheet = book.add_worksheet().set_name("城市")?;
    sheet.write_string(0, 0, format!("{}—{}:{base} 与 {other} 相比{mark}", w.from, w.to))?;
    let levels: Vec<&str> = w.levels.iter().map(|l| l.category_zh.as_str()).collect();
    let side = |law: &str| -> Vec<String> {
        let of = |word: &str| format!("{word} · {law}");
        levels
            .iter()
            .map(|l| of(l))
            .chain([of("无法评价"), of("优良天数"), of("优良率 %")])
            .collect()
    };
    let mut head: Vec<String> = ["代码", "城市", "天数", "等级改变的天数", "变差", "变好", "模拟"]
        .map(String::from)
        .to_vec();
    head.extend(side("原"));
    head.extend(side("假如"));
    header_row(sheet, 1, &head.iter().map(String::as_str).collect::<Vec<_>>())?;
    for (i, u) in w.units.iter().chain([&w.total]).enumerate() {
        unit(app, sheet, i as u32 + 2, u, levels.len())?;
    }
    if w.units.iter().any(|u| u.annual.is_some()) {
        annual(app, &mut book, w)?;
    }
    let sheet = book.add_worksheet().set_name("等级改变的日子")?;
    header_row(
        sheet,
        0,
        &[
            "日期",
            "代码",
            "城市",
            "AQI · 原",
            "等级 · 原",
            "首要污染物 · 原",
            "AQI · 假如",
            "等级 · 假如",
            "首要污染物 · 假如",
            "模拟",
            "由来",
        ],
    )?;
    let name = |level: u8| match level {
        0 => "无法评价",
        n => levels.get(usize::from(n) - 1).copied().unwrap_or_default(),
    };
    for (i, c) in w.changes.iter().enumerate() {
        let row = i as u32 + 1;
        text_row(sheet, row, &[&c.day.to_string(), &c.unit, city(app, &c.unit)])?;
        for (at, g) in [(3, &c.before), (6, &c.after)] {
            cell(sheet, row, at, g.value.as_deref().unwrap_or_default())?;
            sheet.write_string(row, at + 1, name(g.level))?;
            sheet.write_string(row, at + 2, &g.cause)?;
        }
        sheet.write_string(row, 9, if c.simulated { "模拟" } else { "" })?;
        sheet.write_string(row, 10, &c.reference)?;
    }
    let sheet = book.add_worksheet().set_name("不同的条款")?;
    header_row(sheet, 0, &["键", "名称", &base, &other])?;
    for (i, r) in w.rules.iter().enumerate() {
        text_row(sheet, i as u32 + 1, &[&r.key, &r.title.zh, &r.before, &r.after])?;
    }
    book.save_to_buffer()
}

fn city<'a>(app: &'a App, code: &'a str) -> &'a str {
    match code {
        "" => "合计",
        code => app.cities.get(code).map_or(code, |n| n.0.as_str()),
    }
}

fn unit(app: &App, sheet: &mut Worksheet, row: u32, u: &Unit, depth: usize) -> Result<(), XlsxError> {
    text_row(sheet, row, &[&u.unit, city(app, &u.unit)])?;
    for (i, n) in [u.days, u.changed, u.worse, u.better].into_iter().enumerate() {
        sheet.write_number(row, i as u16 + 2, n)?;
    }
    sheet.write_string(row, 6, if u.simulated { "模拟" } else { "" })?;
    let mut side = |at: u16, t: &Tally| -> Result<(), XlsxError> {
        let of = |level: usize| t.levels.get(level).copied().unwrap_or_default();
        for level in 1..=depth {
            sheet.write_number(row, at + level as u16 - 1, of(level))?;
        }
        sheet.write_number(row, at + depth as u16, of(0))?;
        sheet.write_number(row, at + depth as u16 + 1, t.good)?;
        number(sheet, row, at + depth as u16 + 2, t.ratio)
    };
    side(7, &u.before)?;
    side(7 + depth as u16 + 3, &u.after)
}

fn annual(app: &App, book: &mut Workbook, w: &WhatIf) -> Result<(), XlsxError> {
    let sheet = book.add_worksheet().set_name("年评价")?;
    let pairs: Vec<&(Annual, Annual)> = w.units.iter().filter_map(|u| u.annual.as_ref()).collect();
    let mut names: Vec<&str> = vec![];
    for f in pairs.iter().flat_map(|(b, a)| b.figures.iter().chain(&a.figures)) {
        if !names.contains(&f.name) {
            names.push(f.name);
        }
    }
    let partial = if w.whole_year {
        ""
    } else {
        "(时段不是一整年,只供参考)"
    };
    sheet.write_string(
        0,
        0,
        format!("{}—{} 的统计值与达标{partial};CO 单位 mg/m³,其余 µg/m³", w.from, w.to),
    )?;
    let mut head: Vec<&str> = vec!["代码", "城市", "按", "达标", "超标项"];
    head.extend(&names);
    header_row(sheet, 1, &head)?;
    let mut row = 2;
    for u in &w.units {
        let Some((before, after)) = &u.annual else { continue };
        for (law, a) in [("原", before), ("假如", after)] {
            let complies = match a.complies.as_deref() {
                Some("yes") => "是",
                Some("no") => "否",
                _ => "无法判定",
            };
            text_row(sheet, row, &[&u.unit, city(app, &u.unit), law, complies, &a.failing])?;
            for (i, n) in names.iter().enumerate() {
                let value = a.figures.iter().find(|f| f.name == *n).and_then(|f| f.value.as_deref());
                cell(sheet, row, i as u16 + 5, value.unwrap_or_default())?;
            }
            row += 1;
        }
    }
    Ok(())
}
