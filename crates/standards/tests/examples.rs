//! The worked examples of the standards, kept as data: `tests/examples/*.toml`, one file a room.
//!
//! ```toml
//! [[example]]
//! function = "lake.tli"
//! date = "2024-06-01"
//! division = "340000"          # may be left out
//! source = "where the example was worked, and how"
//! args = { chla = "10", tp = "0.05" }
//! value = "47.5"               # as printed; "" = no value; left out = not looked at
//! columns = { grade = "中营养" }
//! # or, in place of value: what the error must contain
//! error = "not recorded"
//! ```

use law::Law;
use serde::Deserialize;
use standards::{Args, Context, find};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    function: String,
    date: String,
    #[serde(default)]
    division: String,
    /// Where the example comes from; never empty.
    source: String,
    #[serde(default)]
    args: BTreeMap<String, String>,
    value: Option<String>,
    #[serde(default)]
    columns: BTreeMap<String, String>,
    error: Option<String>,
}

impl Example {
    fn check(&self, law: &Law) -> Result<(), String> {
        let function = find(&self.function).ok_or("no such function")?;
        if self.source.trim().is_empty() {
            return Err("an example without a source".to_string());
        }
        if self.value.is_none() && self.columns.is_empty() && self.error.is_none() {
            return Err("an example that expects nothing".to_string());
        }
        let context = Context {
            law,
            date: self.date.parse().map_err(|e| format!("date {}: {e}", self.date))?,
            division: &self.division,
        };
        let outcome = function.call(&context, &Args(self.args.clone()));
        let outcome = match (outcome, &self.error) {
            (Err(e), Some(part)) if e.to_string().contains(part) => return Ok(()),
            (Err(e), Some(part)) => return Err(format!("error `{e}` does not contain `{part}`")),
            (Ok(o), Some(_)) => return Err(format!("an error was expected, it gave {}", o.value)),
            (Err(e), None) => return Err(e.to_string()),
            (Ok(o), None) => o,
        };
        let mut wrong = Vec::new();
        let mut compare = |name: &str, got: String, want: &str| {
            if got != want {
                wrong.push(format!("{name}: got `{got}`, want `{want}`"));
            }
        };
        if let Some(want) = &self.value {
            compare("value", outcome.value.to_string(), want);
        }
        for (name, want) in &self.columns {
            if !function.results.iter().any(|c| c.name == name) {
                return Err(format!("{} has no column `{name}`", self.function));
            }
            compare(name, outcome.column(name).to_string(), want);
        }
        if wrong.is_empty() {
            Ok(())
        } else {
            Err(wrong.join("; "))
        }
    }
}

#[test]
fn every_worked_example_comes_out_as_printed() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let law = Law::load_dir(&here.join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"));
    let (mut count, mut wrong) = (0, Vec::new());
    let mut files: Vec<_> = std::fs::read_dir(here.join("tests/examples"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .collect();
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = toml::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        for (i, example) in file.example.iter().enumerate() {
            count += 1;
            if let Err(e) = example.check(&law) {
                let name = path.file_name().unwrap().to_string_lossy();
                wrong.push(format!(
                    "{name} #{} {} {:?}: {e}",
                    i + 1,
                    example.function,
                    example.args
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {count} examples differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    assert!(count > 0, "no examples were found");
}
