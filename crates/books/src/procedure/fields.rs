//! The fields that come with a move: known, of their kind, in the form in which they are kept.

use super::day::read;
use crate::error::{Error, Result};
use crate::pack::{Field, Kind, Packs, Procedure};
use chrono::NaiveDateTime;
use figure::Decimal;
use serde_json::{Map, Value};

/// Checks each field given; `null` or blank takes a field away.
pub(super) fn check(packs: &Packs, p: &Procedure, given: &Map<String, Value>) -> Result<Map<String, Value>> {
    let mut kept = Map::new();
    for (name, value) in given {
        let Some(field) = p.field(name) else {
            return Err(Error::refused(
                format!("“{}”没有字段“{name}”。", p.title.zh),
                format!("{} has no field `{name}`.", p.title.en),
            ));
        };
        kept.insert(name.clone(), one(packs, p, field, value)?);
    }
    Ok(kept)
}

fn one(packs: &Packs, p: &Procedure, f: &Field, value: &Value) -> Result<Value> {
    let wrong =
        |zh: String, en: String| Error::refused(format!("{}：{zh}", f.title.zh), format!("{}: {en}", f.title.en));
    let shown = value
        .as_str()
        .map_or_else(|| value.to_string(), |s| s.trim().to_string());
    if value.is_null() || (value.is_string() && shown.is_empty()) {
        return Ok(Value::Null);
    }
    let list = f
        .codes
        .as_ref()
        .and_then(|c| packs.codes.get(&Packs::name(p.pack(), c)));
    let known = |code: &str| list.is_none_or(|l| l.codes.iter().any(|c| c.code == code));
    let no_code = |code: &str| {
        wrong(
            format!("“{code}”不在代码表中，请从列表选择。"),
            format!("`{code}` is not in the list: choose one of it."),
        )
    };
    match f.kind {
        Kind::Bool => match value {
            Value::Bool(_) => Ok(value.clone()),
            _ => match shown.as_str() {
                "是" | "true" | "1" => Ok(true.into()),
                "否" | "false" | "0" => Ok(false.into()),
                _ => Err(wrong(
                    format!("“{shown}”应为是或否。"),
                    format!("`{shown}`: write yes or no."),
                )),
            },
        },
        Kind::Codes | Kind::Links | Kind::Files => {
            let items: Option<Vec<&str>> = value.as_array().map(|a| a.iter().filter_map(Value::as_str).collect());
            let items = items.ok_or_else(|| wrong("应为列表。".into(), "it must be a list.".into()))?;
            match items.iter().find(|i| f.kind == Kind::Codes && !known(i)) {
                Some(code) => Err(no_code(code)),
                None => Ok(items.into()),
            }
        }
        Kind::Code if !known(&shown) => Err(no_code(&shown)),
        Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude => {
            let number = Decimal::parse(&shown).map_err(|e| wrong(format!("“{shown}”不是数字。"), e.to_string()))?;
            if f.kind == Kind::Integer && number.at_scale(0).is_none() {
                return Err(wrong(
                    format!("“{shown}”应为整数。"),
                    format!("`{shown}` is no whole number."),
                ));
            }
            Ok(number.to_string().into())
        }
        Kind::Date if read(&shown).is_none() => Err(wrong(
            format!("“{shown}”不是日期，应写作2024-05-01。"),
            format!("`{shown}` is no date: write 2024-05-01."),
        )),
        Kind::Time if NaiveDateTime::parse_from_str(&shown, "%Y-%m-%d %H:%M").is_err() => Err(wrong(
            format!("“{shown}”不是时间，应写作2024-05-01 08:30。"),
            format!("`{shown}` is no time: write 2024-05-01 08:30."),
        )),
        Kind::Division if !(shown.bytes().all(|b| b.is_ascii_digit()) && [2, 4, 6, 9, 12].contains(&shown.len())) => {
            Err(wrong(
                format!("“{shown}”不是行政区划代码（2、4、6、9或12位数字）。"),
                format!("`{shown}` is no division (2, 4, 6, 9 or 12 digits)."),
            ))
        }
        _ => match f.length {
            Some(most) if shown.chars().count() > most => Err(wrong(
                format!("最多{most}个字。"),
                format!("at most {most} characters."),
            )),
            _ => Ok(shown.into()),
        },
    }
}
