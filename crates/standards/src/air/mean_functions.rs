//! The explained forms of means: a day, ozone's 8 hours, a city, a period, a percentile, a year's days.

use super::day::exact_mean;
use super::{DayData, Pollutant, Statistics, Use};
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation};

const FACTOR: Arg = Arg::text(
    "factor",
    (
        "污染物：so2 no2 co o3_8h pm10 pm2_5",
        "pollutant: so2 no2 co o3_8h pm10 pm2_5",
    ),
);

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.day_mean",
        title: ("日平均浓度", "Day mean"),
        args: &[
            FACTOR,
            Arg::text(
                "hours",
                (
                    "当日小时值，空格分隔，缺者写-",
                    "the hour values of the day parted by spaces, - for a missing one",
                ),
            ),
        ],
        results: &[Column::text("valid"), Column::number("hours"), Column::number("needed")],
        keys: &["air.valid", "air.decimals"],
        eval: day_mean,
    },
    Function {
        name: "air.o3_8h",
        title: ("臭氧日最大8小时平均", "Daily maximum of ozone's 8-hour means"),
        args: &[Arg::text(
            "hours",
            (
                "1时至24时的24个小时值，空格分隔，缺者写-",
                "the 24 hours labelled 1 to 24 parted by spaces, - for a missing one",
            ),
        )],
        results: &[
            Column::number("windows"),
            Column::text("valid"),
            Column::text("why"),
            Column::text("eight_hours"),
        ],
        keys: &["air.o3_8h", "air.valid", "air.limit", "air.decimals"],
        eval: o3_8h,
    },
    Function {
        name: "air.city_mean",
        title: ("城市平均浓度", "Mean of a city's sites"),
        args: &[
            FACTOR,
            Arg::text(
                "sites",
                (
                    "各评价点位的值，空格分隔，缺者写-",
                    "the value of each evaluation site parted by spaces, - for a missing one",
                ),
            ),
        ],
        results: &[
            Column::text("valid"),
            Column::number("sites"),
            Column::number("of"),
            Column::number("needed"),
        ],
        keys: &["air.city", "air.decimals"],
        eval: city_mean,
    },
    Function {
        name: "air.period_mean",
        title: ("期间平均浓度", "Mean of a period"),
        args: &[
            FACTOR,
            Arg::text(
                "values",
                (
                    "日均值，空格分隔，缺者写-",
                    "day values parted by spaces, - for a missing one",
                ),
            ),
            Arg::text(
                "use",
                (
                    "修约用途：statistic（默认）judge publish，或小数位数",
                    "rounded for: statistic (default), judge, publish, or a number of decimals",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("days")],
        keys: &["air.decimals", "air.decimals.publish"],
        eval: period_mean,
    },
    Function {
        name: "air.percentile",
        title: ("百分位数", "Percentile"),
        args: &[
            Arg::text(
                "values",
                (
                    "日值，空格分隔，缺者写-",
                    "day values parted by spaces, - for a missing one",
                ),
            ),
            Arg::number("p", "1", ("百分位，如90", "the percentile, such as 90")),
            FACTOR.optional(),
            Arg::text(
                "use",
                (
                    "修约用途：judge（默认）statistic publish，或小数位数",
                    "rounded for: judge (default), statistic, publish, or a number of decimals",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("days"), Column::text("exact")],
        keys: &["air.percentile", "air.decimals"],
        eval: percentile,
    },
    Function {
        name: "air.year_valid",
        title: ("年统计的有效性", "Whether a year has enough days"),
        args: &[
            FACTOR,
            Arg::text(
                "days",
                (
                    "1至12月各月有效天数，空格分隔",
                    "valid days of the months 1 to 12, parted by spaces",
                ),
            ),
        ],
        results: &[
            Column::text("mean"),
            Column::text("percentile"),
            Column::number("days"),
            Column::number("needed"),
            Column::text("short_months"),
        ],
        keys: &["air.valid", "air.percentile.valid"],
        eval: year_valid,
    },
];

fn factor(args: &Args) -> Result<Pollutant, EvalError> {
    let name = args.text("factor")?;
    Pollutant::by_name(name).ok_or_else(|| EvalError::argument("factor", format!("`{name}` is not one of the six")))
}

fn usage(args: &Args, default: Use) -> Result<Use, EvalError> {
    let Some(name) = args.get("use") else {
        return Ok(default);
    };
    Use::by_name(name).ok_or_else(|| {
        EvalError::argument(
            "use",
            format!("`{name}`: statistic, judge, publish or a number of decimals"),
        )
    })
}

fn label(p: Pollutant) -> String {
    crate::unit::label(p.unit())
}

fn sum_formula(values: &[Decimal], result: Decimal) -> Result<String, EvalError> {
    let mean = exact_mean(values.iter())?;
    let sum = values.iter().try_fold(Decimal::ZERO, |s, v| s.add(*v))?;
    Ok(format!("{sum} ÷ {} = {} → {result}", values.len(), mean.shown(6)))
}

fn day_mean(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = DayData::at(c.law, c.date, c.division)?;
    let p = factor(args)?;
    let needed = rules
        .hours_needed(p)
        .ok_or_else(|| EvalError::argument("factor", "ozone has no day mean: use air.o3_8h"))?;
    let given = args.list("hours")?;
    if given.len() > 24 {
        return Err(EvalError::argument(
            "hours",
            format!("{} hours; a day has 24", given.len()),
        ));
    }
    // Hour values are rounded before they are used (HJ 663-2013 6.2).
    let hours = given
        .into_iter()
        .flatten()
        .map(|h| rules.raw(p, h))
        .collect::<Result<Vec<_>, _>>()?;
    let scale = hours.iter().map(Decimal::scale).max().unwrap_or(0);
    let sum = hours
        .iter()
        .try_fold(0i128, |s, h| s.checked_add(h.at_scale(scale)?))
        .ok_or(figure::NumberError::Overflow)?;
    let n = u32::try_from(hours.len()).unwrap_or(24); // at most 24: checked above
    let value = rules.day_mean(p, sum, n, scale)?;
    let mut e = Explanation::new(format!("{}日均值", p.symbol()), format!("Day mean of {}", p.symbol()))
        .unit(label(p))
        .clause(rules.clauses.valid.clone())
        .clause(rules.clauses.decimals.clone());
    e = match value {
        Some(v) => e.value(v).formula(sum_formula(&hours, v)?),
        None => e.note(
            format!("有效小时{n}个，少于{needed}个，当日无效"),
            format!("{n} valid hours, {needed} are needed: the day does not count"),
        ),
    };
    let columns = vec![
        ("valid", value.is_some().into()),
        ("hours", i64::from(n).into()),
        ("needed", i64::from(needed).into()),
    ];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn o3_8h(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = DayData::at(c.law, c.date, c.division)?;
    let given = args.list("hours")?;
    let count = given.len();
    let hours: [Option<Decimal>; 24] = given.try_into().map_err(|_| {
        EvalError::argument(
            "hours",
            format!("{count} hours; all 24 are needed, - for a missing one"),
        )
    })?;
    let r = rules.o3_8h_max(&hours)?;
    let windows = rules.eight_hours(&hours)?;
    let list: Vec<String> = windows
        .iter()
        .map(|(_, v)| v.map_or("-".into(), |v| v.to_string()))
        .collect();
    let (needed, limit, per_window) = rules.ozone_needs();
    let mut e = Explanation::new("臭氧日最大8小时平均", "Daily maximum of ozone's 8-hour means")
        .unit(label(Pollutant::O3_8h))
        .clause(rules.clauses.valid.clone())
        .clause(rules.clauses.ozone.clone())
        .clause(rules.clauses.decimals.clone());
    if let Some(v) = r.value {
        e = e.value(v).formula(format!("max({}) = {v}", list.join(", ")));
    }
    let n = r.windows;
    e = match r.why {
        super::O3Why::Enough => e.note(
            format!("有效滑动平均{n}个，不少于{needed}个"),
            format!("{n} valid windows, at least {needed} are needed"),
        ),
        super::O3Why::Exceeds => e.clause(rules.clauses.limit.clone()).note(
            format!("有效滑动平均{n}个，少于{needed}个，但最大值超过{limit}，当日仍有效"),
            format!("{n} valid windows of {needed}, but the maximum exceeds {limit}: the day counts"),
        ),
        super::O3Why::TooFew => e.clause(rules.clauses.limit.clone()).note(
            format!("有效滑动平均{n}个，少于{needed}个，最大值未超过{limit}，当日无效"),
            format!("{n} valid windows of {needed} and no exceedance of {limit}: the day does not count"),
        ),
        super::O3Why::None => e.note(
            format!("没有一个窗口达到{per_window}个有效小时"),
            format!("no window has {per_window} valid hours"),
        ),
    };
    let columns = vec![
        ("windows", i64::from(n).into()),
        ("valid", r.valid.into()),
        ("why", r.why.name().into()),
        ("eight_hours", list.join(" ").into()),
    ];
    Ok(Outcome {
        value: r.value.into(),
        columns,
        explanation: e,
    })
}

fn city_mean(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = DayData::at(c.law, c.date, c.division)?;
    let p = factor(args)?;
    let sites = args.list("sites")?;
    let r = rules.city_mean(p, &sites)?;
    let mut e = Explanation::new(
        format!("城市{}浓度", p.symbol()),
        format!("City value of {}", p.symbol()),
    )
    .unit(label(p))
    .clause(rules.clauses.city.clone())
    .clause(rules.clauses.decimals.clone());
    let valid: Vec<Decimal> = sites.into_iter().flatten().collect();
    e = match r.value {
        Some(v) => e.value(v).formula(sum_formula(&valid, v)?),
        None => e,
    };
    e = e.note(
        format!("{}个点位中{}个有效，至少要{}个", r.of, r.valid, r.needed),
        format!("{} of {} sites are valid, {} are needed", r.valid, r.of, r.needed),
    );
    let columns = vec![
        ("valid", r.value.is_some().into()),
        ("sites", (r.valid as i64).into()),
        ("of", (r.of as i64).into()),
        ("needed", (r.needed as i64).into()),
    ];
    Ok(Outcome {
        value: r.value.into(),
        columns,
        explanation: e,
    })
}

fn period_mean(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Statistics::at(c.law, c.date, c.division)?;
    let (p, usage) = (factor(args)?, usage(args, Use::Statistic)?);
    let days: Vec<Decimal> = args.list("values")?.into_iter().flatten().collect();
    let value = rules.period_mean(p, &days, usage)?;
    let mut e = Explanation::new(
        format!("{}期间均值", p.symbol()),
        format!("Mean of {} over the period", p.symbol()),
    )
    .unit(label(p))
    .clause(match (usage, &rules.clauses.publish) {
        (Use::Publish, Some(clause)) => clause.clone(),
        _ => rules.clauses.decimals.clone(),
    });
    e = match value {
        Some(v) => e.value(v).formula(sum_formula(&days, v)?),
        None => e.note("没有有效日值", "there is no valid day value"),
    };
    Ok(Outcome {
        value: value.into(),
        columns: vec![("days", (days.len() as i64).into())],
        explanation: e,
    })
}

fn percentile(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Statistics::at(c.law, c.date, c.division)?;
    let values: Vec<Decimal> = args.list("values")?.into_iter().flatten().collect();
    let p = args.required_number("p")?;
    if p.is_negative() || p > Decimal::from_int(100) {
        return Err(EvalError::argument("p", format!("{p} is not between 0 and 100")));
    }
    // Without a pollutant the decimals are those of the whole-number ones.
    let of = if args.get("factor").is_some() {
        factor(args)?
    } else {
        Pollutant::Pm25
    };
    let exact = rules.percentile(&values, p)?;
    let value = exact
        .map(|x| {
            x.round(&rules.rounding(of, usage(args, Use::Judge)?))
                .map_err(EvalError::from)
        })
        .transpose()?;
    let mut e = Explanation::new(format!("第{p}百分位数"), format!("Percentile {p}"))
        .clause(rules.clauses.percentile.clone())
        .clause(rules.clauses.decimals.clone());
    let exact = exact.map(|x| x.shown(6)).unwrap_or_default();
    if let Some(v) = value {
        let n = values.len();
        e = e
            .value(v)
            .formula(format!("n = {n}, k = 1 + ({n} − 1) × {p} / 100, m = {exact} → {v}"));
    } else {
        e = e.note("没有有效日值", "there is no valid day value");
    }
    let columns = vec![("days", (values.len() as i64).into()), ("exact", Cell::from(exact))];
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e,
    })
}

fn year_valid(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rules = Statistics::at(c.law, c.date, c.division)?;
    let p = factor(args)?;
    let bad = || EvalError::argument("days", "must be twelve whole numbers of days, one for each month");
    let days = args
        .list("days")?
        .into_iter()
        .map(|d| d.and_then(|d| u32::try_from(d.at_scale(0)?).ok()).ok_or_else(bad));
    let days: [u32; 12] = days.collect::<Result<Vec<_>, _>>()?.try_into().map_err(|_| bad())?;
    let r = rules.year_valid(p, &days);
    let months: Vec<String> = r.short_months.iter().map(ToString::to_string).collect();
    // Pollutants without a year mean (CO, ozone) are valid by their percentile.
    let valid = if p == Pollutant::Co || p == Pollutant::O3_8h || p == Pollutant::O3 {
        r.percentile
    } else {
        r.mean && r.percentile
    };
    let e = Explanation::new("年统计有效性", "Validity of the year")
        .value(if valid { "yes" } else { "no" })
        .clause(rules.clauses.valid.clone())
        .clause(rules.clauses.percentile_valid.clone())
        .note(
            format!(
                "全年有效{}天，至少{}天；天数不足的月份：{}",
                r.days,
                r.needed,
                if months.is_empty() {
                    "无".into()
                } else {
                    months.join("、")
                }
            ),
            format!(
                "{} valid days, {} are needed; months with too few: {}",
                r.days,
                r.needed,
                if months.is_empty() {
                    "none".into()
                } else {
                    months.join(", ")
                }
            ),
        );
    let columns = vec![
        ("mean", r.mean.into()),
        ("percentile", r.percentile.into()),
        ("days", i64::from(r.days).into()),
        ("needed", i64::from(r.needed).into()),
        ("short_months", months.join(" ").into()),
    ];
    Ok(Outcome {
        value: valid.into(),
        columns,
        explanation: e,
    })
}
