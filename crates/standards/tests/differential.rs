//! Our functions against independent libraries: `tests/differential/*.csv`, made by `make.py` beside them.
//!
//! The lines of a table that begin with `#` name the library, the function and how each result is compared.

use figure::Decimal;
use law::Law;
use standards::{Args, Context, Function, find};
use std::collections::BTreeMap;
use std::path::Path;

/// How one result is held against the library's.
enum Compare {
    /// The same text.
    Exact,
    /// Half of the last digit that ours is printed with.
    Rounded,
    Within(f64),
    Relative(f64),
}

impl Compare {
    fn parse(how: &str) -> Result<Self, String> {
        let (word, number) = how.split_once(' ').unwrap_or((how, ""));
        let number = || number.parse().map_err(|e| format!("`{how}`: {e}"));
        match word {
            "exact" => Ok(Self::Exact),
            "rounded" => Ok(Self::Rounded),
            "within" => Ok(Self::Within(number()?)),
            "relative" => Ok(Self::Relative(number()?)),
            _ => Err(format!("`{how}` is no comparison")),
        }
    }

    fn holds(&self, ours: &str, theirs: &str) -> bool {
        let ours = ours.trim_start_matches('≈'); // a number that does not end, as an explanation shows it
        if ours == theirs {
            return true;
        }
        let (Ok(a), Ok(b), Ok(d)) = (ours.parse::<f64>(), theirs.parse::<f64>(), Decimal::parse(ours)) else {
            return false;
        };
        // The library counts in floating point: its last bits are not held against us.
        let blur = 1e-9 * b.abs() + 1e-12;
        let allowed = match self {
            Self::Exact => return false,
            Self::Rounded => 0.5 / 10f64.powf(f64::from(d.scale())) + blur,
            Self::Within(x) => x + blur,
            Self::Relative(x) => x * b.abs() + blur,
        };
        (a - b).abs() <= allowed
    }
}

struct Table {
    function: &'static Function,
    compare: BTreeMap<String, Compare>,
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(text: &str) -> Result<Self, String> {
        let first = text.lines().next().unwrap_or_default();
        if !first.starts_with("# ") || !first.contains('(') || !first.contains("seed") {
            return Err("the first line names library, version, licence and seed".into());
        }
        let mut compare = BTreeMap::new();
        let mut function = None;
        for line in text.lines().take_while(|l| l.starts_with('#')) {
            if let Some(name) = line.strip_prefix("# function ") {
                function = Some(find(name).ok_or_else(|| format!("no function {name}"))?);
            }
            if let Some(rule) = line.strip_prefix("# compare ") {
                let (rule, _why) = rule.split_once(": ").ok_or("a comparison without a reason")?;
                let (column, how) = rule.split_once(' ').ok_or("a comparison without a way")?;
                compare.insert(column.to_string(), Compare::parse(how)?);
            }
        }
        let mut reader = csv::ReaderBuilder::new()
            .comment(Some(b'#'))
            .from_reader(text.as_bytes());
        let columns = reader.headers().map_err(|e| e.to_string())?;
        Ok(Self {
            function: function.ok_or("no function is named")?,
            compare,
            columns: columns.iter().map(str::to_string).collect(),
            rows: reader.records().collect::<Result<_, _>>().map_err(|e| e.to_string())?,
        })
    }

    /// Every difference, and how many results were held against the library's.
    fn check(&self, law: &Law) -> (Vec<String>, usize) {
        let (mut wrong, mut compared) = (Vec::new(), 0);
        for row in &self.rows {
            let cells = || self.columns.iter().map(String::as_str).zip(row);
            let args: Args = cells()
                .filter_map(|(c, v)| Some((c.strip_prefix("arg:")?, v)))
                .filter(|(_, v)| !v.is_empty())
                .collect();
            let context = Context {
                law,
                date: row[0].parse().expect("a date"),
                division: "",
            };
            let outcome = match self.function.call(&context, &args) {
                Ok(outcome) => outcome,
                Err(e) => {
                    wrong.push(format!("{:?}: {e}", args.0));
                    continue;
                }
            };
            for (column, theirs) in cells().filter(|(c, _)| *c != "date" && !c.starts_with("arg:")) {
                compared += 1;
                let ours = match column {
                    "value" => outcome.value.to_string(),
                    name => outcome.column(name).to_string(),
                };
                if !self.compare.get(column).is_some_and(|c| c.holds(&ours, theirs)) {
                    wrong.push(format!(
                        "{:?} {column}: ours `{ours}`, the library's `{theirs}`",
                        args.0
                    ));
                }
            }
        }
        (wrong, compared)
    }
}

#[test]
fn the_functions_agree_with_independent_libraries() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let law = Law::load_dir(&here.join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"));
    let mut paths: Vec<_> = std::fs::read_dir(here.join("tests/differential"))
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "csv"))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "no tables were found");
    let mut report = Vec::new();
    for path in &paths {
        let name = path.file_name().unwrap().to_string_lossy();
        let text = std::fs::read_to_string(path).unwrap();
        let table = Table::read(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
        let (wrong, compared) = table.check(&law);
        println!("{name}: {} cases, {compared} results", table.rows.len());
        assert!(table.rows.len() >= 200, "{name}: fewer than 200 cases");
        if !wrong.is_empty() {
            let shown = wrong
                .iter()
                .take(6)
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join("\n  ");
            report.push(format!(
                "{name}: {} of {compared} results differ\n  {shown}",
                wrong.len()
            ));
        }
    }
    assert!(report.is_empty(), "{}", report.join("\n"));
}

#[test]
fn a_comparison_allows_what_it_says_and_no_more() {
    assert!(Compare::Rounded.holds("1.24", "1.2351"));
    assert!(!Compare::Rounded.holds("1.24", "1.2349"));
    assert!(Compare::Within(0.0).holds("1.20", "1.2"));
    assert!(!Compare::Exact.holds("1.20", "1.2"));
    assert!(Compare::Relative(0.01).holds("101", "100"));
    assert!(!Compare::Relative(0.01).holds("102", "100"));
    assert!(!Compare::Rounded.holds("", "1.2"), "no value is not a value");
    assert!(Compare::parse("about 3").is_err());
}
