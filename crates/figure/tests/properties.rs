//! Properties of rounding, against a slow model that works on digit strings and long division only:
//! it shares no code and no arithmetic with the crate.

use figure::{Decimal, Interval, Mode, Ratio, Rounding, div_round, gbt8170};
use proptest::prelude::*;

/// Rounds a non-negative digit string half to even, keeping `keep` digits behind the point.
fn model_digits(whole: &str, decimals: &str, keep: usize) -> String {
    let mut kept: Vec<u8> = whole
        .bytes()
        .chain(decimals.bytes().chain(std::iter::repeat(b'0')).take(keep))
        .collect();
    let cut = decimals.get(keep..).unwrap_or("");
    let first = cut.bytes().next().unwrap_or(b'0');
    let more_behind = cut.bytes().skip(1).any(|b| b != b'0');
    let odd = kept.last().is_some_and(|b| (b - b'0') % 2 == 1);
    if first > b'5' || (first == b'5' && (more_behind || odd)) {
        let mut i = kept.len();
        loop {
            if i == 0 {
                kept.insert(0, b'1');
                break;
            }
            i -= 1;
            if kept[i] == b'9' {
                kept[i] = b'0';
            } else {
                kept[i] += 1;
                break;
            }
        }
    }
    let text = String::from_utf8(kept).unwrap();
    let (w, f) = text.split_at(text.len() - keep);
    let w = w.trim_start_matches('0');
    let w = if w.is_empty() { "0" } else { w };
    if keep == 0 { w.to_string() } else { format!("{w}.{f}") }
}

/// `num / den` to many digits plus a sticky 1 if anything is left: enough to round any shorter way.
fn model_ratio(num: u128, den: u128, keep: usize) -> String {
    let mut rest = num % den;
    let mut decimals = String::new();
    for _ in 0..keep + 1 {
        rest *= 10; // den is below 10^37 here
        decimals.push(char::from(b'0' + u8::try_from(rest / den).unwrap()));
        rest %= den;
    }
    if rest > 0 {
        decimals.push('1');
    }
    model_digits(&(num / den).to_string(), &decimals, keep)
}

fn with_sign(negative: bool, text: String) -> String {
    let zero = text.bytes().all(|b| b == b'0' || b == b'.');
    if negative && !zero { format!("-{text}") } else { text }
}

fn any_decimal() -> impl Strategy<Value = Decimal> {
    let limit = 10i128.pow(30);
    prop_oneof![
        (-limit..limit, 0u32..30).prop_map(|(m, s)| Decimal::new(m, s).unwrap()),
        // Ties and near ties: few digits ending in 5.
        (-100_000i128..100_000, 0u32..5).prop_map(|(m, s)| Decimal::new(m * 10 + 5 * m.signum(), s + 1).unwrap()),
    ]
}

fn any_mode() -> impl Strategy<Value = Mode> {
    prop_oneof![
        Just(Mode::HalfEven),
        Just(Mode::HalfUp),
        Just(Mode::Up),
        Just(Mode::Down)
    ]
}

fn any_interval() -> impl Strategy<Value = Interval> {
    prop_oneof![
        (-6i32..7).prop_map(Interval::Decimals),
        (1i128..500, 0u32..4).prop_map(|(m, s)| Interval::Step(Decimal::new(m, s).unwrap())),
    ]
}

fn unit_of(interval: Interval) -> Ratio {
    match interval {
        Interval::Step(d) => d.into(),
        Interval::Decimals(d) if d >= 0 => Ratio::new(1, 10i128.pow(d as u32)).unwrap(),
        Interval::Decimals(d) => Ratio::new(10i128.pow((-d) as u32), 1).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn agrees_with_the_digit_string_model(
        negative: bool, whole in "[0-9]{1,18}", decimals in "[0-9]{0,20}", keep in 0usize..20,
    ) {
        let text = format!("{}{whole}.{decimals}", if negative { "-" } else { "" });
        let x = Decimal::parse(&text).unwrap();
        let expected = with_sign(negative, model_digits(&whole, &decimals, keep));
        prop_assert_eq!(gbt8170(x, keep as i32).unwrap().to_string(), &expected[..]);
        prop_assert_eq!(x.round(&Rounding::gbt8170(keep as i32)).unwrap().to_string(), expected);
    }

    #[test]
    fn agrees_with_long_division(negative: bool, num in 0u128..10u128.pow(37), den in 1u128..10u128.pow(37), keep in 0usize..25) {
        let n = if negative { -(num as i128) } else { num as i128 };
        let expected = with_sign(negative, model_ratio(num, den, keep));
        match gbt8170(Ratio::new(n, den as i128).unwrap(), keep as i32) {
            Ok(d) => prop_assert_eq!(d.to_string(), expected),
            Err(_) => prop_assert!(expected.bytes().filter(u8::is_ascii_digit).count() > 38),
        }
    }

    #[test]
    fn means_of_small_counts_agree_with_long_division(sum in 0u128..1_000_000, n in 1u128..400, keep in 0usize..4) {
        let expected = model_ratio(sum, n, keep);
        let got = figure::mean(sum as i128, n as u64, 0).unwrap();
        prop_assert_eq!(gbt8170(got, keep as i32).unwrap().to_string(), expected);
        let fast = div_round((sum * 10u128.pow(keep as u32)) as i128, n, Mode::HalfEven).unwrap();
        prop_assert_eq!(Decimal::new(fast, keep as u32).unwrap().to_string(), model_ratio(sum, n, keep));
    }

    #[test]
    fn idempotent(x in any_decimal(), mode in any_mode(), interval in any_interval()) {
        let rule = Rounding { mode, interval };
        let once = x.round(&rule).unwrap();
        prop_assert_eq!(once.round(&rule).unwrap().to_string(), once.to_string());
    }

    #[test]
    fn symmetric_in_sign(x in any_decimal(), mode in any_mode(), interval in any_interval()) {
        let rule = Rounding { mode, interval };
        let mirrored = Decimal::new(-x.mantissa(), x.scale()).unwrap().round(&rule).unwrap();
        let there = x.round(&rule).unwrap();
        prop_assert_eq!(mirrored.mantissa(), -there.mantissa());
        prop_assert!(!there.to_string().starts_with("-0") || !there.is_zero());
    }

    #[test]
    fn monotone(a in any_decimal(), b in any_decimal(), mode in any_mode(), interval in any_interval()) {
        let rule = Rounding { mode, interval };
        let (lo, hi) = if a <= b { (a, b) } else { (b, a) };
        prop_assert!(lo.round(&rule).unwrap() <= hi.round(&rule).unwrap());
    }

    #[test]
    fn never_further_than_half_a_unit(x in any_decimal(), interval in any_interval()) {
        let unit = unit_of(interval);
        let off = |mode| {
            let r = x.round(&Rounding { mode, interval }).unwrap();
            Ratio::from(r).sub(x.into()).unwrap().abs()
        };
        let half = unit.div(Ratio::from(2)).unwrap();
        prop_assert!(off(Mode::HalfEven) <= half && off(Mode::HalfUp) <= half);
        prop_assert!(off(Mode::Up) < unit && off(Mode::Down) < unit);
    }

    #[test]
    fn text_already_at_the_interval_comes_back(m in -10i128.pow(20)..10i128.pow(20), scale in 0u32..10) {
        let x = Decimal::new(m, scale).unwrap();
        let text = x.to_string();
        prop_assert_eq!(x.round(&Rounding::gbt8170(scale as i32)).unwrap().to_string(), &text[..]);
        prop_assert_eq!(Decimal::parse(&text).unwrap().to_string(), text);
    }

    #[test]
    fn order_and_hash_follow_the_value(a in any_decimal(), b in any_decimal()) {
        prop_assert_eq!(a.cmp(&b), Ratio::from(a).cmp(&Ratio::from(b)));
        prop_assert_eq!(a == b, a.normalized().mantissa() == b.normalized().mantissa() && a.normalized().scale() == b.normalized().scale());
    }

    #[test]
    fn order_agrees_with_fractions(a in any_decimal(), b in any_decimal(), m in -10i64.pow(18)..10i64.pow(18), s in 0u32..39) {
        // Against another way of comparing; the second pair is as close as two values can be.
        prop_assert_eq!(a.cmp(&b), Ratio::from(a).cmp(&Ratio::from(b)));
        let (x, y) = (Decimal::new(m.into(), s).unwrap(), Decimal::new(i128::from(m) + 1, s).unwrap());
        prop_assert_eq!((x.cmp(&y), y.cmp(&x)), (std::cmp::Ordering::Less, std::cmp::Ordering::Greater));
        prop_assert_eq!(x, x.normalized());
        prop_assert_eq!(a.cmp(&x), Ratio::from(a).cmp(&Ratio::from(x)));
    }

    #[test]
    fn text_comes_back_digit_for_digit(m in -(10i128.pow(38) - 1)..10i128.pow(38), cut in 0u32..38, scale in 0u32..39) {
        let x = Decimal::new(m / 10i128.pow(cut), scale).unwrap();
        let digits = format!("{:0>width$}", x.mantissa().unsigned_abs(), width = scale as usize + 1);
        let (whole, decimals) = digits.split_at(digits.len() - scale as usize);
        let point = if scale == 0 { "" } else { "." };
        prop_assert_eq!(x.to_string(), format!("{}{whole}{point}{decimals}", if x.is_negative() { "-" } else { "" }));
        prop_assert_eq!(x.at_scale(scale), Some(x.mantissa()));
    }

    #[test]
    fn reading_never_panics(text in "\\PC{0,50}") {
        let _ = Decimal::parse(&text);
    }
}
