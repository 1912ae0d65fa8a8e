//! The air standards: one module for each standard, one test for each clause that computes something.

mod anhui;
mod gb3095;
mod hj633_2012;
mod hj633_2026;
mod hj663;
mod model;
mod published;
mod ranking;
mod ratios;
mod registry;
mod speed;

use law::Law;
use standards::{Args, Context, EvalError, Outcome, find};
use std::path::PathBuf;
use std::sync::OnceLock;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| Law::load_dir(&root().join("law")).unwrap_or_else(|e| panic!("{e:#?}")))
}

/// Calls a function the way the command line does: `call("air.iaqi", "2024-05-13", "factor=so2 …")`.
/// `+` stands for a space inside a list.
pub fn call_in(name: &str, date: &str, division: &str, words: &str) -> Result<Outcome, EvalError> {
    let spaced = words.split_whitespace().map(|w| w.replace('+', " "));
    let args: Args = standards::parse_cli_args(spaced)?;
    let context = Context {
        law: law(),
        date: date.parse().unwrap(),
        division,
    };
    find(name)
        .unwrap_or_else(|| panic!("no function {name}"))
        .call(&context, &args)
}

pub fn call(name: &str, date: &str, words: &str) -> Outcome {
    call_in(name, date, "340000", words).unwrap_or_else(|e| panic!("{name} {words}: {e}"))
}

/// The value, then the named columns, joined by ` | `.
pub fn show(name: &str, date: &str, words: &str, columns: &[&str]) -> String {
    let o = call(name, date, words);
    let mut out = vec![o.value.to_string()];
    out.extend(columns.iter().map(|c| o.column(c).to_string()));
    out.join(" | ")
}

pub const OLD: &str = "2024-05-13";
pub const NEW: &str = "2026-03-01";

pub const EXAMPLES: &str = "\
A,8,41,121,61,0.9,159,2012,8,52,86,83,23,100,100,O3
A,8,41,121,61,0.9,159,2026,8,52,101,101,23,100,101,PM10+PM2.5
B,6,22,50,35,0.6,100,2012,6,28,50,50,15,50,50,none
B,6,22,50,35,0.6,100,2026,6,28,50,50,15,50,50,none
C,6,30,90,36,2.2,110,2012,6,38,70,52,55,59,70,PM10
C,6,30,90,36,2.2,110,2026,6,38,79,52,55,59,79,PM10
D,12,60,268,151,1.4,60,2012,12,75,159,201,35,30,201,PM2.5
D,12,60,268,151,1.4,60,2026,12,75,159,201,35,30,201,PM2.5
E,10,35,650,140,0.8,120,2026,10,44,500,186,20,67,500,PM10
F,10,35,80,75,0.8,161,2012,10,44,65,100,20,101,101,O3
F,10,35,80,75,0.8,161,2026,10,44,72,114,20,101,114,PM2.5";

/// Runs the worked days of one edition; returns how many there were.
pub fn worked_days(edition: &str, date: &str) -> usize {
    let mut n = 0;
    for line in EXAMPLES.lines() {
        let f: Vec<&str> = line.split(',').collect();
        if f[7] != edition {
            continue;
        }
        let words = format!(
            "so2={} no2={} pm10={} pm2_5={} co={} o3_8h={}",
            f[1], f[2], f[3], f[4], f[5], f[6]
        );
        let columns = [
            "iaqi_so2",
            "iaqi_no2",
            "iaqi_pm10",
            "iaqi_pm2_5",
            "iaqi_co",
            "iaqi_o3_8h",
            "primary",
        ];
        let wanted = [f[14], f[8], f[9], f[10], f[11], f[12], f[13], f[15]].join(" | ");
        assert_eq!(show("air.aqi.daily", date, &words, &columns), wanted, "{line}");
        n += 1;
    }
    n
}
