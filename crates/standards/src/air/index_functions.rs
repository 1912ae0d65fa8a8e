//! The explained forms of the index: one concentration, a day, an hour (HJ 633).

use super::index::Input;
use super::{Aqi, Day, Hour, HourMode, Iaqi, Index, Period, Pollutant};
use crate::unit::label;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome};
use figure::{Clause, Decimal, Explanation, Text};

const SO2: Arg = Arg::number("so2", "ug/m3", ("二氧化硫", "SO2")).optional();
const NO2: Arg = Arg::number("no2", "ug/m3", ("二氧化氮", "NO2")).optional();
const CO: Arg = Arg::number("co", "mg/m3", ("一氧化碳", "CO")).optional();
const PM10: Arg = Arg::number("pm10", "ug/m3", ("PM10", "PM10")).optional();
const PM25: Arg = Arg::number("pm2_5", "ug/m3", ("PM2.5", "PM2.5")).optional();
const O3_8H: Arg = Arg::number(
    "o3_8h",
    "ug/m3",
    (
        "臭氧8小时（日报为日最大）",
        "ozone over 8 hours (for a day: the daily maximum)",
    ),
)
.optional();

const RESULTS: &[Column] = &[
    Column::text("primary"),
    Column::text("level"),
    Column::text("category"),
    Column::text("colour"),
    Column::number("grade"),
    Column::number("iaqi_so2"),
    Column::number("iaqi_no2"),
    Column::number("iaqi_pm10"),
    Column::number("iaqi_pm2_5"),
    Column::number("iaqi_co"),
    Column::number("iaqi_o3"),
    Column::number("iaqi_o3_8h"),
    Column::text("missing"),
];
const KEYS: &[&str] = &[
    "air.iaqi.breakpoints",
    "air.iaqi.above",
    "air.iaqi.rounding",
    "air.aqi.decimals",
    "air.aqi.inputs",
    "air.aqi.levels",
    "air.aqi.primary",
    "air.aqi.missing",
];

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "air.iaqi",
        title: ("空气质量分指数", "Individual air quality index"),
        args: &[
            Arg::text(
                "factor",
                (
                    "污染物：so2 no2 co o3 pm10 pm2_5",
                    "pollutant: so2 no2 co o3 pm10 pm2_5",
                ),
            ),
            Arg::text("period", ("平均时间：1h 8h 24h", "averaging period: 1h 8h 24h")),
            Arg::number(
                "c",
                "",
                ("浓度，ug/m3（CO为mg/m3）", "concentration, ug/m3 (CO: mg/m3)"),
            ),
        ],
        results: &[
            Column::number("c_rounded"),
            Column::text("level"),
            Column::text("category"),
        ],
        keys: &[
            "air.iaqi.breakpoints",
            "air.iaqi.above",
            "air.iaqi.rounding",
            "air.aqi.decimals",
        ],
        eval: iaqi,
    },
    Function {
        name: "air.aqi.daily",
        title: ("日空气质量指数", "Daily air quality index"),
        args: &[
            SO2,
            NO2,
            CO,
            O3_8H,
            Arg::number(
                "o3_1h",
                "ug/m3",
                (
                    "臭氧日最大1小时（2026年3月前）",
                    "largest hour of ozone (before March 2026)",
                ),
            )
            .optional(),
            PM10,
            PM25,
        ],
        results: RESULTS,
        keys: KEYS,
        eval: daily,
    },
    Function {
        name: "air.aqi.hourly",
        title: ("小时空气质量指数", "Hourly air quality index"),
        args: &[
            SO2,
            NO2,
            CO,
            Arg::number("o3", "ug/m3", ("臭氧1小时", "ozone over 1 hour")).optional(),
            O3_8H,
            PM10,
            PM25,
            Arg::number(
                "pm10_24h",
                "ug/m3",
                ("PM10的24小时滑动平均", "sliding 24-hour mean of PM10"),
            )
            .optional(),
            Arg::number(
                "pm2_5_24h",
                "ug/m3",
                ("PM2.5的24小时滑动平均", "sliding 24-hour mean of PM2.5"),
            )
            .optional(),
            Arg::text(
                "mode",
                (
                    "practice国家平台做法（默认）或letter2012",
                    "practice of the national platform (default) or letter2012",
                ),
            )
            .optional(),
        ],
        results: RESULTS,
        keys: &[
            "air.aqi.practice",
            "air.aqi.practice.missing",
            "air.iaqi.breakpoints",
            "air.aqi.inputs",
            "air.aqi.levels",
        ],
        eval: hourly,
    },
];

/// The pollutant and the averaging period that the arguments name.
pub(super) fn concentration_of(args: &Args) -> Result<(Pollutant, Period), EvalError> {
    let name = args.text("factor")?;
    let factor =
        Pollutant::by_name(name).ok_or_else(|| EvalError::argument("factor", format!("`{name}` has no index")))?;
    let name = args.text("period")?;
    let period =
        Period::by_name(name).ok_or_else(|| EvalError::argument("period", format!("`{name}`: write 1h, 8h or 24h")))?;
    Ok((factor, period))
}

fn iaqi(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let index = Index::at(c.law, c.date, c.division)?;
    let (factor, period) = concentration_of(args)?;
    let given = args.required_number("c")?;
    let result = index.iaqi(factor, period, given)?;
    let explanation = explain_iaqi(&index, factor, period, given, &result);
    let level = result.value.and_then(|v| index.level_of(v));
    let columns = vec![
        ("c_rounded", result.concentration.into()),
        ("level", level.map(|l| l.level.clone()).into()),
        ("category", level.map(|l| l.category.zh.clone()).into()),
    ];
    Ok(Outcome {
        value: number(result.value),
        columns,
        explanation,
    })
}

fn daily(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let index = Index::at(c.law, c.date, c.division)?;
    let day = Day {
        so2: args.number("so2")?,
        no2: args.number("no2")?,
        pm10: args.number("pm10")?,
        pm2_5: args.number("pm2_5")?,
        co: args.number("co")?,
        o3: args.number("o3_1h")?,
        o3_8h: args.number("o3_8h")?,
    };
    let aqi = index.daily(&day)?;
    let titles = Text::new("日空气质量指数（AQI）", "Daily air quality index (AQI)");
    let clauses = (
        &index.clauses.inputs,
        &index.clauses.missing,
        &index.clauses.missing_note,
    );
    let mut outcome = explain(&index, titles, &aqi, index.daily_inputs(), clauses, |f, p| {
        day.get(f, p)
    })?;
    let unused = day.o3.is_some() && index.daily_inputs().iter().all(|i| i.factor != Pollutant::O3);
    if unused {
        outcome.explanation = outcome.explanation.note(
            "日报不再使用臭氧1小时值",
            "the daily report no longer uses ozone of 1 hour",
        );
    }
    Ok(outcome)
}

fn hourly(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let index = Index::at(c.law, c.date, c.division)?;
    let hour = Hour {
        so2: args.number("so2")?,
        no2: args.number("no2")?,
        pm10: args.number("pm10")?,
        pm2_5: args.number("pm2_5")?,
        co: args.number("co")?,
        o3: args.number("o3")?,
        o3_8h: args.number("o3_8h")?,
        pm10_24h: args.number("pm10_24h")?,
        pm2_5_24h: args.number("pm2_5_24h")?,
    };
    let mode = match args.get("mode").unwrap_or("practice") {
        "practice" => HourMode::Practice,
        "letter2012" => HourMode::Letter2012,
        other => {
            return Err(EvalError::argument(
                "mode",
                format!("`{other}`: write practice or letter2012"),
            ));
        }
    };
    let aqi = index.hourly(&hour, mode)?;
    let titles = Text::new("小时空气质量指数（AQI）", "Hourly air quality index (AQI)");
    explain(
        &index,
        titles,
        &aqi,
        index.hourly_inputs(mode),
        index.hourly_clauses(mode),
        |f, p| hour.get(f, p),
    )
}

fn number(v: Option<u16>) -> Cell {
    v.map(|v| Decimal::from_int(i64::from(v))).into()
}

/// The columns and the tree of a daily or hourly index.
fn explain(
    index: &Index,
    title: Text,
    aqi: &Aqi,
    inputs: &[Input],
    (inputs_clause, missing_clause, missing_note): (&Clause, &Clause, &Text),
    get: impl Fn(Pollutant, Period) -> Option<Decimal>,
) -> Result<Outcome, EvalError> {
    let mut e = Explanation::new(title.zh, title.en).clause(inputs_clause.clone());
    for i in inputs {
        let node = match get(i.factor, i.period) {
            Some(c) => explain_iaqi(index, i.factor, i.period, c, &index.iaqi_of(i, c)?),
            None if !i.needed => continue,
            None => missing_node(i),
        };
        e = e.input(node);
    }
    let level = aqi.grade.and_then(|g| index.level(g));
    let symbols = index.primary_symbols(aqi.primary);
    let na = || Cell::from("NA");
    let (value, primary, level_cell, category, colour);
    if aqi.withheld {
        (value, primary, level_cell, category, colour) = (na(), na(), na(), na(), na());
        let rest = aqi.of_the_rest.map(|v| v.to_string()).unwrap_or_default();
        e = e.value("NA").note(
            format!("有缺项，其余项目的AQI为{rest}，不大于规定值，不发布"),
            format!("an item is missing and the index of the rest, {rest}, is not high enough to stand"),
        );
    } else {
        value = number(aqi.aqi);
        let none = if aqi.aqi.is_some() { "none" } else { "" };
        primary = if symbols.is_empty() {
            none.into()
        } else {
            symbols.join("+").into()
        };
        level_cell = level.map(|l| l.level.clone()).into();
        category = level.map(|l| l.category.zh.clone()).into();
        colour = level.map(|l| l.colour.zh.clone()).into();
    }
    if let Some(v) = aqi.aqi {
        let list: Vec<String> = aqi.iaqi.iter().flatten().map(ToString::to_string).collect();
        e = e
            .value(v)
            .formula(format!("max({}) = {v}", list.join(", ")))
            .clause(index.clauses.levels.clone());
        e = match symbols.is_empty() {
            true => e.note("没有首要污染物", "no primary pollutant"),
            false => e
                .note(
                    format!("首要污染物：{}", symbols.join("、")),
                    format!("primary pollutant: {}", symbols.join(", ")),
                )
                .clause(index.clauses.primary.clone()),
        };
        if let Some(l) = level {
            e = e.note(
                format!("{}（{}）", l.level, l.category.zh),
                format!("level {} ({})", l.grade, l.category.en),
            );
        }
    }
    if aqi.of_the_rest.is_none() {
        e = e.note("没有一项有值，无法计算", "no item has a value, so there is no index");
    }
    if !aqi.complete() {
        e = e
            .clause(missing_clause.clone())
            .note(&missing_note.zh, &missing_note.en);
    }
    let missing: Vec<&str> = aqi.missing.iter().map(Pollutant::name).collect();
    let iaqi = |p: Pollutant| number(aqi.iaqi[p as usize]);
    let columns = vec![
        ("primary", primary),
        ("level", level_cell),
        ("category", category),
        ("colour", colour),
        ("grade", aqi.grade.map(|g| Decimal::from_int(i64::from(g))).into()),
        ("iaqi_so2", iaqi(Pollutant::So2)),
        ("iaqi_no2", iaqi(Pollutant::No2)),
        ("iaqi_pm10", iaqi(Pollutant::Pm10)),
        ("iaqi_pm2_5", iaqi(Pollutant::Pm25)),
        ("iaqi_co", iaqi(Pollutant::Co)),
        ("iaqi_o3", iaqi(Pollutant::O3)),
        ("iaqi_o3_8h", iaqi(Pollutant::O3_8h)),
        ("missing", missing.join(" ").into()),
    ];
    Ok(Outcome {
        value,
        columns,
        explanation: e,
    })
}

fn missing_node(i: &Input) -> Explanation {
    let (zh, en) = titles(i.factor, i.period);
    Explanation::new(zh, en).note("缺项（NA）", "missing (NA)")
}

fn titles(p: Pollutant, period: Period) -> (String, String) {
    let (zh, en) = match period {
        Period::H1 => ("1小时", "1 h"),
        Period::H8 => ("8小时", "8 h"),
        Period::H24 => ("24小时", "24 h"),
    };
    (
        format!("{}分指数（{zh}）", p.symbol()),
        format!("Index of {} ({en})", p.symbol()),
    )
}

/// The node of one individual index, with the formula of HJ 633 and its numbers.
pub(super) fn explain_iaqi(index: &Index, factor: Pollutant, period: Period, given: Decimal, r: &Iaqi) -> Explanation {
    let (zh, en) = titles(factor, period);
    let unit = label(factor.unit());
    let mut concentration = Explanation::new("浓度", "concentration")
        .value(r.concentration)
        .unit(unit);
    if r.concentration != given || r.concentration.scale() < given.scale() {
        concentration = concentration
            .note(
                format!("先修约：{given} → {}", r.concentration),
                format!("rounded first: {given} → {}", r.concentration),
            )
            .clause(index.clauses.decimals.clone());
    }
    let mut e = Explanation::new(zh, en)
        .clause(index.clauses.breakpoints.clone())
        .clause(index.clauses.rounding.clone())
        .input(concentration);
    let c = r.concentration;
    match (r.value, r.segment) {
        (Some(v), Some(s)) => {
            e = e.value(v).formula(super::row::formula(c, &s, v));
        }
        (Some(v), None) => {
            e = e.value(v).clause(index.clauses.above.clone()).note(
                format!("超出表列最高浓度，取{v}"),
                format!("beyond the end of the table: {v}"),
            );
        }
        (None, _) => {
            e = e.clause(index.clauses.above.clone()).note(
                "超出表列最高浓度，不计算，改报另一平均时间的分指数",
                "beyond the end of the table: no index, that of another period is reported",
            );
        }
    }
    e
}
