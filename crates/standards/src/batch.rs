//! Calling a function over a table, and from `key=value` words.

use crate::{Args, Context, EvalError, Function};
use chrono::NaiveDate;
use law::Law;
use std::collections::BTreeMap;
use std::io::{Read, Write};

/// What a batch did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BatchReport {
    /// Rows read and written.
    pub rows: u64,
    /// Rows whose `error` is filled.
    pub errors: u64,
}

/// Why a batch could not go on. A bad row is not one of these: it fills its own `error` cell.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
    /// A row that is no CSV (wrong number of cells, broken quotes, not UTF-8), with its line.
    #[error("{0}")]
    Csv(#[from] csv::Error),
    /// The output could not be written.
    #[error("cannot write the result: {0}")]
    Write(#[from] std::io::Error),
    /// No column of the file is an argument of the function.
    #[error("no column of the file is an argument of `{function}`; the arguments are {known}")]
    NoColumns {
        /// The function.
        function: String,
        /// Its arguments.
        known: String,
    },
}

/// Reads a CSV with a header and writes one row for each: the input columns as they came, then
/// `value`, the function's other columns, and `error`.
///
/// Columns named after arguments are the arguments; `date` and `division` decide the law of the row
/// where they are given and not blank (else the defaults do); any other column is passed through.
///
/// # Errors
/// [`BatchError`] when the file is no table or the output cannot be written.
pub fn run_batch(
    function: &Function,
    input: impl Read,
    output: impl Write,
    law: &Law,
    default_date: NaiveDate,
    default_division: &str,
) -> Result<BatchReport, BatchError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(true).from_reader(input);
    let mut writer = csv::Writer::from_writer(output);
    let header: Vec<String> = reader
        .headers()?
        .iter()
        .map(|h| h.trim().trim_start_matches('\u{feff}').to_string())
        .collect();
    let is_arg = |name: &str| function.args.iter().any(|a| a.name == name);
    if !header.iter().any(|h| is_arg(h)) {
        let known = function.args.iter().map(|a| a.name).collect::<Vec<_>>().join(", ");
        return Err(BatchError::NoColumns {
            function: function.name.to_string(),
            known,
        });
    }
    let added = std::iter::once("value")
        .chain(function.results.iter().map(|c| c.name))
        .chain(["error"]);
    writer.write_record(header.iter().map(String::as_str).chain(added))?;

    let mut report = BatchReport::default();
    for record in reader.records() {
        let record = record?;
        let (mut args, mut date, mut division) = (Args::default(), Ok(default_date), default_division);
        for (name, cell) in header.iter().zip(&record) {
            let blank = cell.trim().is_empty();
            if is_arg(name) {
                args.0.insert(name.clone(), cell.to_string());
            } else if name == "date" && !blank {
                let read = cell.trim().parse::<NaiveDate>();
                date =
                    read.map_err(|_| EvalError::argument("date", format!("`{cell}` is not a date: write YYYY-MM-DD")));
            } else if name == "division" && !blank {
                division = cell.trim();
            }
        }
        let outcome = date.and_then(|date| function.call(&Context { law, date, division }, &args));
        let mut row: Vec<String> = record.iter().map(str::to_string).collect();
        report.rows += 1;
        match outcome {
            Ok(o) => {
                row.push(o.value.to_string());
                row.extend(function.results.iter().map(|c| o.column(c.name).to_string()));
                row.push(String::new());
            }
            Err(e) => {
                report.errors += 1;
                row.resize(row.len() + 1 + function.results.len(), String::new());
                row.push(e.to_string());
            }
        }
        writer.write_record(&row)?;
    }
    writer.flush()?;
    Ok(report)
}

/// Reads `key=value` words into arguments.
///
/// # Errors
/// [`EvalError::Argument`] for a word without `=`, or a key given twice.
pub fn parse_cli_args<S: AsRef<str>>(words: impl IntoIterator<Item = S>) -> Result<Args, EvalError> {
    let mut args = BTreeMap::new();
    for word in words {
        let word = word.as_ref();
        let Some((key, value)) = word.split_once('=') else {
            return Err(EvalError::argument(word, "write key=value"));
        };
        if args.insert(key.trim().to_string(), value.to_string()).is_some() {
            return Err(EvalError::argument(key, "is given twice"));
        }
    }
    Ok(Args(args))
}
