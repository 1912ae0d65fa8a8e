//! A function of the standards as an SQL function.
//!
//! `air.iaqi` is `air_iaqi(factor, period, c [, date [, division]])`: arguments in the declared order, those that are
//! not required may be left out from the end, then the day whose law holds (a DATE or text; today where it is not given)
//! and the division. The answer is text with exactly the digits the standard gives it (`36.0`); cast it to compute on.
//! `air_aqi_daily_all(…)` answers with a struct of the value and all other results.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Array, ArrayRef, StringArray, StringBuilder, StructArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Fields};
use datafusion::common::{Result, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use law::Law;
use standards::{Args, Cell, Context, Function};

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
        let declared = self.function.args;
        let mut columns: Vec<StringArray> = vec![];
        for a in &args.args {
            let a = cast(&a.to_array(rows)?, &DataType::Utf8)?;
            columns.push(datafusion::arrow::array::AsArray::as_string::<i32>(&a).clone());
        }
        let text = |i: usize, row: usize| columns.get(i).filter(|c| c.is_valid(row)).map(|c| c.value(row));
        let today = (chrono::Utc::now() + chrono::Duration::seconds(BEIJING_S)).date_naive();
        let mut out: Vec<StringBuilder> = self.fields().iter().map(|_| StringBuilder::new()).collect();
        for row in 0..rows {
            let given = declared
                .iter()
                .enumerate()
                .filter_map(|(i, a)| text(i, row).map(|t| (a.name, t)));
            let given: Args = given.collect();
            // A required argument that is NULL makes the figure NULL, as everywhere in SQL.
            if declared.iter().any(|a| a.required && given.get(a.name).is_none()) {
                out.iter_mut().for_each(StringBuilder::append_null);
                continue;
            }
            let date = match text(declared.len(), row) {
                None => today,
                Some(t) => match t.get(..10).unwrap_or(t).parse::<NaiveDate>() {
                    Ok(d) => d,
                    Err(_) => {
                        return exec_err!("{}: `{t}` is no date (write 2024-05-13)", self.name);
                    }
                },
            };
            let division = text(declared.len() + 1, row).unwrap_or("");
            let context = Context {
                law: &self.law,
                date,
                division,
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
