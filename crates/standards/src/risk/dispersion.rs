//! Screening by the Gaussian forms, with the dispersion parameters of GB/T 3840 or of Briggs.

use crate::node::{Noted, given};
use crate::reading::within;
use crate::row::{Row, at};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome, real};
use figure::{Clause, Decimal, Explanation};
use std::f64::consts::PI;

const METHOD: Arg = Arg::text(
    "method",
    (
        "扩散参数：gbt3840（默认）或 briggs",
        "parameters: gbt3840 (default) or briggs",
    ),
)
.optional();
const LAND: Arg = Arg::text(
    "land",
    (
        "briggs的下垫面：rural（默认）或 urban",
        "land for briggs: rural (default) or urban",
    ),
)
.optional();
const CLASS: Arg = Arg::text(
    "class",
    ("稳定度：A B B~C C C~D D D~E E F", "stability: A B B~C C C~D D D~E E F"),
);
const X: Arg = Arg::number("x", "m", ("下风向距离", "distance downwind"));
const HEIGHT: Arg = Arg::number("height", "m", ("有效源高，默认0", "effective height, 0 unless given")).optional();

pub(crate) const FUNCTIONS: &[Function] = &[
    Function {
        name: "risk.sigma",
        title: ("大气扩散参数", "Dispersion parameters"),
        args: &[CLASS, X, METHOD, LAND],
        results: &[Column::number("sigma_z")],
        keys: KEYS,
        eval: sigma,
    },
    Function {
        name: "risk.plume",
        title: ("高斯烟羽浓度（筛选）", "Concentration of a Gaussian plume (screening)"),
        args: &[
            Arg::number("rate", "g/s", ("排放速率", "rate of release")),
            Arg::number("wind", "m/s", ("排放高度处风速", "wind at the height of release")),
            CLASS.optional(),
            X.optional(),
            HEIGHT,
            Arg::number(
                "y",
                "m",
                ("横向距离，默认0", "distance across the wind, 0 unless given"),
            )
            .optional(),
            Arg::number("z", "m", ("离地高度，默认0", "height above ground, 0 unless given")).optional(),
            METHOD,
            LAND,
            Arg::number(
                "sigma_y",
                "m",
                (
                    "已知的σy，代替稳定度和距离",
                    "sigma y if known, in place of class and distance",
                ),
            )
            .optional(),
            Arg::number("sigma_z", "m", ("已知的σz", "sigma z if known")).optional(),
        ],
        results: &[
            Column::number("sigma_y"),
            Column::number("sigma_z"),
            Column::number("ug_m3"),
        ],
        keys: KEYS,
        eval: plume,
    },
    Function {
        name: "risk.puff",
        title: (
            "高斯烟团中心地面浓度（筛选）",
            "Ground concentration at the centre of a Gaussian puff (screening)",
        ),
        args: &[
            Arg::number("mass", "g", ("释放量", "mass released")),
            CLASS,
            X,
            HEIGHT,
            METHOD,
            LAND,
        ],
        results: &[Column::number("ug_m3")],
        keys: KEYS,
        eval: puff,
    },
    Function {
        name: "risk.endpoint_distance",
        title: (
            "地面源达到终点浓度的距离（筛选）",
            "How far an end point reaches from a ground source (screening)",
        ),
        args: &[
            Arg::number("rate", "g/s", ("排放速率", "rate of release")),
            Arg::number("wind", "m/s", ("风速", "wind")),
            CLASS,
            Arg::number("endpoint", "mg/m3", ("终点浓度", "end-point concentration")),
            METHOD,
            LAND,
        ],
        results: &[Column::text("outside")],
        keys: KEYS,
        eval: reach,
    },
];

const KEYS: &[&str] = &[
    "risk.dispersion.sigma",
    "risk.dispersion.briggs",
    "risk.dispersion.briggs_range",
    "risk.dispersion.screening",
];

/// The parameters of one class, by whichever method.
enum Law<'a> {
    Powers(Vec<Row<'a>>),
    Briggs(Row<'a>),
}

impl<'a> Law<'a> {
    fn of(c: &Context<'a>, args: &Args) -> Result<Self, EvalError> {
        let class = args.text("class")?;
        match args.get("method").unwrap_or("gbt3840") {
            "gbt3840" | "GB/T 3840" => {
                let table = at(c, "risk.dispersion.sigma")?;
                let class = table.word("class", class, &["class"])?.text("class");
                Ok(Self::Powers(
                    table.rows().filter(|r| r.text("class") == class).collect(),
                ))
            }
            "briggs" | "Briggs" => {
                let table = at(c, "risk.dispersion.briggs")?;
                let land = table
                    .word("land", args.get("land").unwrap_or("rural"), &["land"])?
                    .text("land");
                let rows: Vec<Row<'_>> = table.rows().filter(|r| r.text("land") == land).collect();
                Ok(Self::Briggs(crate::row::pick(&rows, "class", class, &["class"])?))
            }
            other => Err(EvalError::argument(
                "method",
                format!("`{other}`: write gbt3840 or briggs"),
            )),
        }
    }

    fn clause(&self) -> Option<Clause> {
        match self {
            Self::Powers(rows) => rows.first().map(Row::clause),
            Self::Briggs(row) => Some(row.clause()),
        }
    }

    /// Across and up, in metres.
    fn at(&self, x: f64) -> Result<(f64, f64), EvalError> {
        let f = |r: &Row<'_>, column: &str| -> Result<f64, EvalError> { Ok(r.number(column)?.to_f64()) };
        match self {
            Self::Briggs(r) => {
                let one = |a: &str, b: &str, n: &str| -> Result<f64, EvalError> {
                    Ok(f(r, a)? * x * (1.0 + f(r, b)? * x).powf(f(r, n)?))
                };
                Ok((one("y_a", "y_b", "y_power")?, one("z_a", "z_b", "z_power")?))
            }
            Self::Powers(rows) => {
                let one = |axis: &str| -> Result<f64, EvalError> {
                    for r in rows.iter().filter(|r| r.text("axis") == axis) {
                        // The last row of an axis has no upper end.
                        let end = Decimal::parse(r.text("x_to")).map_or(f64::INFINITY, |d| d.to_f64());
                        if x <= end {
                            return Ok(f(r, "gamma")? * x.powf(f(r, "alpha")?));
                        }
                    }
                    let p = rows
                        .first()
                        .map_or_else(|| EvalError::Missing("class".into()), |r| EvalError::law(r.p, "no row"));
                    Err(p)
                };
                Ok((one("y")?, one("z")?))
            }
        }
    }
}

/// A distance the method is valid for.
fn distance(c: &Context<'_>, args: &Args, law: &Law<'_>) -> Result<Decimal, EvalError> {
    let x = args.amount("x")?;
    if x.is_zero() {
        return Err(EvalError::argument("x", "is zero: there is no cloud yet at the source"));
    }
    if matches!(law, Law::Briggs(_)) {
        let range = at(c, "risk.dispersion.briggs_range")?.only();
        within(
            "x",
            x,
            range.number("from")?,
            range.number("to")?,
            &range.p.standard.number,
        )?;
    }
    Ok(x)
}

fn sigma(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (law, rule) = (Law::of(c, args)?, at(c, "risk.dispersion.screening")?.only());
    let x = distance(c, args, &law)?;
    let (y, z) = law.at(x.to_f64())?;
    let rounding = rule.rounding_in("sigma")?;
    let (y, z) = (
        real::computed(y)?.round(&rounding)?,
        real::computed(z)?.round(&rounding)?,
    );
    let mut node = Explanation::new("水平扩散参数", "Sigma y")
        .value(y)
        .unit("m")
        .input(given("距离", "distance", x, "m"));
    if let Some(clause) = law.clause() {
        node = node.clause(clause);
    }
    Ok(Outcome {
        value: y.into(),
        columns: vec![("sigma_z", z.into())],
        explanation: node.input(given("垂直扩散参数", "sigma z", z, "m")),
    })
}

/// The wind of a plume: not below the least one.
fn wind(args: &Args, rule: &Row<'_>) -> Result<f64, EvalError> {
    let (wind, least) = (args.amount("wind")?, rule.number("wind_min")?);
    Ok(wind.max(least).to_f64())
}

/// Both forms give grams in a cubic metre; shown in mg/m³, with µg/m³ beside it.
fn shown(rule: &Row<'_>, grams: f64) -> Result<(Decimal, Decimal), EvalError> {
    let mg = real::computed(grams * 1e3)?.round(&rule.rounding_in("concentration")?)?;
    let ug = real::computed(grams * 1e6)?.round(&rule.rounding_in("sigma")?)?;
    Ok((mg, ug))
}

fn plume(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let rule = at(c, "risk.dispersion.screening")?.only();
    let rate = args.amount("rate")?;
    let speed = wind(args, &rule)?;
    let number = |name: &str| -> Result<f64, EvalError> { Ok(args.number(name)?.map_or(0.0, |d| d.to_f64())) };
    let (height, up) = (args.amount_or_none("height")?.map_or(0.0, |d| d.to_f64()), number("z")?);
    let across = number("y")?;
    let mut node = Explanation::new("烟羽浓度", "Concentration of the plume")
        .clause(rule.clause())
        .noted(rule.p);
    let (y, z) = match (args.amount_or_none("sigma_y")?, args.amount_or_none("sigma_z")?) {
        (Some(y), Some(z)) => (y.to_f64(), z.to_f64()),
        (None, None) => {
            let law = Law::of(c, args)?;
            let x = distance(c, args, &law)?;
            if let Some(clause) = law.clause() {
                node = node.clause(clause);
            }
            node = node.input(given("距离", "distance", x, "m"));
            law.at(x.to_f64())?
        }
        _ => return Err(EvalError::Missing("sigma_y and sigma_z".into())),
    };
    let side = |h: f64| (-(h * h) / (2.0 * z * z)).exp();
    let grams = rate.to_f64() / (2.0 * PI * speed * y * z)
        * (-(across * across) / (2.0 * y * y)).exp()
        * (side(up - height) + side(up + height));
    let (mg, ug) = shown(&rule, grams)?;
    let rounding = rule.rounding_in("sigma")?;
    let (y, z) = (
        real::computed(y)?.round(&rounding)?,
        real::computed(z)?.round(&rounding)?,
    );
    Ok(Outcome {
        value: mg.into(),
        columns: vec![("sigma_y", y.into()), ("sigma_z", z.into()), ("ug_m3", ug.into())],
        explanation: node
            .value(mg)
            .unit("mg/m³")
            .formula(format!("Q/(2π·u·σy·σz)·exp(−y²/2σy²)·[exp(−(z−H)²/2σz²)+exp(−(z+H)²/2σz²)], Q {rate} g/s, u {speed} m/s, σy {y}, σz {z}"))
            .input(rule.node("wind_min", "风速下限", "least wind")?),
    })
}

fn puff(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (law, rule) = (Law::of(c, args)?, at(c, "risk.dispersion.screening")?.only());
    let (mass, x) = (args.amount("mass")?, distance(c, args, &law)?);
    let height = args.amount_or_none("height")?.map_or(0.0, |d| d.to_f64());
    let (y, z) = law.at(x.to_f64())?;
    // At the centre on the ground both images are alike; sigma x is taken as sigma y.
    let grams = 2.0 * mass.to_f64() / ((2.0 * PI).powf(1.5) * y * y * z) * (-(height * height) / (2.0 * z * z)).exp();
    let (mg, ug) = shown(&rule, grams)?;
    let mut node = Explanation::new("烟团中心浓度", "Concentration at the centre of the puff")
        .value(mg)
        .unit("mg/m³")
        .formula("2m/((2π)^1.5·σx·σy·σz)·exp(−H²/2σz²), σx = σy")
        .clause(rule.clause())
        .input(given("释放量", "mass", mass, "g"))
        .input(given("距离", "distance", x, "m"))
        .noted(rule.p);
    if let Some(clause) = law.clause() {
        node = node.clause(clause);
    }
    Ok(Outcome {
        value: mg.into(),
        columns: vec![("ug_m3", ug.into())],
        explanation: node,
    })
}

fn reach(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let (law, rule) = (Law::of(c, args)?, at(c, "risk.dispersion.screening")?.only());
    let range = at(c, "risk.dispersion.briggs_range")?.only();
    let (rate, wanted) = (args.amount("rate")?, args.amount("endpoint")?);
    let speed = wind(args, &rule)?;
    let at_x = |x: f64| -> Result<f64, EvalError> {
        let (y, z) = law.at(x)?;
        Ok(rate.to_f64() * 1e3 / (PI * speed * y * z))
    };
    let (near, far, limit) = (range.number("from")?, range.number("to")?, wanted.to_f64());
    let (mut low, mut high) = (near.to_f64(), far.to_f64());
    let mut node = Explanation::new("达到终点浓度的距离", "Distance the end point reaches")
        .clause(rule.clause())
        .clause(range.clause())
        .input(given("终点浓度", "end point", wanted, "mg/m3"))
        .noted(rule.p);
    if let Some(clause) = law.clause() {
        node = node.clause(clause);
    }
    let (value, outside) = if at_x(low)? < limit {
        (None, "nearer")
    } else if at_x(high)? > limit {
        (None, "farther")
    } else {
        // The concentration falls steadily: sixty halvings are far below a millimetre.
        for _ in 0..60 {
            let middle = f64::midpoint(low, high);
            if at_x(middle)? > limit {
                low = middle;
            } else {
                high = middle;
            }
        }
        (Some(real::computed(high)?.round(&rule.rounding_in("distance")?)?), "")
    };
    node = match (&value, outside) {
        (Some(v), _) => node.value(v).unit("m"),
        (None, "nearer") => node.note(
            format!("小于{near} m，超出适用距离"),
            format!("nearer than {near} m: outside validity"),
        ),
        _ => node.note(
            format!("大于{far} m，超出适用距离"),
            format!("farther than {far} m: outside validity"),
        ),
    };
    Ok(Outcome {
        value: value.into(),
        columns: vec![("outside", outside.into())],
        explanation: node,
    })
}
