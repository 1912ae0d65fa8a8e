//! What a sheet says: fields in words, `{field}` filled in, lights with their word.

use super::{Desk, Table};
use crate::event::Doc;
use crate::pack::procedure::Sheet;
use crate::pack::{Kind, Packs, Procedure};
use crate::procedure::{Case, Light, Term, light, standing, terms};
use chrono::{Datelike, NaiveDate};

/// A day as documents write it.
fn day(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// What stands in place of nothing.
const NOTHING: &str = "—";

struct Sheeted<'a> {
    desk: &'a Desk<'a>,
    p: &'a Procedure,
    case: Case,
    light: Light,
    terms: Vec<Term>,
}

impl<'a> Sheeted<'a> {
    fn new(desk: &'a Desk<'a>, p: &'a Procedure, doc: &Doc) -> Self {
        let case = Case::read(doc.clone());
        let light = light(p, &case, desk.law, desk.today);
        let terms = terms(p, &case, desk.law, desk.today);
        Self {
            desk,
            p,
            case,
            light,
            terms,
        }
    }

    /// A field or a reserved word, in Chinese.
    fn word(&self, name: &str, no: usize) -> String {
        let shown = match name {
            "_no" => no.to_string(),
            "_id" => self.case.doc.id.clone(),
            "_state" => self
                .p
                .state(self.case.state())
                .map_or_else(|| self.case.state().into(), |s| s.title.zh.clone()),
            "_light" => self.light.word.zh.clone(),
            "_due" => self
                .terms
                .iter()
                .filter(|t| t.open())
                .filter_map(|t| t.by)
                .min()
                .map_or_else(String::new, |d| d.to_string()),
            "_done" | "_planned" => standing(self.p, &self.case, self.desk.today).map_or_else(String::new, |s| {
                format!("{}%", if name == "_done" { s.done } else { s.planned })
            }),
            "_evidence" => {
                let files = self.case.steps.iter().flat_map(|s| s.files.values().flatten());
                files.map(|f| f.name.clone()).collect::<Vec<_>>().join("；")
            }
            "_today" => day(self.desk.today),
            "_unit" => self.desk.unit.to_string(),
            _ => field(self.desk, self.p, &self.case, name),
        };
        if shown.is_empty() { NOTHING.into() } else { shown }
    }

    fn fill(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, after) = (&rest[..at], &rest[at + 1..]);
            out.push_str(before);
            match after.split_once('}') {
                Some((name, next)) => {
                    out.push_str(&self.word(name, 1));
                    rest = next;
                }
                None => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out + rest
    }
}

/// A field's value in words: codes by their title, yes and no.
fn field(desk: &Desk<'_>, p: &Procedure, case: &Case, name: &str) -> String {
    let Some(f) = p.field(name) else { return String::new() };
    let list = f
        .codes
        .as_ref()
        .and_then(|c| desk.packs.codes.get(&Packs::name(p.pack(), c)));
    let title = |code: &str| {
        let found = list.and_then(|l| l.codes.iter().find(|c| c.code == code));
        found.map_or_else(|| code.to_string(), |c| c.zh.clone())
    };
    let text = case.text(name);
    match f.kind {
        Kind::Code => title(&text),
        Kind::Codes => text.split('、').map(title).collect::<Vec<_>>().join("、"),
        Kind::Division => place(desk, &text).unwrap_or_else(|| title(&text)),
        Kind::Bool => match text.as_str() {
            "true" => "是".into(),
            "false" => "否".into(),
            _ => text,
        },
        _ => text,
    }
}

/// A division's name by the law's list (nation, provinces, cities of Anhui); none for what is not in it.
fn place(desk: &Desk<'_>, code: &str) -> Option<String> {
    let list = desk.law.at("code.list.division", desk.today, "").ok()?;
    let row = list.table.find(&[("code", &format!("{code:0<6}"))])?;
    Some(list.table.text(row, "name_zh").to_string())
}

fn head(p: &Procedure, column: &str) -> String {
    match column {
        "_no" => "序号".into(),
        "_id" => "编号".into(),
        "_state" => "状态".into(),
        "_light" => "进度灯号".into(),
        "_due" => "最近时限".into(),
        "_done" => "完成比例".into(),
        "_planned" => "序时进度".into(),
        "_evidence" => "佐证材料".into(),
        _ => p.field(column).map_or_else(
            || column.to_string(),
            |f| match &f.unit {
                Some(unit) => format!("{}（{unit}）", f.title.zh),
                None => f.title.zh.clone(),
            },
        ),
    }
}

/// The title's placeholders that need no case.
fn title(desk: &Desk<'_>, sheet: &Sheet) -> String {
    sheet
        .title
        .zh
        .replace("{_month}", &format!("{}年{}月", desk.today.year(), desk.today.month()))
        .replace("{_year}", &format!("{}年", desk.today.year()))
        .replace("{_today}", &day(desk.today))
        .replace("{_unit}", desk.unit)
}

pub(super) fn table(desk: &Desk<'_>, p: &Procedure, sheet: &Sheet, cases: &[Doc]) -> Table {
    let all: Vec<Sheeted<'_>> = cases.iter().map(|doc| Sheeted::new(desk, p, doc)).collect();
    let rows = all
        .iter()
        .enumerate()
        .map(|(i, s)| sheet.columns.iter().map(|c| s.word(c, i + 1)).collect())
        .collect();
    let simulated = all.iter().any(|s| s.case.simulated());
    Table {
        title: title(desk, sheet) + if simulated { "（含模拟数据）" } else { "" },
        unit: format!("填报单位（盖章）：{}", desk.unit),
        day: format!("填报日期：{}", day(desk.today)),
        head: sheet.columns.iter().map(|c| head(p, c)).collect(),
        rows,
        light: sheet.columns.iter().position(|c| c == "_light"),
        colours: all.iter().map(|s| s.light.colour.clone().unwrap_or_default()).collect(),
        note: "注：灯号由佐证材料的验收情况和时限计算得出，不由人工填写。".into(),
    }
}

/// A paragraph of a document.
pub(super) enum Paragraph {
    Title(String),
    Heading(String),
    Body(String),
}

/// One case: title, then a paragraph a line; a line that begins with `#` is a heading.
pub(super) fn letter(desk: &Desk<'_>, p: &Procedure, sheet: &Sheet, doc: &Doc) -> Vec<Paragraph> {
    let s = Sheeted::new(desk, p, doc);
    let mut paragraphs = vec![Paragraph::Title(s.fill(&title(desk, sheet)))];
    if s.case.simulated() {
        paragraphs.push(Paragraph::Body("（模拟数据，仅供演示）".into()));
    }
    for line in sheet.body.zh.lines().map(str::trim).filter(|l| !l.is_empty()) {
        match line.strip_prefix('#') {
            Some(heading) => paragraphs.push(Paragraph::Heading(s.fill(heading.trim_start_matches('#').trim()))),
            // A field of several lines becomes several paragraphs.
            None => paragraphs.extend(s.fill(line).lines().map(|l| Paragraph::Body(l.to_string()))),
        }
    }
    paragraphs
}
