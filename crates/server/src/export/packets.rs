//! Packets and the quarantine as sheets.

use super::lang::Lang;
use super::{header_row, text_row};
use crate::App;
use crate::packets::{received_at, shown, texts};
use rust_xlsxwriter::{Workbook, XlsxError};

/// Most packets of the list of recent ones.
const RECENT: usize = 2000;
/// Most quarantined entries of one sheet; older ones are read page by page.
pub(super) const QUARANTINE_MAX: usize = 20_000;

/// The packets received last.
pub(super) fn recent(app: &App, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(lang.say("最近的包", "Recent packets"))?;
    header_row(
        sheet,
        lang,
        0,
        &[
            ("序号", "No."),
            ("时间", "Time"),
            ("MN", "MN"),
            ("名称", "Name"),
            ("ST", "ST"),
            ("CN", "CN"),
            ("版本", "Version"),
            ("模拟", "Simulated"),
            ("提醒", "Warnings"),
            ("原文", "Raw text"),
        ],
    )?;
    let snapshot = app
        .gateway
        .as_ref()
        .map(|g| serde_json::to_value(g.snapshot(RECENT)).unwrap_or_default());
    let list = snapshot
        .as_ref()
        .and_then(|s| s["recent"].as_array())
        .cloned()
        .unwrap_or_default();
    for (i, p) in list.iter().enumerate() {
        let text = |name: &str| match &p[name] {
            serde_json::Value::String(s) => s.clone(),
            serde_json::Value::Null => String::new(),
            serde_json::Value::Bool(b) => lang.simulated(*b).to_string(),
            serde_json::Value::Array(a) => a.iter().filter_map(|w| w.as_str()).collect::<Vec<_>>().join(";"),
            other => other.to_string(),
        };
        let raw = shown(text("raw").as_bytes());
        let cells = [
            "seq",
            "at",
            "mn",
            "name",
            "st",
            "cn",
            "version",
            "simulated",
            "warnings",
        ]
        .map(text);
        let mut row: Vec<&str> = cells.iter().map(String::as_str).collect();
        row.push(&raw);
        text_row(sheet, i as u32 + 1, &row)?;
    }
    book.save_to_buffer()
}

/// What was kept out, with reason, place and remedy.
pub(super) fn quarantine(list: &[evidence::QuarantineEntry], lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(lang.say("隔离区", "Quarantine"))?;
    header_row(
        sheet,
        lang,
        0,
        &[
            ("编号", "No."),
            ("时间", "Time"),
            ("来自", "From"),
            ("原因", "Reason"),
            ("原因代码", "Reason code"),
            ("详情", "Detail"),
            ("位置", "Place"),
            ("怎么办", "What to do"),
            ("QnRtn", "QnRtn"),
            ("重放", "Replayed"),
            ("原文", "Raw text"),
        ],
    )?;
    for (i, e) in list.iter().enumerate() {
        let words = texts(&e.why);
        let replayed = e.replayed.as_ref().map_or("", |(_, r)| {
            if r.ok {
                lang.say("已入库", "taken")
            } else {
                lang.say("仍不合格", "refused again")
            }
        });
        text_row(
            sheet,
            i as u32 + 1,
            &[
                &e.id.to_string(),
                &received_at(e.received_ms),
                &e.source,
                lang.text(&words.reason),
                &e.why.reason,
                lang.text(&words.detail),
                &e.why.place,
                lang.text(&words.remedy),
                &e.why.qnrtn.map(|q| q.to_string()).unwrap_or_default(),
                replayed,
                &shown(&e.raw),
            ],
        )?;
    }
    book.save_to_buffer()
}
