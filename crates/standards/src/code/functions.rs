//! The registered checks of codes: one eval for all of them.

use super::scheme::{Read, Scheme};
use crate::{Arg, Args, Column, Context, EvalError, Function, Outcome};
use figure::Explanation;

const RESULTS: &[Column] = &[
    Column::text("code"),
    Column::text("form"),
    Column::text("wrong"),
    Column::text("expected"),
    Column::text("parts"),
    Column::text("reason"),
];

/// One function for one kind of code: `code.<name>` reads `code.<name>.parts`; beside it the key that is
/// sure to be recorded (the parts of some codes are not yet).
macro_rules! codes {
    ($($name:literal reads $key:literal, $zh:literal, $en:literal, $arg_zh:literal, $arg_en:literal;)*) => {
        pub(super) const FUNCTIONS: &[Function] = &[$(Function {
            name: concat!("code.", $name),
            title: ($zh, $en),
            args: &[Arg::text("code", ($arg_zh, $arg_en))],
            results: RESULTS,
            keys: &[$key],
            eval: |c, a| check(c, a, $name),
        }),*];
    };
}

codes! {
    "credit" reads "code.credit.parts", "统一社会信用代码校验", "Unified social credit code",
        "18位统一社会信用代码，如 91130200699229617X", "18-character code such as 91130200699229617X";
    "organisation" reads "code.organisation.parts", "组织机构代码校验", "Organisation code",
        "组织机构代码，如 69922961-7", "organisation code such as 69922961-7";
    "permit" reads "code.permit.parts", "排污许可证编号与固定污染源代码校验", "Permit number and code of a fixed source",
        "22位编号，如 91130200699229617X001P", "22 characters such as 91130200699229617X001P";
    "outlet" reads "code.outlet.parts", "排放口与设施编号校验", "Number of an outlet or facility",
        "编号 DA001 DW001 TA001 MF0001 YS001，或前加22位固定污染源代码",
        "number DA001 DW001 TA001 MF0001 YS001, or with the 22-character source code before it";
    "outfall" reads "code.list.outfall", "入河排污口代码校验", "Code of an outfall into a river",
        "入河排污口代码", "code of the outfall";
    "waste" reads "code.waste.parts", "危险废物代码格式校验", "Format of a hazardous-waste code",
        "危险废物代码，如 900-041-49", "waste code such as 900-041-49";
    "division" reads "code.division.parts", "行政区划代码校验", "Administrative division code",
        "6、9或12位行政区划代码，如 340100", "6, 9 or 12 digits such as 340100";
    "plate" reads "code.plate.parts", "机动车号牌号码校验", "Vehicle plate",
        "号牌号码，如 皖A12345 皖AD12345", "plate: character of the province, letter and serial";
    "vin" reads "code.vin.parts", "车辆识别代号校验", "Vehicle identification number",
        "17位车辆识别代号，如 1M8GDM9AXKP042788", "17 characters such as 1M8GDM9AXKP042788";
    "machinery" reads "code.machinery.parts", "非道路移动机械信息公开编号校验", "Disclosure number of non-road machinery",
        "24位环保信息公开编号，如 CNFJG300LL01010000000001", "24 characters such as CNFJG300LL01010000000001";
    "mn" reads "code.mn.parts", "数采仪设备唯一标识校验", "Device number of HJ 212",
        "设备唯一标识MN，如 010000A8900016F000169DC0", "device number MN such as 010000A8900016F000169DC0";
}

/// Full-width letters and digits as they come from forms, made half-width; blanks dropped.
fn narrow(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| match u32::from(c) {
            wide @ 0xFF01..=0xFF5E => char::from_u32(wide - 0xFEE0).unwrap_or(c),
            _ => c,
        })
        .collect()
}

fn valid(read: &Read<'_>) -> bool {
    read.faults.iter().all(|f| !f.fatal)
}

fn check(c: &Context<'_>, args: &Args, name: &str) -> Result<Outcome, EvalError> {
    let given = args.text("code")?;
    let scheme = Scheme::at(c, name)?;
    let typed = narrow(given);
    let upper = typed.to_uppercase();
    let empty = || EvalError::Missing("code".to_string());
    let mut read = scheme.read(&typed).ok_or_else(empty)?;
    let mut code = &typed;
    if !valid(&read) && upper != typed {
        // Small letters are the commonest slip: read on, but say so.
        read = scheme.read(&upper).ok_or_else(empty)?;
        code = &upper;
    }
    let other = format!("code.{name}.other");
    if !valid(&read)
        && !scheme.lengths().contains(&code.chars().count())
        && c.law.unrecorded(&other, c.date, c.division).is_some()
    {
        // A form nobody has recorded exists beside these: no verdict on a code that may be of that form.
        c.law.at(&other, c.date, c.division)?;
    }
    Ok(outcome(&scheme, &read, given, code))
}

fn outcome(scheme: &Scheme<'_>, read: &Read<'_>, given: &str, code: &str) -> Outcome {
    let verdict = if valid(read) { "yes" } else { "no" };
    let mut e = Explanation::new("代码是否正确", "Whether the code is right")
        .value(verdict)
        .clause(scheme.law.clause_ref())
        .note(&scheme.law.note.zh, &scheme.law.note.en);
    let mut parts = Vec::new();
    for (part, (text, meaning)) in read.form.parts.iter().zip(&read.values) {
        let mut node = Explanation::new(part.title.0, part.title.1)
            .value(text)
            .clause(scheme.law.clause_ref_row(part.row));
        let mut shown = format!("{} {text}", part.title.0);
        if let Some((zh, en)) = meaning {
            node = node.note(zh, en);
            shown += &format!(" {zh}");
        }
        if !text.is_empty() && text != "-" {
            parts.push(shown);
        }
        e = e.input(node);
    }
    let mut wrong: Vec<String> = Vec::new();
    let (mut expected, mut reasons) = (Vec::new(), Vec::new());
    for f in &read.faults {
        e = e.clause(f.clause.clone()).note(&f.reason.0, &f.reason.1);
        reasons.push(format!("{} / {}", f.reason.0, f.reason.1));
        if f.fatal {
            wrong.push(f.at.to_string());
            expected.extend((!f.expected.is_empty()).then_some(f.expected.as_str()));
        }
    }
    if code != given {
        e = e.note(
            format!("按{code}读取（原写{given}）"),
            format!("read as {code}; written as {given}"),
        );
        reasons.push(format!("按{code}读取 / read as {code}"));
    }
    Outcome {
        value: verdict.into(),
        columns: vec![
            ("code", code.into()),
            ("form", read.form.name.into()),
            ("wrong", wrong.join(" ").into()),
            ("expected", expected.join(" ").into()),
            ("parts", parts.join("；").into()),
            ("reason", reasons.join("; ").into()),
        ],
        explanation: e,
    }
}
