//! A function of the standards as an SQL function.
//!
//! `air.iaqi` is `air_iaqi(factor, period, c [, date [, division]])`: arguments in the declared order, those that are
//! not required may be left out from the end, then the day whose law holds (a DATE or text; today where it is not given)
//! and the division. The answer is text with exactly the digits the standard gives it (`36.0`); cast it to compute on.
//! `air_aqi_daily_all(…)` answers with a struct of the value and all other results.

use std::fmt::Write;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_datafusion_err, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use figure::Decimal;
use law::Law;
use standards::{ArgKind, Args, Brief, Cell, Context, Function};

use super::columns::Numbers;
use crate::row::BEIJING_S;

#[derive(Debug)]
pub(crate) struct Standard {
    function: &'static Function,
    law: Arc<Law>,
    name: String,
    /// A struct of all results instead of the value.
    whole: bool,
    signature: Signature,
}

pub(super) fn value(function: &'static Function, law: Arc<Law>) -> ScalarUDF {
    Standard::new(function, law, false).into()
}

pub(super) fn all(function: &'static Function, law: Arc<Law>) -> ScalarUDF {
    Standard::new(function, law, true).into()
}

impl PartialEq for Standard {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.law.fingerprint() == other.law.fingerprint()
    }
}

impl Eq for Standard {}

impl Hash for Standard {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.name.hash(h);
    }
}

impl Standard {
    fn new(function: &'static Function, law: Arc<Law>, whole: bool) -> Self {
        let name = format!("{}{}", function.name.replace('.', "_"), if whole { "_all" } else { "" });
        // Stable, not immutable: without a date the day of asking decides.
        Self {
            function,
            law,
            name,
            whole,
            signature: Signature::variadic_any(Volatility::Stable),
        }
    }

    fn fields(&self) -> Fields {
        let names = std::iter::once("value").chain(self.function.results.iter().map(|c| c.name));
        names.map(|n| Field::new(n, DataType::Utf8, true)).collect()
    }

    fn usage(&self) -> String {
        let args = self.function.args.iter().map(|a| {
            if a.required {
                a.name.into()
            } else {
                format!("[{}]", a.name)
            }
        });
        format!(
            "{}({}, [date], [division])",
            self.name,
            args.collect::<Vec<String>>().join(", ")
        )
    }
}

fn cell(c: &Cell, out: &mut StringBuilder) {
    match c {
        Cell::Missing => out.append_null(),
        other => out.append_value(other.to_string()),
    }
}

impl ScalarUDFImpl for Standard {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, args: &[DataType]) -> Result<DataType> {
        let declared = self.function.args.len();
        let required = self.function.args.iter().rposition(|a| a.required).map_or(0, |i| i + 1);
        if args.len() < required || args.len() > declared + 2 {
            return plan_err!("{} arguments; use {}", args.len(), self.usage());
        }
        Ok(if self.whole {
            DataType::Struct(self.fields())
        } else {
            DataType::Utf8
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        if let Some(compile) = standards::bulk(self.function.name).filter(|_| !self.whole)
            && let Some(values) = self.in_bulk(compile, &args.args, rows)?
        {
            return Ok(ColumnarValue::Array(values));
        }
        let columns: Vec<ArrayRef> = args.args.iter().map(|a| a.to_array(rows)).collect::<Result<_>>()?;
        let asked = Asked::of(self, &columns)?;
        let mut out: Vec<StringBuilder> = self.fields().iter().map(|_| StringBuilder::new()).collect();
        for row in 0..rows {
            let given: Args = asked.texts(row).collect();
            // A required argument that is NULL makes the figure NULL, as everywhere in SQL.
            if self
                .function
                .args
                .iter()
                .any(|a| a.required && given.get(a.name).is_none())
            {
                out.iter_mut().for_each(StringBuilder::append_null);
                continue;
            }
            let context = Context {
                law: &self.law,
                date: asked.date(row)?,
                division: asked.division(row),
            };
            let done = match self.function.call(&context, &given) {
                Ok(done) => done,
                Err(e) => return exec_err!("{}: {e}; use {}", self.name, self.usage()),
            };
            cell(&done.value, &mut out[0]);
            for (slot, c) in out[1..].iter_mut().zip(self.function.results) {
                cell(done.column(c.name), slot);
            }
        }
        let mut columns: Vec<ArrayRef> = out.iter_mut().map(|b| Arc::new(b.finish()) as ArrayRef).collect();
        Ok(ColumnarValue::Array(if self.whole {
            Arc::new(StructArray::try_new(self.fields(), columns, None)?)
        } else {
            columns.swap_remove(0)
        }))
    }
}

/// The arguments of a call, read as text.
struct Asked<'a> {
    of: &'a Standard,
    columns: Vec<StringArray>,
    today: NaiveDate,
}

impl<'a> Asked<'a> {
    fn of(of: &'a Standard, columns: &[ArrayRef]) -> Result<Self> {
        let text = |a: &ArrayRef| Ok(cast(a, &DataType::Utf8)?.as_string::<i32>().clone());
        Ok(Self {
            of,
            columns: columns.iter().map(text).collect::<Result<_>>()?,
            today: (chrono::Utc::now() + chrono::Duration::seconds(BEIJING_S)).date_naive(),
        })
    }

    fn text(&self, i: usize, row: usize) -> Option<&str> {
        self.columns.get(i).filter(|c| c.is_valid(row)).map(|c| c.value(row))
    }

    fn texts(&self, row: usize) -> impl Iterator<Item = (&'static str, &str)> {
        let args = self.of.function.args.iter().enumerate();
        args.filter_map(move |(i, a)| self.text(i, row).map(|t| (a.name, t)))
    }

    fn date(&self, row: usize) -> Result<NaiveDate> {
        let Some(t) = self.text(self.of.function.args.len(), row) else {
            return Ok(self.today);
        };
        match t.get(..10).unwrap_or(t).parse::<NaiveDate>() {
            Ok(d) => Ok(d),
            Err(_) => exec_err!("{}: `{t}` is no date (write 2024-05-13)", self.of.name),
        }
    }

    fn division(&self, row: usize) -> &str {
        self.text(self.of.function.args.len() + 1, row).unwrap_or("")
    }
}

impl Standard {
    /// The values of a batch by the function's bulk form: rules are compiled once for each day, division and set
    /// of words met. None if a number comes as text, which may carry a qualifier.
    fn in_bulk(&self, compile: standards::Compile, given: &[ColumnarValue], rows: usize) -> Result<Option<ArrayRef>> {
        let declared = self.function.args;
        let mut numbers: Vec<Option<Numbers>> = vec![];
        let mut words: Vec<ArrayRef> = vec![];
        // Words, day and division that are the same for all rows need no look at each of them.
        let mut same = true;
        for (i, column) in given.iter().enumerate() {
            if declared.get(i).is_some_and(|a| a.kind == ArgKind::Number) {
                let Some(n) = Numbers::of(&column.to_array(rows)?)? else {
                    return Ok(None);
                };
                numbers.push(Some(n));
                // In the place of numbers stands nothing, so that places stay as declared.
                words.push(Arc::new(StringArray::new_null(rows)));
                continue;
            }
            numbers.push(None);
            words.push(match column {
                // Turned into text before it is repeated.
                ColumnarValue::Scalar(one) => one.cast_to(&DataType::Utf8)?.to_array_of_size(rows)?,
                ColumnarValue::Array(all) => {
                    same = false;
                    all.clone()
                }
            });
        }
        numbers.truncate(declared.len());
        let asked = Asked::of(self, &words)?;
        let fail = |e: standards::EvalError| exec_datafusion_err!("{}: {e}; use {}", self.name, self.usage());
        // Few rules hold within a batch, mostly one: they are found by comparing, the last one first.
        let mut compiled: Vec<Rules> = vec![];
        let mut last = 0;
        let mut row_numbers: Vec<Option<Decimal>> = vec![None; declared.len()];
        let mut out = StringBuilder::with_capacity(rows, rows * 3);
        for row in 0..rows {
            for (i, n) in numbers.iter().enumerate() {
                row_numbers[i] = n.as_ref().map_or(Ok(None), |n| n.at(row))?;
            }
            let mut required = declared.iter().enumerate().filter(|(_, a)| a.required);
            if required.any(|(i, a)| match a.kind {
                ArgKind::Number => row_numbers[i].is_none(),
                ArgKind::Text => asked.text(i, row).is_none_or(|t| t.trim().is_empty()),
            }) {
                out.append_null();
                continue;
            }
            if same && !compiled.is_empty() {
                put(compiled[0].bulk.value(&row_numbers).map_err(fail)?, &mut out)?;
                continue;
            }
            let (date, division) = (asked.date(row)?, asked.division(row));
            let fits = |r: &Rules| r.date == date && r.division == division && asked.texts(row).eq(r.words());
            if !compiled.get(last).is_some_and(fits) {
                last = match compiled.iter().position(fits) {
                    Some(at) => at,
                    None => {
                        let texts: Vec<(&'static str, String)> =
                            asked.texts(row).map(|(n, t)| (n, t.to_string())).collect();
                        let context = Context {
                            law: &self.law,
                            date,
                            division,
                        };
                        let args = texts.iter().map(|(n, t)| (*n, t.as_str())).collect();
                        compiled.push(Rules {
                            date,
                            division: division.to_string(),
                            bulk: compile(&context, &args).map_err(fail)?,
                            texts,
                        });
                        compiled.len() - 1
                    }
                };
            }
            put(compiled[last].bulk.value(&row_numbers).map_err(fail)?, &mut out)?;
        }
        Ok(Some(Arc::new(out.finish())))
    }
}

fn put(value: Brief<'_>, out: &mut StringBuilder) -> Result<()> {
    match value {
        Brief::Missing => out.append_null(),
        Brief::Text(t) => out.append_value(t),
        Brief::Number(d) => {
            // Into the column's own buffer, without a text in between.
            write!(out, "{d}").map_err(|e| exec_datafusion_err!("{e}"))?;
            out.append_value("");
        }
    }
    Ok(())
}

/// A function's rules for one day, division and set of words.
struct Rules {
    date: NaiveDate,
    division: String,
    texts: Vec<(&'static str, String)>,
    bulk: Box<dyn standards::Bulk>,
}

impl Rules {
    fn words(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.texts.iter().map(|(n, t)| (*n, t.as_str()))
    }
}
