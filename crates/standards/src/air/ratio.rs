//! Shares of days: good days, heavy-pollution days, compliance; and a province's share from its cities'.

use super::compile::Of;
use super::{Pollutant, PollutantSet};
use crate::cell::{rounding, whole};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Explanation, NumberError, Ratio, Rounding};
use law::Law;

const VALID: Arg = Arg::number("valid", "d", ("有效天数", "valid days")).optional();
const AQIS: Arg = Arg::text(
    "aqis",
    (
        "各有效日的AQI，空格分隔，无效日写-",
        "the AQI of each day parted by spaces, - for a day that is not valid",
    ),
)
.optional();
const COUNTED: &[Column] = &[Column::number("days"), Column::number("valid")];

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.good_day_ratio",
        title: ("优良天数比率", "Ratio of good days"),
        args: &[
            Arg::number("good", "d", ("优良天数", "good days")).optional(),
            VALID,
            AQIS,
        ],
        results: COUNTED,
        keys: &["air.good_day", "air.ratio.decimals"],
        eval: |c, a| days(c, a, "good", true),
    },
    Function {
        name: "air.heavy_day_ratio",
        title: ("重污染天数比率", "Ratio of heavy-pollution days"),
        args: &[
            Arg::number("heavy", "d", ("重污染天数", "heavy-pollution days")).optional(),
            VALID,
            AQIS,
        ],
        results: COUNTED,
        keys: &["air.heavy_day", "air.ratio.decimals"],
        eval: |c, a| days(c, a, "heavy", false),
    },
    Function {
        name: "air.region_ratio",
        title: ("区域天数比率", "Day ratio of a region from its cities"),
        args: &[
            Arg::text("days", ("各市天数，空格分隔", "days of each city, parted by spaces")),
            Arg::text(
                "valid",
                ("各市有效天数，空格分隔", "valid days of each city, parted by spaces"),
            ),
            Arg::text(
                "method",
                (
                    "cities各市比率平均，days天数合并；默认按规定",
                    "cities: mean of the rounded city ratios; days: all city-days pooled; by the rules unless given",
                ),
            )
            .optional(),
        ],
        results: &[Column::text("method"), Column::number("other_method")],
        keys: &["air.ratio.region", "air.ratio.decimals"],
        eval: region,
    },
];

/// The rules for day ratios, compiled.
#[derive(Debug, Clone)]
pub struct Ratios {
    good_max: u16,
    heavy_above: u16,
    needs: PollutantSet,
    rounding: Rounding,
    cities_first: bool,
    good: Clause,
    heavy: Clause,
    decimals: Clause,
    region: Clause,
}

impl Ratios {
    /// Compiles the rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`], [`EvalError::Law`].
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        let of = Of { law, date, division };
        let (good, heavy) = (of.at("air.good_day")?, of.at("air.heavy_day")?);
        let (decimals, region) = (of.at("air.ratio.decimals")?, of.at("air.ratio.region")?);
        let cities_first = match region.table.text(0, "method") {
            "mean of rounded city ratios" => true,
            "pooled city-days" => false,
            other => return Err(EvalError::law(region, format!("unknown method `{other}`"))),
        };
        let valid = of.at("air.valid_day")?;
        let pollutant = |name: &str| {
            Pollutant::by_name(name).ok_or_else(|| EvalError::law(valid, format!("unknown pollutant `{name}`")))
        };
        Ok(Self {
            needs: valid
                .table
                .text(0, "needs")
                .split_whitespace()
                .map(pollutant)
                .collect::<Result<_, _>>()?,
            good_max: whole(good, 0, "aqi_max")?,
            heavy_above: whole(heavy, 0, "aqi_above")?,
            rounding: rounding(decimals, 0)?,
            cities_first,
            good: good.clause_ref(),
            heavy: heavy.clause_ref(),
            decimals: decimals.clause_ref(),
            region: region.clause_ref(),
        })
    }

    /// Whether a day with values of these pollutants is a valid one.
    pub fn valid_day(&self, has: PollutantSet) -> bool {
        self.needs.iter().all(|p| has.contains(p))
    }

    /// Whether a valid day with this index is a good one.
    pub const fn good_day(&self, aqi: u16) -> bool {
        aqi <= self.good_max
    }

    /// Whether a valid day with this index is one of heavy pollution.
    pub const fn heavy_day(&self, aqi: u16) -> bool {
        aqi > self.heavy_above
    }

    /// `part / whole` in percent, rounded once; none of nothing.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn percent(&self, part: u64, whole: u64) -> Result<Option<Decimal>, NumberError> {
        if whole == 0 {
            return Ok(None);
        }
        let ratio = Ratio::new(i128::from(part) * 100, i128::from(whole))?;
        Ok(Some(ratio.round(&self.rounding)?))
    }

    /// A region's ratio in percent from (days, valid days) of its cities: the mean of the rounded city
    /// ratios, or all days pooled. None without any valid day.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn region(&self, cities: &[(u64, u64)], mean_of_cities: bool) -> Result<Option<Decimal>, NumberError> {
        if !mean_of_cities {
            let sum = |f: fn(&(u64, u64)) -> u64| cities.iter().map(f).fold(0u64, u64::saturating_add);
            return self.percent(sum(|c| c.0), sum(|c| c.1));
        }
        let mut ratios = Vec::with_capacity(cities.len());
        for (part, whole) in cities {
            ratios.extend(self.percent(*part, *whole)?);
        }
        if ratios.is_empty() {
            return Ok(None);
        }
        Ok(Some(super::day::exact_mean(ratios.iter())?.round(&self.rounding)?))
    }

    /// Whether the rules in force take the mean of the cities (else all days pooled).
    pub const fn mean_of_cities(&self) -> bool {
        self.cities_first
    }
}

fn count(args: &Args, name: &str) -> Result<u64, EvalError> {
    let d = args.required_number(name)?;
    as_count(d).ok_or_else(|| EvalError::argument(name, format!("`{d}` is not a number of days")))
}

fn as_count(d: Decimal) -> Option<u64> {
    u64::try_from(d.at_scale(0)?).ok()
}

fn days(c: &Context<'_>, args: &Args, name: &'static str, good: bool) -> Result<Outcome, EvalError> {
    let rules = Ratios::at(c.law, c.date, c.division)?;
    let (part, valid) = match args.get("aqis") {
        Some(_) => {
            let aqis: Vec<Decimal> = args.list("aqis")?.into_iter().flatten().collect();
            let limit = if good { rules.good_max } else { rules.heavy_above };
            let within = |a: &&Decimal| **a <= Decimal::from_int(i64::from(limit));
            let within = aqis.iter().filter(within).count() as u64;
            let all = aqis.len() as u64;
            (if good { within } else { all - within }, all)
        }
        None => (count(args, name)?, count(args, "valid")?),
    };
    if part > valid {
        return Err(EvalError::argument(name, format!("{part} days of {valid} valid ones")));
    }
    let value = rules.percent(part, valid)?;
    let (zh, en, clause) = match good {
        true => ("优良天数比率", "Ratio of good days", &rules.good),
        false => ("重污染天数比率", "Ratio of heavy-pollution days", &rules.heavy),
    };
    let mut e = Explanation::new(zh, en)
        .unit("%")
        .clause(clause.clone())
        .clause(rules.decimals.clone());
    e = match value {
        Some(v) => {
            let exact = Ratio::new(i128::from(part) * 100, i128::from(valid))?;
            e.value(v)
                .formula(format!("{part} ÷ {valid} × 100 = {} → {v}", exact.shown(4)))
        }
        None => e.note("没有有效天，无法计算", "there is no valid day, so there is no ratio"),
    };
    let columns = vec![("days", (part as i64).into()), ("valid", (valid as i64).into())];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn region(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Ratios::at(c.law, c.date, c.division)?;
    let counts = |name: &str| -> Result<Vec<u64>, EvalError> {
        let bad = || EvalError::argument(name, "must be whole numbers of days, one for each city");
        args.list(name)?
            .into_iter()
            .map(|d| d.and_then(as_count).ok_or_else(bad))
            .collect()
    };
    let (part, valid) = (counts("days")?, counts("valid")?);
    if part.len() != valid.len() {
        return Err(EvalError::argument(
            "valid",
            format!("{} cities here, {} in `days`", valid.len(), part.len()),
        ));
    }
    let by_cities = match args.get("method") {
        None => rules.mean_of_cities(),
        Some("cities") => true,
        Some("days") => false,
        Some(other) => {
            return Err(EvalError::argument(
                "method",
                format!("`{other}`: write cities or days"),
            ));
        }
    };
    let cities: Vec<(u64, u64)> = part.into_iter().zip(valid).collect();
    let (value, other) = (rules.region(&cities, by_cities)?, rules.region(&cities, !by_cities)?);
    let mut e = Explanation::new("区域天数比率", "Day ratio of the region")
        .unit("%")
        .clause(rules.region.clone())
        .clause(rules.decimals.clone());
    if let Some(v) = value {
        e = e.value(v);
    }
    e = match by_cities {
        true => e.note(
            "各市比率修约到0.1后平均",
            "mean of the city ratios, each rounded to 0.1",
        ),
        false => e.note("全部市的天数合并计算", "all city-days pooled"),
    };
    let method = if by_cities { "cities" } else { "days" };
    Ok(Outcome {
        value: value.into(),
        columns: vec![("method", method.into()), ("other_method", other.into())],
        explanation: e,
    })
}
