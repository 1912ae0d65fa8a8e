//! A what-if as a workbook: units, yearly figures, changed items, the provisions that differ, what must be said.

use super::lang::Lang;
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

/// `GET /api/export/what-if.xlsx?data=&year=&law_of=&lang=`
///
/// # Errors
/// As the question itself.
pub async fn what_if(State(app): State<Arc<App>>, Q(q): Q<Asked>) -> ApiResult<Response> {
    blocking(move || {
        let w = answer(&app, &q)?;
        let bytes = Sheets {
            w: &w,
            lang: Lang::of(q.lang.as_deref()),
        }
        .write()
        .map_err(ApiError::internal)?;
        Ok(file("what-if.xlsx", bytes))
    })
    .await
}

struct Sheets<'a> {
    w: &'a WhatIf,
    lang: Lang,
}

impl Sheets<'_> {
    fn write(&self) -> Result<Vec<u8>, XlsxError> {
        let (w, lang) = (self.w, self.lang);
        let mut book = Workbook::new();
        let law = |d: chrono::NaiveDate| match lang {
            Lang::Zh => format!("{d} 的标准"),
            Lang::En => format!("the law of {d}"),
        };
        let each = lang.say("当日有效的标准", "the law of each day").to_string();
        let (base, other) = (w.base.map_or(each, law), law(w.other));
        self.units(&mut book, &base, &other)?;
        if w.units.iter().any(|u| u.annual.is_some()) {
            self.annual(&mut book)?;
        }
        self.changes(&mut book)?;
        let sheet = book
            .add_worksheet()
            .set_name(lang.say("不同的条款", "Provisions that differ"))?;
        let heads = [("键", "Key"), ("名称", "Name"), (&base, &base), (&other, &other)];
        header_row(sheet, lang, 0, &heads)?;
        for (i, r) in w.rules.iter().enumerate() {
            text_row(sheet, i as u32 + 1, &[&r.key, lang.text(&r.title), &r.before, &r.after])?;
        }
        for (i, n) in w.notes.iter().enumerate() {
            sheet.write_string((w.rules.len() + i) as u32 + 2, 0, lang.text(n))?;
        }
        book.save_to_buffer()
    }

    /// `AQI · now`.
    fn sided(&self, word: &str, before: bool) -> String {
        let side = match before {
            true => self.lang.say("原", "now"),
            false => self.lang.say("假如", "what if"),
        };
        format!("{word} · {side}")
    }

    fn name(&self, unit: &str) -> String {
        match unit {
            "" => self.lang.say("合计", "All").to_string(),
            unit => self.w.names.get(unit).map_or(unit, |n| self.lang.text(n)).to_string(),
        }
    }

    fn level(&self, level: u8) -> &str {
        let found = usize::from(level).checked_sub(1).and_then(|i| self.w.levels.get(i));
        found.map_or(self.lang.say("无法评价", "cannot be said"), |l| {
            self.lang.say(&l.category_zh, &l.category_en)
        })
    }

    fn units(&self, book: &mut Workbook, base: &str, other: &str) -> Result<(), XlsxError> {
        let (w, lang, words) = (self.w, self.lang, &self.w.words);
        let sheet = book.add_worksheet().set_name(lang.text(&words.unit))?;
        let mark = match w.simulated {
            true => lang.say("(含模拟数据)", " (with simulated data)"),
            false => "",
        };
        sheet.write_string(
            0,
            0,
            match lang {
                Lang::Zh => format!("{}—{}:{base} 与 {other} 相比{mark}", w.from, w.to),
                Lang::En => format!("{} – {}: {base} against {other}{mark}", w.from, w.to),
            },
        )?;
        let mut head: Vec<String> = vec![
            lang.say("代码", "Code").into(),
            lang.text(&words.unit).into(),
            lang.text(&words.items).into(),
            lang.say("改变", "Changed").into(),
            lang.say("变差", "Worse").into(),
            lang.say("变好", "Better").into(),
            lang.say("模拟", "Simulated").into(),
        ];
        for before in [true, false] {
            let levels = (1..=w.levels.len()).map(|l| self.level(l as u8));
            let rest = [self.level(0), lang.text(&words.good)];
            head.extend(levels.chain(rest).map(|t| self.sided(t, before)));
            head.push(self.sided(&format!("{} %", lang.text(&words.ratio)), before));
        }
        let whole = w.units.iter().any(|u| u.whole.is_some());
        if whole {
            head.extend([true, false].map(|before| self.sided(lang.text(&words.whole), before)));
        }
        header_row(
            sheet,
            lang,
            1,
            &head.iter().map(|h| (h.as_str(), h.as_str())).collect::<Vec<_>>(),
        )?;
        for (i, u) in w.units.iter().chain([&w.total]).enumerate() {
            self.unit(sheet, i as u32 + 2, u)?;
            if let Some((b, a)) = &u.whole {
                let at = 7 + 2 * (w.levels.len() as u16 + 3);
                sheet.write_string(i as u32 + 2, at, self.level(b.grade.level))?;
                sheet.write_string(i as u32 + 2, at + 1, self.level(a.grade.level))?;
            }
        }
        Ok(())
    }

    fn unit(&self, sheet: &mut Worksheet, row: u32, u: &Unit) -> Result<(), XlsxError> {
        let depth = self.w.levels.len();
        text_row(sheet, row, &[&u.unit, &self.name(&u.unit)])?;
        for (i, n) in [u.days, u.changed, u.worse, u.better].into_iter().enumerate() {
            sheet.write_number(row, i as u16 + 2, n)?;
        }
        sheet.write_string(row, 6, self.lang.simulated(u.simulated))?;
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

    fn changes(&self, book: &mut Workbook) -> Result<(), XlsxError> {
        let (w, lang, words) = (self.w, self.lang, &self.w.words);
        let sheet = book.add_worksheet().set_name(lang.say("改变的时段", "Changed"))?;
        let mut head = vec![
            lang.text(&words.at).to_string(),
            lang.say("代码", "Code").to_string(),
            lang.text(&words.unit).to_string(),
        ];
        for before in [true, false] {
            let of = [&words.value, &words.level, &words.cause];
            head.extend(of.map(|t| self.sided(lang.text(t), before)));
        }
        head.extend([("模拟", "Simulated"), ("由来", "Explanation")].map(|(zh, en)| lang.say(zh, en).to_string()));
        header_row(
            sheet,
            lang,
            0,
            &head.iter().map(|h| (h.as_str(), h.as_str())).collect::<Vec<_>>(),
        )?;
        for (i, c) in w.changes.iter().enumerate() {
            let row = i as u32 + 1;
            text_row(sheet, row, &[&c.at, &c.unit, &self.name(&c.unit)])?;
            for (at, g) in [(3, &c.before), (6, &c.after)] {
                cell(sheet, row, at, g.value.as_deref().unwrap_or_default())?;
                sheet.write_string(row, at + 1, self.level(g.level))?;
                sheet.write_string(row, at + 2, &g.cause)?;
            }
            sheet.write_string(row, 9, lang.simulated(c.simulated))?;
            sheet.write_string(row, 10, &c.reference)?;
        }
        Ok(())
    }

    fn annual(&self, book: &mut Workbook) -> Result<(), XlsxError> {
        let (w, lang) = (self.w, self.lang);
        let sheet = book.add_worksheet().set_name(lang.say("年评价", "Yearly figures"))?;
        let pairs: Vec<&(Annual, Annual)> = w.units.iter().filter_map(|u| u.annual.as_ref()).collect();
        let mut names: Vec<&str> = vec![];
        for f in pairs.iter().flat_map(|(b, a)| b.figures.iter().chain(&a.figures)) {
            if !names.contains(&f.name) {
                names.push(f.name);
            }
        }
        let partial = match w.whole_year {
            true => "",
            false => lang.say("(时段不是一整年,只供参考)", " (not a whole year: for reference only)"),
        };
        sheet.write_string(
            0,
            0,
            match lang {
                Lang::Zh => format!("{}—{} 的统计值与达标{partial};CO 单位 mg/m³,其余 µg/m³", w.from, w.to),
                Lang::En => format!("{} – {}{partial}; CO in mg/m³, the others µg/m³", w.from, w.to),
            },
        )?;
        let mut head = vec![
            ("代码", "Code"),
            ("城市", "City"),
            ("按", "By"),
            ("达标", "Complies"),
            ("超标项", "Exceeding"),
        ];
        head.extend(names.iter().map(|n| (*n, *n)));
        header_row(sheet, lang, 1, &head)?;
        let mut row = 2;
        for u in &w.units {
            let Some((before, after)) = &u.annual else { continue };
            for (side, a) in [(lang.say("原", "now"), before), (lang.say("假如", "what if"), after)] {
                let complies = match a.complies.as_deref() {
                    Some("yes") => lang.say("是", "yes"),
                    Some("no") => lang.say("否", "no"),
                    _ => lang.say("无法判定", "cannot be said"),
                };
                text_row(sheet, row, &[&u.unit, &self.name(&u.unit), side, complies, &a.failing])?;
                for (i, n) in names.iter().enumerate() {
                    let value = a.figures.iter().find(|f| f.name == *n).and_then(|f| f.value.as_deref());
                    cell(sheet, row, i as u16 + 5, value.unwrap_or_default())?;
                }
                row += 1;
            }
        }
        Ok(())
    }
}
