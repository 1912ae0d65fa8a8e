//! The code of a hazardous waste, what is exempt, and the number of a manifest.

use crate::node::Noted;
use crate::row::{Entry, Row, at};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::Datelike;
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "waste.code",
        title: ("危险废物代码查询", "Code of a hazardous waste"),
        args: &[Arg::text(
            "code",
            ("废物代码，如900-041-49", "code of the waste, as 900-041-49"),
        )],
        results: &[
            Column::text("category"),
            Column::text("category_name"),
            Column::text("industry"),
            Column::text("description"),
            Column::text("hazard"),
            Column::text("edition"),
        ],
        keys: &[
            "waste.code.shape",
            "waste.code.identified",
            "waste.categories",
            "waste.catalogue",
        ],
        eval: code,
    },
    Function {
        name: "waste.exemption",
        title: ("危险废物豁免管理查询", "Exemptions of a hazardous waste"),
        args: &[
            Arg::text(
                "code",
                (
                    "废物代码，如900-041-49，或类别HW34",
                    "code of the waste, as 900-041-49, or a category as HW34",
                ),
            ),
            Arg::text(
                "step",
                (
                    "环节：收集 运输 利用 处置 全部环节；不填查各环节",
                    "step by its Chinese name: collection, transport, use, disposal, all; every step unless given",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("items"), Column::text("steps"), Column::text("conditions")],
        keys: &["waste.exemptions"],
        eval: exemption,
    },
    Function {
        name: "waste.manifest",
        title: ("危险废物转移联单编号核对", "Check of the number of a transfer manifest"),
        args: &[Arg::text(
            "number",
            ("联单编号，14位数字", "number of the manifest, 14 digits"),
        )],
        results: &[
            Column::number("year"),
            Column::text("province"),
            Column::text("city"),
            Column::text("serial"),
        ],
        keys: &["waste.manifest.number"],
        eval: manifest,
    },
];

/// Checks each piece against the digits a table lays down; the error says which part is wrong.
fn parts(shape: Entry<'_>, argument: &str, pieces: &[&str]) -> Result<(), EvalError> {
    for (r, piece) in shape.rows().zip(pieces) {
        let digits = r.whole("digits")?;
        let right = i64::try_from(piece.len()).is_ok_and(|n| n == digits) && piece.bytes().all(|b| b.is_ascii_digit());
        if !right {
            let reason = format!(
                "`{piece}` is not the {digits} digits of the {} ({})",
                r.text("part"),
                shape.0.clause
            );
            return Err(EvalError::argument(argument, reason));
        }
    }
    Ok(())
}

fn code(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (shape, categories) = (at(c, "waste.code.shape")?, at(c, "waste.categories")?);
    let identified = at(c, "waste.code.identified")?.only();
    let text = args.text("code")?;
    let pieces: Vec<&str> = text.split('-').collect();
    let [industry, serial, number] = pieces[..] else {
        let reason = format!(
            "`{text}`: three groups joined by - are wanted, as 900-041-49 ({})",
            shape.0.clause
        );
        return Err(EvalError::argument("code", reason));
    };
    parts(shape, "code", &pieces)?;
    let category = categories.rows().find(|r| r.text("number") == number).ok_or_else(|| {
        let reason = format!(
            "there is no category {number} in {} (没有该类别)",
            categories.0.standard.number
        );
        EvalError::argument("code", reason)
    })?;
    let mut node = Explanation::new("危险废物代码", "Code of a hazardous waste")
        .clause(shape.0.clause_ref())
        .clause(category.clause());
    let (table, recorded) = match at(c, "waste.catalogue") {
        Ok(table) => (table, true),
        // The edition of the day is not recorded: the latest one that is serves for orientation, and says so.
        Err(e) => match c
            .law
            .versions("waste.catalogue")
            .iter()
            .rev()
            .find(|p| p.from <= c.date)
        {
            Some(p) => {
                node = node.note(e.to_string(), e.to_string());
                (Entry(p), false)
            }
            None => return Err(e),
        },
    };
    let found = table.rows().find(|r| r.text("code") == text);
    let status = match (&found, recorded) {
        (Some(_), true) => "listed",
        (Some(_), false) => "listed_before",
        (None, _) if industry == identified.text("industry") && serial == identified.text("serial") => "identified",
        (None, true) => "not_listed",
        (None, false) => "unknown",
    };
    let cell = |column: &str| found.map_or("", |r| r.text(column));
    if status == "identified" {
        node = node.clause(identified.clause()).noted(identified.p);
    }
    node = node
        .value(status)
        .formula(format!("{text} → {}", category.text("name")))
        .clause(table.0.clause_ref())
        .noted(table.0);
    Ok(Outcome {
        value: status.into(),
        columns: vec![
            ("category", category.text("category").into()),
            ("category_name", category.text("name").into()),
            ("industry", cell("industry").into()),
            ("description", cell("description").into()),
            ("hazard", cell("hazard").into()),
            ("edition", table.0.standard.number.as_str().into()),
        ],
        explanation: node,
    })
}

fn exemption(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let table = at(c, "waste.exemptions")?;
    let (text, step) = (args.text("code")?, args.get("step"));
    let category = match text.rsplit_once('-') {
        Some((_, number)) => format!("HW{number}"),
        None => text.to_ascii_uppercase(),
    };
    if let Some(s) = step {
        let known = |r: Row<'_>| r.text("step").split(' ').any(|w| w == s);
        if !table.rows().any(known) {
            let mut steps: Vec<&str> = table.rows().flat_map(|r| r.text("step").split(' ')).collect();
            steps.sort_unstable();
            steps.dedup();
            return Err(EvalError::argument(
                "step",
                format!("`{s}`: write one of {}", steps.join(" ")),
            ));
        }
    }
    let applies = |r: &Row<'_>| {
        let named = r
            .text("codes")
            .split(' ')
            .any(|w| w == text || w.eq_ignore_ascii_case(&category));
        // An item without codes may cover any waste: it is shown for its steps.
        let any = r.text("codes") == "-";
        let steps = r.text("step");
        let step_fits = step.is_none_or(|s| steps.split(' ').any(|w| w == s || w == "全部环节"));
        (named || any) && step_fits
    };
    let hits: Vec<Row<'_>> = table.rows().filter(applies).collect();
    let mut node = Explanation::new("豁免管理", "Exemptions").clause(table.0.clause_ref());
    let (mut items, mut steps, mut conditions) = (Vec::new(), Vec::new(), Vec::new());
    for r in &hits {
        items.push(r.text("no"));
        steps.push(r.text("step"));
        conditions.push(format!("{}：{}", r.text("waste"), r.text("condition")));
        node = node.input(
            Explanation::new(
                format!("第{}项：{}", r.text("no"), r.text("waste")),
                format!("item {}", r.text("no")),
            )
            .value(r.text("step"))
            .clause(r.clause())
            .note(r.text("condition"), r.text("condition"))
            .note(r.text("exempt"), r.text("exempt")),
        );
    }
    let n = i64::try_from(hits.len()).unwrap_or(i64::MAX);
    Ok(Outcome {
        value: n.into(),
        columns: vec![
            ("items", items.join(" ").into()),
            ("steps", steps.join("；").into()),
            ("conditions", conditions.join("；").into()),
        ],
        explanation: node.value(n).noted(table.0),
    })
}

fn manifest(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let shape = at(c, "waste.manifest.number")?;
    let text = args.text("number")?;
    let mut total = 0;
    for r in shape.rows() {
        total += r.whole::<i64>("digits")?;
    }
    if !(text.bytes().all(|b| b.is_ascii_digit()) && i64::try_from(text.len()).is_ok_and(|n| n == total)) {
        let reason = format!(
            "`{text}`: {total} digits are wanted ({}) / 应为{total}位数字",
            shape.0.clause
        );
        return Err(EvalError::argument("number", reason));
    }
    let (mut rest, mut pieces) = (text, Vec::new());
    for r in shape.rows() {
        let n = r.whole::<usize>("digits")?;
        let (piece, after) = rest.split_at_checked(n).unwrap_or((rest, ""));
        pieces.push(piece);
        rest = after;
    }
    let [year, province, city, serial] = pieces[..] else {
        return Err(EvalError::law(shape.0, "four parts are wanted"));
    };
    let number = Decimal::parse(year)?;
    let first = Decimal::from_int(i64::from(shape.0.from.year()));
    let last = Decimal::from_int(i64::from(c.date.year()));
    if number < first || number > last {
        let reason = format!("the year {year} lies outside {first} to {last} ({})", shape.0.clause);
        return Err(EvalError::argument("number", reason));
    }
    let node = Explanation::new("转移联单编号", "Number of a manifest")
        .value(text)
        .formula(format!("{year} | {province} | {city} | {serial}"))
        .clause(shape.0.clause_ref())
        .noted(shape.0);
    Ok(Outcome {
        value: text.into(),
        columns: vec![
            ("year", number.into()),
            ("province", province.into()),
            ("city", city.into()),
            ("serial", serial.into()),
        ],
        explanation: node,
    })
}
