//! What must hold for any code, term and fine, whatever the values.

use chrono::NaiveDate;
use law::Law;
use proptest::prelude::*;
use standards::{Args, Context, EvalError, Outcome, find};
use std::path::Path;
use std::sync::OnceLock;

fn law() -> &'static Law {
    static LAW: OnceLock<Law> = OnceLock::new();
    LAW.get_or_init(|| {
        Law::load_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../law")).unwrap_or_else(|e| panic!("{e:#?}"))
    })
}

fn call(name: &str, date: &str, division: &str, args: &[(&str, &str)]) -> Result<Outcome, EvalError> {
    let context = Context {
        law: law(),
        date: date.parse().unwrap(),
        division,
    };
    find(name)
        .unwrap()
        .call(&context, &Args::from_iter(args.iter().copied()))
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

const CODE: &str = "91130200699229617X";
const ALPHABET: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";

#[test]
fn any_one_character_changed_in_a_credit_code_is_found() {
    // 31 is prime and no weight is a multiple of it: every single substitution must fail.
    for at in 0..CODE.len() {
        for other in ALPHABET.chars().filter(|c| CODE.chars().nth(at) != Some(*c)) {
            let changed: String = CODE
                .chars()
                .enumerate()
                .map(|(i, c)| if i == at { other } else { c })
                .collect();
            let o = call("code.credit", "2024-05-13", "", &[("code", &changed)]).unwrap();
            assert_eq!(o.value.to_string(), "no", "{changed}");
        }
    }
}

#[test]
fn every_old_violation_has_an_answer_or_says_that_it_is_not_recorded() {
    let keys: Vec<&str> = law().keys().filter_map(|k| k.strip_prefix("basis.act.")).collect();
    assert!(keys.len() >= 30, "{}", keys.len());
    for violation in keys {
        for date in ["2026-08-14", "2026-08-15"] {
            if let Err(e) = call("basis.at", date, "", &[("violation", violation)]) {
                assert!(e.to_string().contains("not recorded"), "{violation} on {date}: {e}");
            }
        }
    }
}

proptest! {
    #[test]
    fn a_term_of_working_days_ends_on_one_and_counts_back(start in 0i64..1400, n in 1i64..40) {
        let start = day("2022-01-01") + chrono::TimeDelta::days(start);
        let (from, days) = (start.to_string(), n.to_string());
        let args = [("start", from.as_str()), ("days", &days), ("count", "working")];
        let end = call("deadline.day", "2024-05-13", "", &args).unwrap();
        let to = end.value.to_string();
        let counted = call("deadline.between", "2024-05-13", "", &[("from", &from), ("to", &to)]).unwrap();
        prop_assert_eq!(counted.value.to_string(), days);
        prop_assert_eq!(end.column("next_working").to_string(), to);
    }

    #[test]
    fn a_longer_term_never_ends_earlier(start in 0i64..1400, n in 0i64..90, more in 0i64..30, stopped in 0i64..10) {
        let start = (day("2022-01-01") + chrono::TimeDelta::days(start)).to_string();
        let end = |n: i64, stopped: i64| {
            let (n, s) = (n.to_string(), stopped.to_string());
            let args = [("start", start.as_str()), ("days", &n), ("suspended", &s)];
            day(&call("deadline.day", "2024-05-13", "", &args).unwrap().value.to_string())
        };
        prop_assert!(end(n + more, 0) >= end(n, 0));
        prop_assert!(end(n, stopped) >= end(n, 0));
        prop_assert_eq!(end(n, stopped), end(n + stopped, 0));
    }

    #[test]
    fn a_fine_stays_in_its_range_and_rises_with_its_factors(
        low in 0i64..500_000, width in 1i64..2_000_000, p in 0i64..150, more in 0i64..50,
    ) {
        let (min, max) = (low.to_string(), (low + width).to_string());
        let fine = |p: i64| {
            let factors = p.to_string();
            let args = [("min", min.as_str()), ("max", &max), ("factors", &factors)];
            let o = call("basis.penalty", "2024-05-13", "430000", &args).unwrap();
            o.value.to_string().parse::<i64>().unwrap()
        };
        prop_assert!((low..=low + width).contains(&fine(p)));
        prop_assert!(fine(p + more) >= fine(p));
    }

    #[test]
    fn a_surcharge_never_exceeds_the_fine(fine in 0i64..1_000_000, days in 0i64..500) {
        let (f, d) = (fine.to_string(), days.to_string());
        let o = call("basis.surcharge", "2024-05-13", "", &[("fine", &f), ("days", &d)]).unwrap();
        prop_assert!(o.value.to_string().parse::<f64>().unwrap() <= fine as f64);
    }
}
