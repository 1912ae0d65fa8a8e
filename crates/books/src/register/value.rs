//! One value as it was typed, read into the form it is kept in, or refused with words for the person who typed it.

use super::date::{day, narrow, time};
use crate::pack::{Field, Kind};
use chrono::NaiveDate;
use figure::{Decimal, NumberError, Text};
use law::Law;
use regex::Regex;
use serde_json::Value;
use standards::{Args, Context, EvalError, Function};
use std::collections::HashMap;

/// Most characters of one line, and of several lines, where the field says nothing.
const LINE: usize = 500;
const LINES: usize = 20_000;
/// Most members of a list.
const MEMBERS: usize = 500;
/// Digits that a spreadsheet keeps of a number: of a longer code typed as a number the end is lost.
const KEPT_DIGITS: usize = 15;

/// A field with what is needed to read it.
#[derive(Debug)]
pub(crate) struct Column {
    pub field: Field,
    pub pattern: Option<Regex>,
    /// Code, Chinese and English word → code.
    pub codes: HashMap<String, String>,
    /// Code → Chinese word.
    pub words: HashMap<String, String>,
    pub check: Option<&'static Function>,
    /// The field ends a period: a month alone is its last day.
    pub last: bool,
}

type Read<T> = Result<T, Text>;

fn text(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text::new(zh, en)
}

/// Signs that people write where there is nothing.
fn nothing(t: &str) -> bool {
    matches!(
        t,
        "" | "-" | "--" | "—" | "——" | "/" | "／" | "－" | "null" | "NULL" | "N/A" | "n/a"
    )
}

/// What a spreadsheet would run instead of show: `=…`, `@…`, and `+` or `-` before a call, a sheet or a pipe.
pub(crate) fn formula(t: &str) -> bool {
    let t = t.trim_start();
    t.starts_with(['=', '@', '＝', '＠']) || (t.starts_with(['+', '-']) && t.contains(['(', '!', '|']))
}

impl Column {
    /// Reads what was given; `Null` for nothing.
    pub fn read(&self, given: &Value, law: &Law, today: NaiveDate) -> Read<Value> {
        match (self.field.kind, given) {
            (_, Value::Null) => Ok(Value::Null),
            (Kind::Bool, Value::Bool(b)) => Ok(Value::Bool(*b)),
            (Kind::Codes | Kind::Links | Kind::Files, given) => self.list(given),
            (_, Value::String(s)) => self.one(s, law, today),
            (Kind::Text | Kind::Long | Kind::Code | Kind::Link | Kind::Division, Value::Number(n)) => {
                self.one(&whole(&n.to_string())?, law, today)
            }
            (Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude, Value::Bool(_))
            | (_, Value::Array(_) | Value::Object(_)) => Err(text(
                "应是一个值，而不是列表或对象",
                "one value is wanted, not a list or an object",
            )),
            (_, other) => self.one(&other.to_string(), law, today),
        }
    }

    fn one(&self, given: &str, law: &Law, today: NaiveDate) -> Read<Value> {
        let trimmed = given.trim();
        if nothing(trimmed) {
            return Ok(Value::Null);
        }
        // `'` before a sign that would start a formula is how spreadsheets and our CSV say "text".
        let t = match trimmed.strip_prefix('\'') {
            Some(rest) if rest.starts_with(['=', '+', '-', '@']) => rest,
            _ => trimmed,
        };
        let read = match self.field.kind {
            Kind::Text | Kind::Long => self.words(t, law, today)?,
            Kind::Number | Kind::Integer | Kind::Longitude | Kind::Latitude => self.number(t)?.to_string(),
            Kind::Date => {
                let d = day(t, self.last)?;
                self.in_time(d, today)?;
                d.to_string()
            }
            Kind::Time => {
                let at = time(t)?;
                self.in_time(at.date(), today)?;
                at.format("%Y-%m-%d %H:%M").to_string()
            }
            Kind::Bool => return yes(t),
            Kind::Code => self.code(t)?,
            Kind::Division => self.division(t, law, today)?,
            Kind::Link => id(t)?,
            Kind::Codes | Kind::Links | Kind::Files => return self.list(&Value::String(given.into())),
        };
        Ok(Value::String(read))
    }

    fn words(&self, t: &str, law: &Law, today: NaiveDate) -> Read<String> {
        if formula(t) {
            return Err(text(
                format!(
                    "“{}”会被电子表格当作公式执行，不能保存；请去掉开头的 {}",
                    short(t),
                    t.chars().next().unwrap_or('=')
                ),
                format!(
                    "`{}` would be run as a formula by a spreadsheet: take the first sign away",
                    short(t)
                ),
            ));
        }
        let long = self.field.kind == Kind::Long;
        let mut words: String = t
            .chars()
            .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
            .map(|c| if !long && matches!(c, '\n' | '\t') { ' ' } else { c })
            .collect();
        if let Some(pattern) = &self.pattern
            && !pattern.is_match(&words)
        {
            let plain = narrow(&words);
            let plain = plain.trim();
            if !pattern.is_match(plain) {
                return Err(text(
                    format!("“{}”的写法不对{}", short(t), aside(&self.field.note.zh, "：", "")),
                    format!(
                        "`{}` is not written as it should{}",
                        short(t),
                        aside(&self.field.note.en, ": ", "")
                    ),
                ));
            }
            words = plain.to_string();
        }
        if let Some(function) = self.check {
            words = ask(function, &words, law, today)?;
        }
        let most = self.field.length.unwrap_or(if long { LINES } else { LINE });
        let count = words.chars().count();
        if count > most {
            return Err(text(
                format!("有 {count} 个字，最多 {most} 个"),
                format!("{count} characters, at most {most}"),
            ));
        }
        Ok(words)
    }

    fn number(&self, t: &str) -> Read<Decimal> {
        let f = &self.field;
        let plain = narrow(t);
        // The field's own unit behind the number says nothing new.
        let bare = match &f.unit {
            Some(u) if !u.is_empty() => plain.trim().strip_suffix(u.as_str()).unwrap_or(&plain),
            _ => &plain,
        };
        let degrees = matches!(f.kind, Kind::Longitude | Kind::Latitude);
        let number = match Decimal::parse(bare) {
            Ok(n) => n,
            Err(NumberError::BelowDetection { .. }) => {
                return Err(text(
                    format!("“{t}”是未检出，此处须填数值"),
                    format!("`{t}` says not detected; a number is wanted here"),
                ));
            }
            Err(_) if degrees => sexagesimal(bare).ok_or_else(|| {
                text(
                    format!("“{t}”不是经纬度，请写十进制度数，如 117.2272"),
                    format!("`{t}` is no longitude or latitude: write decimal degrees such as 117.2272"),
                )
            })?,
            Err(e) => {
                return Err(text(
                    format!("“{}”不是数，请只写数字，如 1234.5", short(t)),
                    format!("`{}` is no number ({e}): write digits only, such as 1234.5", short(t)),
                ));
            }
        };
        let number = if f.kind == Kind::Integer {
            number.normalized()
        } else {
            number
        };
        let digits = number
            .normalized()
            .to_string()
            .split_once('.')
            .map_or(0, |(_, d)| d.len());
        if f.kind == Kind::Integer && digits > 0 {
            return Err(text(format!("“{t}”应是整数"), format!("`{t}` must be a whole number")));
        }
        if let Some(most) = f.digits.filter(|most| digits > *most as usize) {
            return Err(text(
                format!("“{t}”小数点后有 {digits} 位，最多 {most} 位"),
                format!("`{t}` has {digits} digits after the point, at most {most}"),
            ));
        }
        let least = f
            .min
            .clone()
            .or_else(|| degrees.then(|| format!("-{}", circle(f.kind))));
        let most = f.max.clone().or_else(|| degrees.then(|| circle(f.kind).into()));
        if let Some(min) = least.filter(|m| Decimal::parse(m).is_ok_and(|m| number < m)) {
            return Err(text(format!("“{t}”小于 {min}"), format!("`{t}` is below {min}")));
        }
        if let Some(max) = most.filter(|m| Decimal::parse(m).is_ok_and(|m| number > m)) {
            let swapped = f.kind == Kind::Latitude;
            return Err(text(
                format!("“{t}”大于 {max}{}", if swapped { "，经纬度是否填反？" } else { "" }),
                format!(
                    "`{t}` is above {max}{}",
                    if swapped {
                        "; are longitude and latitude swapped?"
                    } else {
                        ""
                    }
                ),
            ));
        }
        Ok(number)
    }

    fn in_time(&self, d: NaiveDate, today: NaiveDate) -> Read<()> {
        let bound = |b: &Option<String>| {
            let b = b.as_deref()?;
            if b == "today" { Some(today) } else { day(b, false).ok() }
        };
        if let Some(min) = bound(&self.field.min).filter(|m| d < *m) {
            return Err(text(format!("{d} 早于 {min}"), format!("{d} is before {min}")));
        }
        if let Some(max) = bound(&self.field.max).filter(|m| d > *m) {
            return Err(text(format!("{d} 晚于 {max}"), format!("{d} is after {max}")));
        }
        Ok(())
    }

    fn code(&self, t: &str) -> Read<String> {
        let plain = narrow(t);
        let plain = plain.trim();
        let known = self.codes.get(t).or_else(|| self.codes.get(plain)).or_else(|| {
            // As the template's drop-down writes it where words repeat: `01 一般`.
            self.codes.get(plain.split_whitespace().next()?)
        });
        known.cloned().ok_or_else(|| {
            let mut some: Vec<&String> = self.words.keys().collect();
            some.sort();
            let some: Vec<String> = some.iter().take(6).map(|c| format!("{c} {}", self.words[*c])).collect();
            text(
                format!("代码表里没有“{}”，可填：{} 等", short(t), some.join("、")),
                format!("`{}` is not in the code list; it begins {}", short(t), some.join(", ")),
            )
        })
    }

    fn division(&self, t: &str, law: &Law, today: NaiveDate) -> Read<String> {
        if let Some(code) = self.codes.get(t) {
            return Ok(code.clone());
        }
        let plain = narrow(t).trim().to_string();
        let padded = match plain.len() {
            2 | 4 if plain.bytes().all(|b| b.is_ascii_digit()) => format!("{plain:0<6}"),
            _ => plain,
        };
        if !self.codes.is_empty() && !self.codes.contains_key(&padded) {
            return Err(text(
                format!("没有“{}”这个行政区，请填六位代码或名称", short(t)),
                format!(
                    "`{}` is no division here: give the six-digit code or the name",
                    short(t)
                ),
            ));
        }
        match standards::find("code.division") {
            Some(function) => ask(function, &padded, law, today),
            None => Ok(padded),
        }
    }

    fn list(&self, given: &Value) -> Read<Value> {
        let parts: Vec<String> = match given {
            Value::Null => vec![],
            Value::Array(items) => items
                .iter()
                .map(|i| i.as_str().map_or_else(|| i.to_string(), ToString::to_string))
                .collect(),
            Value::String(s) => s
                .split(['、', '，', ',', ';', '；', '\n', '|'])
                .map(ToString::to_string)
                .collect(),
            other => vec![other.to_string()],
        };
        let mut read = vec![];
        for part in parts.iter().map(|p| p.trim()).filter(|p| !nothing(p)) {
            let one = match self.field.kind {
                Kind::Codes => self.code(part)?,
                Kind::Files => hash(part)?,
                _ => id(part)?,
            };
            if !read.contains(&one) {
                read.push(one);
            }
        }
        if read.len() > MEMBERS {
            return Err(text(
                format!("有 {} 项，最多 {MEMBERS} 项", read.len()),
                format!("{} members, at most {MEMBERS}", read.len()),
            ));
        }
        Ok(if read.is_empty() { Value::Null } else { read.into() })
    }
}

/// Degrees of half a turn, and of a quarter: the ends of longitude and latitude.
fn circle(kind: Kind) -> &'static str {
    if kind == Kind::Latitude { "90" } else { "180" }
}

/// `117°13′30.5″` as decimal degrees, to seven digits (a centimetre).
fn sexagesimal(t: &str) -> Option<Decimal> {
    let parts: Vec<&str> = t
        .split(['°', '度', '′', '\'', '分', '″', '"', '秒'])
        .map(|p| p.trim().trim_matches(['E', 'N', '东', '北', '经', '纬']))
        .filter(|p| !p.is_empty())
        .collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    let mut sum = 0.0;
    for (part, size) in parts.iter().zip([1.0, 60.0, 3600.0]) {
        let n: f64 = part.parse().ok()?;
        if n < 0.0 || (size > 1.0 && n >= 60.0) {
            return None;
        }
        sum += n / size;
    }
    Decimal::parse(&format!("{sum:.7}")).ok()
}

/// A number cell where a text is wanted: whole, and short enough that the spreadsheet has kept every digit.
fn whole(n: &str) -> Read<String> {
    let digits = n.bytes().filter(u8::is_ascii_digit).count();
    if n.contains(['e', 'E']) || digits > KEPT_DIGITS {
        return Err(text(
            format!("“{n}”被电子表格当作数字，末几位已丢失；请把单元格设为文本后重填"),
            format!(
                "the spreadsheet took `{n}` for a number and lost its last digits: make the cell text and type it again"
            ),
        ));
    }
    Ok(n.strip_suffix(".0").unwrap_or(n).to_string())
}

fn yes(t: &str) -> Read<Value> {
    match narrow(t).trim().to_lowercase().as_str() {
        "true" | "yes" | "y" | "1" | "1.0" | "是" | "有" | "√" | "对" => Ok(Value::Bool(true)),
        "false" | "no" | "n" | "0" | "0.0" | "否" | "无" | "×" | "x" | "错" => Ok(Value::Bool(false)),
        _ => Err(text(
            format!("“{}”应填“是”或“否”", short(t)),
            format!("`{}`: write yes or no", short(t)),
        )),
    }
}

/// An id as written; it becomes part of addresses, so it has bounds.
pub(crate) fn id(t: &str) -> Read<String> {
    let t = t.trim();
    if t.is_empty() || t.chars().count() > 200 || t.chars().any(char::is_control) || formula(t) {
        return Err(text(
            format!("“{}”不能作编号：须为 1 至 200 个可见字符，且不像公式", short(t)),
            format!(
                "`{}` cannot be an id: 1 to 200 visible characters, not like a formula",
                short(t)
            ),
        ));
    }
    Ok(t.to_string())
}

fn hash(t: &str) -> Read<String> {
    let good = t.len() == 64 && t.bytes().all(|b| b.is_ascii_hexdigit());
    good.then(|| t.to_lowercase()).ok_or_else(|| {
        text(
            format!("“{}”不是附件的哈希值（64 位十六进制）", short(t)),
            format!("`{}` is no hash of an attachment (64 hexadecimal digits)", short(t)),
        )
    })
}

fn short(t: &str) -> String {
    let mut s: String = t.chars().take(40).collect();
    if t.chars().nth(40).is_some() {
        s.push('…');
    }
    s
}

fn aside(note: &str, before: &str, after: &str) -> String {
    if note.is_empty() {
        String::new()
    } else {
        format!("{before}{note}{after}")
    }
}

/// Asks a function of the standards whether a code is well formed; gives it as it should be written.
fn ask(function: &Function, t: &str, law: &Law, today: NaiveDate) -> Read<String> {
    let context = Context {
        law,
        date: today,
        division: "",
    };
    let name = function.args.first().map_or("code", |a| a.name);
    match function.call(&context, &Args::from_iter([(name, t)])) {
        Ok(outcome) if outcome.value.to_string() == "yes" => {
            let code = outcome.column("code").to_string();
            Ok(if code.is_empty() { t.to_string() } else { code })
        }
        Ok(outcome) => {
            let reasons = outcome.column("reason").to_string();
            let (zh, en): (Vec<&str>, Vec<&str>) = reasons.split("; ").filter_map(|r| r.split_once(" / ")).unzip();
            Err(text(
                format!("“{}”不是正确的代码：{}", short(t), zh.join("；")),
                format!("`{}` is not a right code: {}", short(t), en.join("; ")),
            ))
        }
        // The law of that day does not say what the code looks like: nothing is known against it.
        Err(EvalError::NotInForce(_)) => Ok(t.to_string()),
        Err(e) => Err(text(
            format!("“{}”无法核对：{e}", short(t)),
            format!("`{}` cannot be checked: {e}", short(t)),
        )),
    }
}
