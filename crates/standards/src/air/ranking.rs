//! The composite index of a city, and ranks.

use super::Pollutant;
use super::compile::Of;
use crate::cell::{decimal, row, whole};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use chrono::NaiveDate;
use figure::{Clause, Decimal, Explanation, NumberError, Ratio, Rounding};
use law::Law;

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.composite_index",
        title: ("环境空气质量综合指数", "Composite index of air quality"),
        args: &[
            Arg::number("so2", "ug/m3", ("SO2期间均值", "mean of SO2")),
            Arg::number("no2", "ug/m3", ("NO2期间均值", "mean of NO2")),
            Arg::number("pm10", "ug/m3", ("PM10期间均值", "mean of PM10")),
            Arg::number("pm2_5", "ug/m3", ("PM2.5期间均值", "mean of PM2.5")),
            Arg::number(
                "co",
                "mg/m3",
                ("CO日均值第95百分位数", "95th percentile of CO day means"),
            ),
            Arg::number(
                "o3",
                "ug/m3",
                (
                    "O3日最大8小时第90百分位数",
                    "90th percentile of the daily O3 8-hour maxima",
                ),
            ),
            Arg::text(
                "weights",
                ("权重：law（默认）或claimed", "weights: law (default) or claimed"),
            )
            .optional(),
            Arg::number(
                "decimals",
                "1",
                ("小数位数，默认按规定", "decimals; by the rules unless given"),
            )
            .optional(),
        ],
        results: &[
            Column::text("largest"),
            Column::number("i_so2"),
            Column::number("i_no2"),
            Column::number("i_pm10"),
            Column::number("i_pm2_5"),
            Column::number("i_co"),
            Column::number("i_o3"),
        ],
        keys: &["air.ranking.items", "air.ranking.weights", "air.ranking", "air.limit"],
        eval: composite,
    },
    Function {
        name: "air.ranking",
        title: ("排名", "Ranks"),
        args: &[
            Arg::text(
                "values",
                (
                    "各城市的值，空格分隔，缺者写-",
                    "the cities' values parted by spaces, - for a missing one",
                ),
            ),
            Arg::text(
                "order",
                (
                    "asc小者在前（默认），desc大者在前",
                    "asc: smaller is better (default); desc: larger is",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("ranked")],
        keys: &["air.ranking"],
        eval: ranks,
    },
];

/// The six of the index, in the order of its arguments.
const SIX: [(Pollutant, &str); 6] = [
    (Pollutant::So2, "so2"),
    (Pollutant::No2, "no2"),
    (Pollutant::Pm10, "pm10"),
    (Pollutant::Pm25, "pm2_5"),
    (Pollutant::Co, "co"),
    (Pollutant::O3_8h, "o3"),
];

/// The rules for the composite index, compiled.
#[derive(Debug, Clone)]
pub struct Ranking {
    limits: [Decimal; 6],
    weights: [Decimal; 6],
    decimals: i32,
    clauses: [Clause; 4],
}

/// A composite index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Composite {
    /// The published index.
    pub index: Decimal,
    /// The exact sum.
    pub exact: Ratio,
    /// Single indices, weighted, in the order SO2, NO2, PM10, PM2.5, CO, O3.
    pub singles: [Ratio; 6],
    /// The pollutant with the largest single index.
    pub largest: Pollutant,
}

impl Ranking {
    /// Compiles the rules of a day.
    ///
    /// # Errors
    /// [`EvalError::NotInForce`], [`EvalError::Law`].
    pub fn at(law: &Law, date: NaiveDate, division: &str) -> Result<Self, EvalError> {
        Self::with_weights(law, date, division, "air.ranking.weights")
    }

    fn with_weights(law: &Law, date: NaiveDate, division: &str, key: &str) -> Result<Self, EvalError> {
        let of = Of { law, date, division };
        let (items, weights) = (of.at("air.ranking.items")?, of.at(key)?);
        let (ranking, limit) = (of.at("air.ranking")?, of.at("air.limit")?);
        let (mut s, mut w) = ([Decimal::ZERO; 6], [Decimal::ZERO; 6]);
        for (i, (_, name)) in SIX.iter().enumerate() {
            let r = row(items, &[("factor", name)])?;
            let named = [("pollutant", *name), ("period", items.table.text(r, "limit_period"))];
            s[i] = decimal(limit, row(limit, &named)?, items.table.text(r, "limit_class"))?;
            w[i] = decimal(weights, row(weights, &[("factor", name)])?, "weight")?;
            if s[i].is_zero() {
                return Err(EvalError::law(limit, format!("the limit of {name} is zero")));
            }
        }
        if ranking.table.text(0, "ties") != "competition" {
            return Err(EvalError::law(ranking, "unknown rule for equal values"));
        }
        Ok(Self {
            limits: s,
            weights: w,
            decimals: whole(ranking, 0, "decimals")?,
            clauses: [
                items.clause_ref(),
                weights.clause_ref(),
                ranking.clause_ref(),
                limit.clause_ref(),
            ],
        })
    }

    /// The composite index of SO2, NO2, PM10, PM2.5 means, the CO and the O3 percentile, in that order.
    /// The parts are not rounded.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn composite(&self, statistics: &[Decimal; 6]) -> Result<Composite, NumberError> {
        let (mut singles, mut exact) = ([Ratio::ZERO; 6], Ratio::ZERO);
        for i in 0..6 {
            let part = Ratio::from(statistics[i]).div(self.limits[i].into())?;
            singles[i] = part.mul(self.weights[i].into())?;
            exact = exact.add(singles[i])?;
        }
        let mut largest = 0;
        for i in 1..6 {
            if singles[i] > singles[largest] {
                largest = i;
            }
        }
        let index = exact.round(&Rounding::gbt8170(self.decimals))?;
        Ok(Composite {
            index,
            exact,
            singles,
            largest: SIX[largest].0,
        })
    }

    /// Standard competition ranks: equal values share the better one, the next are skipped.
    /// A missing value has no rank.
    pub fn ranks(values: &[Option<Decimal>], larger_is_better: bool) -> Vec<Option<u32>> {
        let better = |a: &Decimal, b: &Decimal| if larger_is_better { a > b } else { a < b };
        let rank = |v: &Decimal| {
            let ahead = values.iter().flatten().filter(|o| better(o, v)).count();
            u32::try_from(ahead + 1).unwrap_or(u32::MAX) // more cities than that there are not
        };
        values.iter().map(|v| v.as_ref().map(rank)).collect()
    }
}

fn composite(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let key = match args.get("weights").unwrap_or("law") {
        "law" => "air.ranking.weights",
        "claimed" => "air.ranking.weights.claimed",
        other => {
            return Err(EvalError::argument(
                "weights",
                format!("`{other}`: write law or claimed"),
            ));
        }
    };
    let mut rules = Ranking::with_weights(c.law, c.date, c.division, key)?;
    if let Some(d) = args.number("decimals")? {
        let whole = d.at_scale(0).and_then(|n| i32::try_from(n).ok());
        rules.decimals = whole.ok_or_else(|| EvalError::argument("decimals", "must be a whole number"))?;
    }
    let mut given = [Decimal::ZERO; 6];
    for (slot, (_, name)) in given.iter_mut().zip(SIX) {
        *slot = args.required_number(name)?;
    }
    let result = rules.composite(&given)?;
    let mut e = Explanation::new("综合指数", "Composite index").value(result.index);
    let mut parts = Vec::new();
    let mut columns: Vec<(&'static str, Cell)> = vec![("largest", result.largest.symbol().into())];
    const NAMES: [&str; 6] = ["i_so2", "i_no2", "i_pm10", "i_pm2_5", "i_co", "i_o3"];
    for i in 0..6 {
        let (p, weight) = (SIX[i].0, rules.weights[i]);
        let shown = result.singles[i].shown(3);
        let times = if weight == Decimal::from_int(1) {
            String::new()
        } else {
            format!("{weight}×")
        };
        parts.push(format!("{times}{}/{}", given[i], rules.limits[i]));
        columns.push((NAMES[i], result.singles[i].round(&Rounding::gbt8170(3))?.into()));
        e = e.input(
            Explanation::new(
                format!("{}单项指数", p.symbol()),
                format!("Single index of {}", p.symbol()),
            )
            .value(&shown)
            .formula(format!("{times}{} ÷ {}", given[i], rules.limits[i])),
        );
    }
    e = e.formula(format!(
        "{} = {} → {}",
        parts.join(" + "),
        result.exact.shown(6),
        result.index
    ));
    for clause in &rules.clauses {
        e = e.clause(clause.clone());
    }
    Ok(Outcome {
        value: result.index.into(),
        columns,
        explanation: e,
    })
}

fn ranks(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("air.ranking", c.date, c.division)?;
    let values = args.list("values")?;
    let larger = match args.get("order").unwrap_or("asc") {
        "asc" => false,
        "desc" => true,
        other => {
            return Err(EvalError::argument("order", format!("`{other}`: write asc or desc")));
        }
    };
    let ranks = Ranking::ranks(&values, larger);
    let text: Vec<String> = ranks.iter().map(|r| r.map_or("-".into(), |r| r.to_string())).collect();
    let ranked = ranks.iter().flatten().count();
    let e = Explanation::new("名次", "Ranks")
        .value(text.join(" "))
        .clause(p.clause_ref())
        .note(&p.note.zh, &p.note.en);
    Ok(Outcome {
        value: text.join(" ").into(),
        columns: vec![("ranked", (ranked as i64).into())],
        explanation: e,
    })
}
