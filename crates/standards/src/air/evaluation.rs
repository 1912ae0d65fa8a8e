//! The yearly evaluation of a city: each pollutant's mean and percentile against the limits (HJ 663).

use super::compile::Of;
use super::limit::{self, Limit};
use crate::cell::{rounding, row};
use crate::unit::label;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "air.evaluation",
    title: ("年评价", "Yearly evaluation"),
    args: &[
        Arg::number("so2", "ug/m3", ("SO2年均值", "year mean of SO2")).optional(),
        Arg::number(
            "so2_p",
            "ug/m3",
            ("SO2日均值百分位数（98）", "98th percentile of SO2 day means"),
        )
        .optional(),
        Arg::number("no2", "ug/m3", ("NO2年均值", "year mean of NO2")).optional(),
        Arg::number(
            "no2_p",
            "ug/m3",
            ("NO2日均值百分位数（98）", "98th percentile of NO2 day means"),
        )
        .optional(),
        Arg::number("pm10", "ug/m3", ("PM10年均值", "year mean of PM10")).optional(),
        Arg::number(
            "pm10_p",
            "ug/m3",
            ("PM10日均值百分位数（95）", "95th percentile of PM10 day means"),
        )
        .optional(),
        Arg::number("pm2_5", "ug/m3", ("PM2.5年均值", "year mean of PM2.5")).optional(),
        Arg::number(
            "pm2_5_p",
            "ug/m3",
            ("PM2.5日均值百分位数（95）", "95th percentile of PM2.5 day means"),
        )
        .optional(),
        Arg::number(
            "co_p",
            "mg/m3",
            ("CO日均值百分位数（95）", "95th percentile of CO day means"),
        )
        .optional(),
        Arg::number(
            "o3_p",
            "ug/m3",
            (
                "O3日最大8小时百分位数（90）",
                "90th percentile of the daily O3 8-hour maxima",
            ),
        )
        .optional(),
        Arg::text("class", ("级别：1或2，默认2", "class: 1 or 2 (default)")).optional(),
    ],
    results: &[
        Column::text("by_ranking_statistics"),
        Column::text("failing"),
        Column::text("missing"),
        Column::text("so2"),
        Column::text("no2"),
        Column::text("pm10"),
        Column::text("pm2_5"),
        Column::text("co"),
        Column::text("o3"),
    ],
    keys: &["air.evaluation", "air.limit", "air.decimals"],
    eval,
}];

/// Whether something complies; `Unknown` when a figure it needs is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compliance {
    /// All figures are there and within their limits.
    Complies,
    /// At least one exceeds its limit.
    Exceeds,
    /// Nothing exceeds, but a figure is missing.
    Unknown,
}

impl Compliance {
    /// The word for it in results.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Complies => "yes",
            Self::Exceeds => "no",
            Self::Unknown => "unknown",
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Exceeds, _) | (_, Self::Exceeds) => Self::Exceeds,
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            _ => Self::Complies,
        }
    }
}

/// One pollutant in a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactorYear {
    /// `pm2_5`.
    pub factor: &'static str,
    /// The mean against the year limit; none where the rules ask for none.
    pub mean: Option<Compliance>,
    /// The percentile against the day limit; none where the rules ask for none.
    pub percentile: Option<Compliance>,
}

impl FactorYear {
    /// A pollutant complies if both its figures do.
    pub fn complies(&self) -> Compliance {
        [self.mean, self.percentile]
            .into_iter()
            .flatten()
            .fold(Compliance::Complies, Compliance::and)
    }
}

const SIX: [(&str, &str, &str); 6] = [
    ("so2", "so2", "so2_p"),
    ("no2", "no2", "no2_p"),
    ("pm10", "pm10", "pm10_p"),
    ("pm2_5", "pm2_5", "pm2_5_p"),
    ("co", "", "co_p"),
    ("o3", "", "o3_p"),
];

fn eval(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let of = Of {
        law: c.law,
        date: c.date,
        division: c.division,
    };
    let (items, decimals) = (of.at("air.evaluation")?, of.at("air.decimals")?);
    let class = limit::class(args)?;
    let mut e = Explanation::new("年评价", "Yearly evaluation").clause(decimals.clause_ref());
    let (mut city, mut by_ranking) = (Compliance::Complies, Compliance::Complies);
    let (mut failing, mut missing) = (Vec::new(), Vec::new());
    let mut columns: Vec<(&'static str, Cell)> = Vec::new();
    for (factor, mean_arg, percentile_arg) in SIX {
        let r = row(items, &[("factor", factor)])?;
        let judge = rounding(decimals, row(decimals, &[("item", factor), ("use", "judge")])?)?;
        let against = |column: &str| -> Result<Option<Limit>, EvalError> {
            match items.table.text(r, column) {
                "" => Ok(None),
                period => Ok(Some(limit::find(&of, factor, period, class)?)),
            }
        };
        let mut node = Explanation::new(factor.to_uppercase(), factor.to_uppercase()).clause(items.clause_ref_row(r));
        let mut check =
            |arg: &str, limit: Option<Limit>, zh: &str, en: &str| -> Result<Option<Compliance>, EvalError> {
                let Some(limit) = limit else { return Ok(None) };
                let Some(given) = args.number(arg)? else {
                    missing.push(arg.to_string());
                    node = std::mem::take(&mut node).note(format!("缺{zh}"), format!("{en} is missing"));
                    return Ok(Some(Compliance::Unknown));
                };
                let judged = given.round(&judge)?;
                let ok = judged <= limit.value;
                node = std::mem::take(&mut node).input(compare(zh, en, given, judged, &limit, ok));
                Ok(Some(if ok { Compliance::Complies } else { Compliance::Exceeds }))
            };
        let mean = check(mean_arg, against("mean_against")?, "年均值", "year mean")?;
        let p = items.table.text(r, "percentile");
        let percentile = check(
            percentile_arg,
            against("percentile_against")?,
            &format!("第{p}百分位数"),
            &format!("percentile {p}"),
        )?;
        let year = FactorYear {
            factor,
            mean,
            percentile,
        };
        let complies = year.complies();
        city = city.and(complies);
        by_ranking = by_ranking.and(mean.or(percentile).unwrap_or(Compliance::Complies));
        if complies == Compliance::Exceeds {
            failing.push(factor);
        }
        e = e.input(node.value(complies.name()));
        columns.push((factor, complies.name().into()));
    }
    e = e.value(city.name()).note(
        "每项的均值和百分位数都达标该项达标，六项都达标城市达标；有的通报只看六项排名统计量，另列",
        "an item complies if both its figures do, the city if all six items do; some releases look at the six ranking \
         statistics only, shown beside it",
    );
    let mut all = vec![
        ("by_ranking_statistics", by_ranking.name().into()),
        ("failing", failing.join(" ").into()),
        ("missing", missing.join(" ").into()),
    ];
    all.extend(columns);
    Ok(Outcome {
        value: city.name().into(),
        columns: all,
        explanation: e,
    })
}

fn compare(zh: &str, en: &str, given: Decimal, judged: Decimal, limit: &Limit, ok: bool) -> Explanation {
    let unit = label(&limit.unit);
    let sign = if ok { "≤" } else { ">" };
    let mut e = Explanation::new(zh, en)
        .value(judged)
        .unit(unit)
        .formula(format!("{judged} {sign} {}", limit.value))
        .clause(limit.clause.clone());
    if judged.scale() != given.scale() {
        e = e.note(
            format!("先修约：{given} → {judged}"),
            format!("rounded first: {given} → {judged}"),
        );
    }
    e
}
