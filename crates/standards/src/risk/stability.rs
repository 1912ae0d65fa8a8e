//! Stability of the air from sun, cloud and wind (GB/T 3840).

use crate::node::{Noted, given};
use crate::row::{Row, at};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome, real};
use figure::{Decimal, Explanation, Rounding};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "risk.stability",
    title: ("大气稳定度", "Stability of the air"),
    args: &[
        Arg::number("latitude", "degree", ("纬度，-90至90", "latitude, -90 to 90")),
        Arg::number("longitude", "degree", ("东经，-180至180", "longitude, -180 to 180")),
        Arg::number("day", "", ("一年中日期序数，0至364", "day of the year, 0 to 364")),
        Arg::number("hour", "h", ("北京时间，0至24", "hour by Beijing time, 0 to 24")),
        Arg::number("cloud", "", ("总云量，0至10", "total cloud in tenths")),
        Arg::number("low_cloud", "", ("低云量，0至10", "low cloud in tenths")),
        Arg::number("wind", "m/s", ("10 m高处风速", "wind at 10 m")),
    ],
    results: &[
        Column::number("sun"),
        Column::number("declination"),
        Column::number("radiation"),
        Column::text("night"),
    ],
    keys: &[
        "risk.dispersion.declination",
        "risk.dispersion.heights",
        "risk.dispersion.radiation",
        "risk.dispersion.stability",
    ],
    eval: stability,
}];

/// A number between two ends that follow from what it is (an angle, an hour, tenths).
fn between(args: &Args, name: &str, low: i64, high: i64) -> Result<f64, EvalError> {
    let d = args.required_number(name)?;
    if d < Decimal::from_int(low) || d > Decimal::from_int(high) {
        return Err(EvalError::argument(name, format!("{d} is outside {low} to {high}")));
    }
    Ok(d.to_f64())
}

/// The declination of the sun in degrees.
fn declination(c: &Context<'_>, day: f64) -> Result<f64, EvalError> {
    let theta = (360.0 * day / 365.0).to_radians();
    let mut sum = 0.0;
    for (n, r) in at(c, "risk.dispersion.declination")?.rows().enumerate() {
        let angle = n as f64 * theta;
        sum += r.number("cos")?.to_f64() * angle.cos() + r.number("sin")?.to_f64() * angle.sin();
    }
    Ok(sum.to_degrees())
}

fn stability(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let latitude = between(args, "latitude", -90, 90)?.to_radians();
    let longitude = between(args, "longitude", -180, 180)?;
    let (day, hour) = (between(args, "day", 0, 364)?, between(args, "hour", 0, 24)?);
    let (total, low) = (between(args, "cloud", 0, 10)?, between(args, "low_cloud", 0, 10)?);
    let wind = args.amount("wind")?;
    if low > total {
        return Err(EvalError::argument(
            "low_cloud",
            "is more than the total cloud (低云量大于总云量)",
        ));
    }
    let tilt = declination(c, day)?;
    let height = |t: f64| {
        let d = tilt.to_radians();
        let turn = (15.0 * t + longitude - 300.0).to_radians();
        let sine = latitude.sin() * d.sin() + latitude.cos() * d.cos() * turn.cos();
        sine.clamp(-1.0, 1.0).asin().to_degrees()
    };
    let sun = height(hour);
    // Night runs from an hour before sunset to an hour after sunrise: the sun is down an hour ago or hence.
    let night = height(hour - 1.0) < 0.0 || height(hour + 1.0) < 0.0;
    let clouds = at(c, "risk.dispersion.radiation")?;
    let (total, low) = (total.round(), low.round()); // the table knows whole tenths
    let mut row: Option<Row<'_>> = None;
    for r in clouds.rows() {
        let inside = |x: f64, from: &str, to: &str| -> Result<bool, EvalError> {
            Ok(r.number(from)?.to_f64() <= x && x <= r.number(to)?.to_f64())
        };
        if inside(total, "total_from", "total_to")? && inside(low, "low_from", "low_to")? {
            row = Some(r);
            break;
        }
    }
    let row = row.ok_or_else(|| EvalError::law(clouds.0, format!("no row for {total}/{low}")))?;
    let mut column = "night";
    if !night {
        for r in at(c, "risk.dispersion.heights")?.rows() {
            if sun <= r.number("to")?.to_f64() {
                column = r.text("column");
                break;
            }
        }
    }
    let radiation = row.number(column)?;
    let classes = at(c, "risk.dispersion.stability")?;
    let mut class = None;
    for r in classes.rows() {
        if wind >= r.number("wind_from")? {
            class = Some(r); // the rows run from calm upwards: the last that holds
        }
    }
    let class = class.ok_or_else(|| EvalError::law(classes.0, "no row"))?;
    let letter = class.text(&radiation.to_string());
    let three = Rounding::gbt8170(3);
    let (sun, tilt) = (
        real::computed(sun)?.round(&three)?,
        real::computed(tilt)?.round(&three)?,
    );
    let node = Explanation::new("大气稳定度", "Stability")
        .value(letter)
        .formula(format!(
            "δ {tilt}°, h0 {sun}°, {} → {radiation} → {letter}",
            row.text("cloud")
        ))
        .clause(row.clause())
        .clause(class.clause())
        .input(given("10 m风速", "wind at 10 m", wind, "m/s"))
        .noted(clouds.0);
    Ok(Outcome {
        value: letter.into(),
        columns: vec![
            ("sun", sun.into()),
            ("declination", tilt.into()),
            ("radiation", radiation.into()),
            ("night", night.into()),
        ],
        explanation: node,
    })
}
