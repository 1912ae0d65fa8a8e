//! A function of the standards as an SQL function.
//!
//! `air.iaqi` is `air_iaqi(factor, period, c [, date [, division]])`: arguments in the declared order, those that are
//! not required may be left out from the end, then the day whose law holds (a DATE or text; today where it is not given)
//! and the division. The answer is text with exactly the digits the standard gives it (`36.0`); cast it to compute on.
//! `air_aqi_daily_all(…)` answers with a struct of the value and all other results.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, AsArray, StringArray, StringViewBuilder, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_datafusion_err, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use law::Law;
use standards::{Args, Cell, Context, Function};

use super::bulk::{Call, Kept, Refused};
use super::columns::Batch;
use crate::row::BEIJING_S;

#[derive(Debug)]
pub(crate) struct Standard {
    function: &'static Function,
    law: Arc<Law>,
    name: String,
    /// A struct of all results instead of the value.
    whole: bool,
    signature: Signature,
    /// What the bulk form has compiled.
    kept: Kept,
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
            kept: Kept::default(),
        }
    }

    fn fields(&self) -> Fields {
        let names = std::iter::once("value").chain(self.function.results.iter().map(|c| c.name));
        names.map(|n| Field::new(n, DataType::Utf8View, true)).collect()
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

fn cell(c: &Cell, out: &mut StringViewBuilder) {
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
            DataType::Utf8View
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
        let mut out: Vec<StringViewBuilder> = self.fields().iter().map(|_| StringViewBuilder::new()).collect();
        for row in 0..rows {
            let given: Args = asked.texts(row).collect();
            // A required argument that is NULL makes the figure NULL, as everywhere in SQL.
            if self
                .function
                .args
                .iter()
                .any(|a| a.required && given.get(a.name).is_none())
            {
                out.iter_mut().for_each(StringViewBuilder::append_null);
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
            today: today(),
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
        let given = self.text(self.of.function.args.len(), row);
        given.map_or(Ok(self.today), |t| day(&self.of.name, t))
    }

    fn division(&self, row: usize) -> &str {
        self.text(self.of.function.args.len() + 1, row).unwrap_or("")
    }
}

impl Standard {
    /// The values of a batch by the function's bulk form; None if a number comes as text, which may carry a qualifier.
    fn in_bulk(&self, compile: standards::Compile, given: &[ColumnarValue], rows: usize) -> Result<Option<ArrayRef>> {
        let Some(batch) = Batch::of(self.function, given, rows, &today().to_string())? else {
            return Ok(None);
        };
        let call = Call {
            function: self.function,
            law: &self.law,
            kept: &self.kept,
            compile,
            batch: &batch,
        };
        match call.values() {
            Ok(values) => Ok(Some(values)),
            Err(Refused::Cell(e)) => Err(e),
            // In the words of the explained form: of several bad arguments it names the first.
            Err(Refused::Row(row, brief)) => {
                let declared = self.function.args.len();
                let context = Context {
                    law: &self.law,
                    date: day(&self.name, batch.word(declared, row).unwrap_or_default())?,
                    division: batch.word(declared + 1, row).unwrap_or_default(),
                };
                let explained = self.function.call(&context, &batch.texts(self.function, row));
                let e = explained.err().unwrap_or(brief);
                exec_err!("{}: {e}; use {}", self.name, self.usage())
            }
        }
    }
}

/// The day in Beijing.
fn today() -> NaiveDate {
    (chrono::Utc::now() + chrono::Duration::seconds(BEIJING_S)).date_naive()
}

/// The day that a text begins with.
pub(super) fn day(name: &str, text: &str) -> Result<NaiveDate> {
    let begin = text.get(..10).unwrap_or(text);
    begin
        .parse()
        .map_err(|_| exec_datafusion_err!("{name}: `{text}` is no date (write 2024-05-13)"))
}
