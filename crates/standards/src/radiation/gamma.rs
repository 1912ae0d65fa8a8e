//! Gamma dose rates: the net rate of a point, annual dose, baseline of a station, alarms.

use super::source::in_range;
use crate::cell::{at, decimal, rounding_of, whole};
use crate::node::{Noted, nothing, taken};
use crate::real::significant;
use crate::word::named;
use crate::{Arg, Args, Cell, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "radiation.gamma_rate",
        title: ("环境γ辐射剂量率", "Environmental gamma dose rate"),
        args: &[
            Arg::text(
                "readings",
                (
                    "读数nGy/h（或nSv/h），空格分隔",
                    "readings in nGy/h (or nSv/h), parted by spaces",
                ),
            ),
            Arg::number("k1", "1", ("校准因子k1", "calibration factor k1")),
            Arg::number("k2", "1", ("检验源效率因子k2", "check-source factor k2")),
            Arg::number("cosmic", "nGy/h", ("宇宙射线响应值", "response to cosmic rays")),
            Arg::text(
                "place",
                (
                    "测点：open原野 road道路 bungalow平房 block楼房",
                    "place: open road bungalow block",
                ),
            ),
            Arg::text(
                "source",
                (
                    "读数为Sv/h时的校准源：Cs-137或Co-60；读数为Gy/h时不填",
                    "calibration source of a meter in Sv/h: Cs-137 or Co-60; leave out for Gy/h",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("n"), Column::number("k3")],
        keys: &[
            "radiation.gamma.place",
            "radiation.gamma.conversion",
            "radiation.gamma.decimals",
            "radiation.range",
        ],
        eval: rate,
    },
    Function {
        name: "radiation.annual_dose",
        title: ("公众年有效剂量", "Annual effective dose of the public"),
        args: &[
            Arg::number("rate", "nGy/h", ("空气吸收剂量率", "absorbed dose rate in air")),
            Arg::text("place", ("处所：outdoor室外、indoor室内", "place: outdoor or indoor")),
        ],
        results: &[],
        keys: &[
            "radiation.gamma.annual_dose",
            "radiation.gamma.annual_dose.decimals",
            "radiation.range",
        ],
        eval: annual_dose,
    },
    Function {
        name: "radiation.gamma_baseline",
        title: ("自动站γ剂量率统计", "Statistics of a gamma station"),
        args: &[Arg::text(
            "rates",
            (
                "小时剂量率nGy/h，空格分隔，缺测和降水小时写-",
                "hourly rates in nGy/h parted by spaces, - for missing and rain hours",
            ),
        )],
        results: &[
            Column::number("sd"),
            Column::number("largest"),
            Column::number("smallest"),
            Column::number("n"),
            Column::number("notice_above"),
            Column::number("alarm_above"),
        ],
        keys: &["radiation.gamma.alarm", "radiation.gamma.decimals", "radiation.range"],
        eval: baseline,
    },
    Function {
        name: "radiation.gamma_alarm",
        title: ("自动站γ剂量率报警", "Alarm of a gamma station"),
        args: &[
            Arg::number("rate", "nGy/h", ("小时剂量率", "hourly rate")),
            Arg::number("mean", "nGy/h", ("本底均值μ", "mean of the baseline")),
            Arg::number("sd", "nGy/h", ("本底标准差σ", "standard deviation of the baseline")),
            Arg::number(
                "five",
                "nGy/h",
                ("该小时内5分钟最大值", "largest 5-minute value of the hour"),
            )
            .optional(),
            Arg::number(
                "dry",
                "h",
                (
                    "距上次降水的小时数，正在降水填0",
                    "hours since the last rain, 0 while it rains",
                ),
            )
            .optional(),
        ],
        results: &[Column::number("notice_above"), Column::number("alarm_above")],
        keys: &["radiation.gamma.alarm", "radiation.range"],
        eval: alarm,
    },
];

/// A dose rate from an argument, within range.
fn rate_of(c: &Context<'_>, args: &Args, name: &str) -> Result<Option<Decimal>, EvalError> {
    let value = args.number(name)?;
    if let Some(v) = value {
        in_range(c, "dose_rate", name, v)?;
    }
    Ok(value)
}

fn rates(c: &Context<'_>, args: &Args, name: &str) -> Result<Vec<Decimal>, EvalError> {
    let mut known = Vec::new();
    for (i, r) in args.list(name)?.into_iter().enumerate() {
        if let Some(r) = r {
            in_range(c, "dose_rate", &format!("{name}[{}]", i + 1), r)?;
            known.push(r);
        }
    }
    Ok(known)
}

fn mean(values: &[Decimal]) -> Result<Option<Ratio>, EvalError> {
    let n = i64::try_from(values.len()).unwrap_or(i64::MAX);
    if n == 0 {
        return Ok(None);
    }
    let mut sum = Ratio::ZERO;
    for v in values {
        sum = sum.add((*v).into())?;
    }
    Ok(Some(sum.div(Ratio::from(n))?))
}

fn rate(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, decimals) = (at(c, "radiation.gamma.place")?, at(c, "radiation.gamma.decimals")?);
    let r = named(p, "place", args.text("place")?, &["place", "place_zh"])?;
    let k3 = decimal(p, r, "k3")?;
    let known = rates(c, args, "readings")?;
    let columns: Vec<(&'static str, Cell)> = vec![("n", (known.len() as i64).into()), ("k3", k3.into())];
    let mut e = Explanation::new("γ辐射剂量率", "Gamma dose rate")
        .noted(p)
        .clause(decimals.clause_ref())
        .input(taken(("k3", "k3"), p, r, "k3"));
    let (k1, k2, cosmic) = (args.number("k1")?, args.number("k2")?, rate_of(c, args, "cosmic")?);
    let (Some(reading), Some(k1), Some(k2), Some(cosmic)) = (mean(&known)?, k1, k2, cosmic) else {
        return Ok(nothing(e, columns, "缺读数或因子", "a reading or a factor is missing"));
    };
    for (name, k) in [("k1", k1), ("k2", k2)] {
        if k <= Decimal::ZERO {
            return Err(EvalError::argument(
                name,
                format!("{k}: a factor is above 0 / 因子须大于0"),
            ));
        }
    }
    let mut reading = reading;
    if let Some(word) = args.get("source") {
        let t = at(c, "radiation.gamma.conversion")?;
        let s = named(t, "source", word, &["source", "source_zh"])?;
        reading = reading.div(decimal(t, s, "divisor")?.into())?;
        e = e.input(taken(("Sv/h换算为Gy/h", "From Sv/h to Gy/h"), t, s, "divisor"));
    }
    let gross = Ratio::from(k1).mul(k2.into())?.mul(reading)?;
    let exact = gross.sub(Ratio::from(k3).mul(cosmic.into())?)?;
    let value = exact.round(&rounding_of(decimals, "rate")?)?;
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e.value(value).unit("nGy/h").formula(format!(
            "{k1} × {k2} × {} − {k3} × {cosmic} = {} → {value}",
            reading.shown(3),
            exact.shown(5)
        )),
    })
}

fn annual_dose(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, digits) = (
        at(c, "radiation.gamma.annual_dose")?,
        at(c, "radiation.gamma.annual_dose.decimals")?,
    );
    let r = named(p, "place", args.text("place")?, &["place", "place_zh"])?;
    let e = Explanation::new("年有效剂量", "Annual effective dose")
        .noted(p)
        .clause(digits.clause_ref());
    let Some(rate) = rate_of(c, args, "rate")? else {
        return Ok(nothing(e, Vec::new(), "缺剂量率", "the dose rate is missing"));
    };
    let (sv, hours, occupancy) = (
        decimal(p, r, "sv_per_gy")?,
        decimal(p, r, "hours")?,
        decimal(p, r, "occupancy")?,
    );
    let nano = Ratio::from(rate)
        .mul(sv.into())?
        .mul(hours.into())?
        .mul(occupancy.into())?;
    let exact = nano.div(Ratio::from(1_000_000))?; // nGy to mGy
    let value = significant(exact, whole(digits, 0, "significant")?)?;
    Ok(Outcome {
        value: value.into(),
        columns: Vec::new(),
        explanation: e
            .value(value)
            .unit("mSv/a")
            .formula(format!("{rate} × 10⁻⁶ × {sv} × {hours} × {occupancy} → {value}"))
            .input(taken(("Gy换算为Sv", "From Gy to Sv"), p, r, "sv_per_gy"))
            .input(taken(("一年的小时数", "Hours of a year"), p, r, "hours"))
            .input(taken(("居留因子", "Occupancy"), p, r, "occupancy")),
    })
}

/// Above which rate a station is to be looked at, and above which it alarms.
fn thresholds(c: &Context<'_>, mean: Ratio, sd: Ratio) -> Result<(Ratio, Ratio), EvalError> {
    let p = at(c, "radiation.gamma.alarm")?;
    let notice = mean.add(sd.mul(decimal(p, 0, "sigmas")?.into())?)?;
    Ok((notice, mean.add(decimal(p, 0, "above_mean")?.into())?))
}

fn baseline(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (p, decimals) = (at(c, "radiation.gamma.alarm")?, at(c, "radiation.gamma.decimals")?);
    let rule = rounding_of(decimals, "rate")?;
    let known = rates(c, args, "rates")?;
    let n = i64::try_from(known.len()).unwrap_or(i64::MAX);
    let e = Explanation::new("本底均值", "Mean of the baseline")
        .noted(p)
        .clause(p.clause_ref())
        .clause(decimals.clause_ref());
    let mut columns: Vec<(&'static str, Cell)> = vec![
        ("largest", known.iter().max().copied().into()),
        ("smallest", known.iter().min().copied().into()),
        ("n", n.into()),
    ];
    let Some(mean) = mean(&known)? else {
        return Ok(nothing(e, columns, "没有有效小时值", "there is no valid hour"));
    };
    let by = if p.table.text(0, "divisor") == "n" { n } else { n - 1 };
    if by > 0 {
        let mut squares = Ratio::ZERO;
        for v in &known {
            let d = Ratio::from(*v).sub(mean)?;
            squares = squares.add(d.mul(d)?)?;
        }
        let sd = real::sqrt(squares.div(Ratio::from(by))?)?;
        let (notice, alarm) = thresholds(c, mean, sd.into())?;
        columns.push(("sd", sd.round(&rule)?.into()));
        columns.push(("notice_above", notice.round(&rule)?.into()));
        columns.push(("alarm_above", alarm.round(&rule)?.into()));
    }
    let value = mean.round(&rule)?;
    Ok(Outcome {
        value: value.into(),
        columns,
        explanation: e
            .value(value)
            .unit("nGy/h")
            .formula(format!("Σ ÷ {n} = {} → {value}", mean.shown(4))),
    })
}

fn alarm(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = at(c, "radiation.gamma.alarm")?;
    let (mean, sd) = (rate_of(c, args, "mean")?, rate_of(c, args, "sd")?);
    let (rate, five) = (rate_of(c, args, "rate")?, rate_of(c, args, "five")?);
    let mut e = Explanation::new("γ剂量率报警", "Gamma alarm")
        .noted(p)
        .input(taken(("σ的倍数", "Multiple of σ"), p, 0, "sigmas"))
        .input(taken(("高出均值", "Above the mean by"), p, 0, "above_mean"))
        .input(taken(("5分钟值", "5-minute value"), p, 0, "five_minutes"))
        .input(taken(("无降水小时", "Hours without rain"), p, 0, "dry_hours"));
    let (Some(mean), Some(sd)) = (mean, sd) else {
        return Ok(nothing(
            e,
            Vec::new(),
            "没有本底，不能判断",
            "there is no baseline: nothing can be said",
        ));
    };
    let (notice, alarm) = thresholds(c, mean.into(), sd.into())?;
    let columns: Vec<(&'static str, Cell)> = vec![
        ("notice_above", significant(notice, 6)?.into()),
        ("alarm_above", significant(alarm, 6)?.into()),
    ];
    let five_over = match five {
        Some(v) => v > decimal(p, 0, "five_minutes")?,
        None => false,
    };
    let Some(rate) = rate.map(Ratio::from).or(five_over.then_some(alarm)) else {
        return Ok(nothing(
            e,
            columns,
            "没有小时值，不能判断",
            "there is no hourly value: nothing can be said",
        ));
    };
    let word = if five_over || rate > alarm {
        "alarm"
    } else if rate > notice {
        let dry_hours = decimal(p, 0, "dry_hours")?;
        match args.number("dry")? {
            Some(h) if h.is_negative() => return Err(EvalError::argument("dry", format!("{h} is negative"))),
            Some(h) if h < dry_hours => "rain",
            Some(_) => "notice",
            None => {
                e = e.note("没有降水资料，按无降水处理", "nothing is known of rain: taken as dry");
                "notice"
            }
        }
    } else {
        "normal"
    };
    Ok(Outcome {
        value: word.into(),
        columns,
        explanation: e.value(word),
    })
}
