//! The workbook that people fill in: headings, notes, drop-downs, and a page that explains every column.

use super::Desk;
use super::export::sheet_name;
use crate::error::Result;
use crate::pack::{Field, Kind};
use rust_xlsxwriter::{Color, DataValidation, Format, Formula, Note, Workbook};

/// Rows that the template is prepared for.
const PREPARED: u32 = 5_000;

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "文本",
        Kind::Long => "多行文本",
        Kind::Number => "数值",
        Kind::Integer => "整数",
        Kind::Date => "日期，如 2024-05-01",
        Kind::Time => "时间，如 2024-05-01 08:30",
        Kind::Bool => "是或否",
        Kind::Code => "从代码表中选一项",
        Kind::Codes => "从代码表中选，可多项，用顿号隔开",
        Kind::Link => "另一名录的编号或名称",
        Kind::Links => "另一名录的编号或名称，可多项，用顿号隔开",
        Kind::Division => "行政区划代码",
        Kind::Longitude => "经度，度（CGCS2000）",
        Kind::Latitude => "纬度，度（CGCS2000）",
        Kind::Files => "附件，请在页面上传",
    }
}

fn bounds(f: &Field) -> String {
    let mut parts = vec![];
    parts.extend(f.min.as_ref().map(|m| format!("不小于 {m}")));
    parts.extend(f.max.as_ref().map(|m| format!("不大于 {m}")));
    parts.extend(f.digits.map(|d| format!("最多 {d} 位小数")));
    parts.extend(f.length.map(|l| format!("最多 {l} 字")));
    parts.extend(f.unique.then(|| "不得重复".to_string()));
    parts.join("，").replace("today", "今天")
}

/// The template of a register.
pub fn template(desk: &Desk) -> Result<Vec<u8>> {
    let register = desk.register();
    let pack = register.id.split('/').next().unwrap_or("");
    let mut book = Workbook::new();
    let must = Format::new().set_bold().set_background_color(Color::RGB(0x00FF_F2CC));
    let may = Format::new().set_bold();
    // Text cells: a spreadsheet leaves an 18-digit code, or 05-01, as it was typed.
    let text = Format::new().set_num_format("@");
    let fields: Vec<&Field> = register.fields.iter().filter(|f| f.kind != Kind::Files).collect();
    let lists: Vec<Vec<String>> = fields
        .iter()
        .map(|f| desk.reader().choices(desk.packs(), pack, f))
        .collect();
    let form = book.add_worksheet();
    form.set_name(sheet_name(&register.title.zh))?;
    form.set_freeze_panes(1, 0)?;
    let mut listed = 0u16;
    for (c, (field, choices)) in fields.iter().zip(&lists).enumerate() {
        let c = u16::try_from(c).unwrap_or(u16::MAX);
        let head = format!("{}{}", Desk::heading(field), if field.required { " *" } else { "" });
        form.write_string_with_format(0, c, head, if field.required { &must } else { &may })?;
        form.set_column_width(c, 18)?;
        if !matches!(
            field.kind,
            Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude
        ) {
            form.set_column_format(c, &text)?;
        }
        let mut note = kind(field.kind).to_string();
        for more in [field.note.zh.clone(), bounds(field)]
            .into_iter()
            .filter(|m| !m.is_empty())
        {
            note = format!("{note}。{more}");
        }
        form.insert_note(0, c, &Note::new(note).add_author_prefix(false))?;
        if !choices.is_empty() {
            let column = super::import::letters(listed as usize);
            let area = format!("'代码'!${column}$2:${column}${}", choices.len() + 1);
            let mut rule = DataValidation::new().allow_list_formula(Formula::new(area));
            // Several codes stand in one cell: the drop-down helps with the first, and refuses none.
            rule = rule
                .set_error_title("不在代码表内")?
                .set_error_message("请从下拉列表中选择")?
                .show_error_message(field.kind != Kind::Codes);
            form.add_data_validation(1, c, PREPARED, c, &rule)?;
            listed += 1;
        }
    }
    let help = book.add_worksheet();
    help.set_name("说明")?;
    for (c, (head, width)) in [("列", 24), ("必填", 8), ("填什么", 36), ("要求", 28), ("说明", 60)]
        .into_iter()
        .enumerate()
    {
        let c = u16::try_from(c).unwrap_or(0);
        help.write_string_with_format(0, c, head, &may)?;
        help.set_column_width(c, width)?;
    }
    for (r, field) in fields.iter().enumerate() {
        let r = u32::try_from(r + 1).unwrap_or(u32::MAX);
        help.write_string(r, 0, Desk::heading(field))?;
        help.write_string(r, 1, if field.required { "必填" } else { "" })?;
        help.write_string(r, 2, kind(field.kind))?;
        help.write_string(r, 3, bounds(field))?;
        help.write_string(r, 4, &field.note.zh)?;
    }
    if listed > 0 {
        let codes = book.add_worksheet();
        codes.set_name("代码")?;
        for (c, (field, choices)) in fields.iter().zip(&lists).filter(|(_, l)| !l.is_empty()).enumerate() {
            let c = u16::try_from(c).unwrap_or(u16::MAX);
            codes.write_string_with_format(0, c, &field.title.zh, &may)?;
            for (r, choice) in choices.iter().enumerate() {
                codes.write_string(u32::try_from(r + 1).unwrap_or(u32::MAX), c, choice)?;
            }
        }
    }
    Ok(book.save_to_buffer()?)
}
