//! Radius of a protection zone round a well (HJ 338).

use crate::cell::{decimal, rounding, row};
use crate::node::{Noted, input};
use crate::word::named;
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::{Decimal, Explanation, Ratio};

pub(crate) const FUNCTIONS: &[Function] = &[Function {
    name: "groundwater.protection_radius",
    title: ("地下水型水源保护区半径", "Radius of a well's protection zone"),
    args: &[
        Arg::text("zone", ("保护区：1一级，2二级", "zone: 1 or 2")),
        Arg::number("k", "m/d", ("渗透系数", "hydraulic conductivity")),
        Arg::number("i", "1", ("水力坡度", "hydraulic gradient")),
        Arg::number("n", "1", ("有效孔隙度，如0.25", "effective porosity, such as 0.25")),
        Arg::text(
            "medium",
            (
                "介质：细砂 中砂 粗砂 砾石 卵石，给出经验值",
                "medium: fine_sand medium_sand coarse_sand gravel pebble, for the table",
            ),
        )
        .optional(),
    ],
    results: &[Column::number("table"), Column::text("larger")],
    keys: &["source_zone.radius", "source_zone.radius_table"],
    eval: radius,
}];

fn radius(c: &Context<'_>, args: &Args) -> Result<Outcome, EvalError> {
    let p = c.law.at("source_zone.radius", c.date, c.division)?;
    let zone = match args.text("zone")? {
        "1" | "一级" => "1",
        "2" | "二级" => "2",
        other => return Err(EvalError::argument("zone", format!("`{other}`: write 1 or 2 / 写1或2"))),
    };
    let r = row(p, &[("zone", zone)])?;
    let (alpha, days) = (decimal(p, r, "alpha")?, decimal(p, r, "days")?);
    let positive = |name: &str| -> Result<Decimal, EvalError> {
        let v = args.required_number(name)?;
        match v > Decimal::ZERO {
            true => Ok(v),
            false => Err(EvalError::argument(
                name,
                format!("{v} must be above 0 / 须大于0 ({})", p.clause),
            )),
        }
    };
    let (k, i, n) = (positive("k")?, positive("i")?, positive("n")?);
    if n > Decimal::from_int(1) {
        return Err(EvalError::argument(
            "n",
            format!("{n} is no porosity: above 0, at most 1 / 孔隙度在0到1之间"),
        ));
    }
    let exact = Ratio::from(alpha)
        .mul(k.into())?
        .mul(i.into())?
        .mul(days.into())?
        .div(n.into())?;
    let value = exact.round(&rounding(p, r)?)?;
    let mut e = Explanation::new("保护区半径", "Radius")
        .value(value)
        .unit("m")
        .formula(format!(
            "{alpha} × {k} × {i} × {days} ÷ {n} = {} → {value}",
            exact.shown(4)
        ))
        .clause(p.clause_ref_row(r));
    let (mut table, mut larger) = (None, None);
    if let Some(word) = args.get("medium") {
        let t = c.law.at("source_zone.radius_table", c.date, c.division)?;
        let tr = named(t, "medium", word, &["medium", "name_zh"])?;
        let by_table = decimal(t, tr, &format!("zone{zone}"))?;
        e = e.input(input("经验值", "Value of the table", by_table, t.clause_ref_row(tr)).unit("m")).note(
            "公式和经验值哪一个作准，没有写明；没有抽水试验资料时常取经验值，两者都给出",
            "which of formula and table decides is not laid down here; the table is taken where no test exists; both are given",
        );
        larger = Some(if exact > by_table.into() { "formula" } else { "table" });
        table = Some(by_table);
    }
    Ok(Outcome {
        value: value.into(),
        columns: vec![("table", table.into()), ("larger", larger.into())],
        explanation: e.noted(p),
    })
}
