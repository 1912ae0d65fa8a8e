//! Units of measurement: one spelling inside, a proper label outside, exact conversion between
//! prefixes (ug/m3 to mg/m3, t to kg, L to m3).

use crate::{NumberError, Ratio};
use serde::{Deserialize, Deserializer, Serialize, de};
use std::fmt;

/// A unit that cannot be read, or two that do not measure the same thing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Not a unit known here.
    #[error("`{0}` is not a known unit")]
    Unknown(String),
    /// For instance mg/L into ug/m2.
    #[error("`{from}` cannot be converted to `{to}`: they do not measure the same thing")]
    Different {
        /// The unit of the value.
        from: String,
        /// The unit asked for.
        to: String,
    },
    /// The converted value does not fit.
    #[error(transparent)]
    Number(#[from] NumberError),
}

/// A unit by its code: terms joined by `.` and `/`, powers as digits: `ug/m3`, `mg/L`, `ug/dm2.d`.
/// Everything after the first `/` divides, as chemists write it. The dimensionless unit is `1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Unit(String);

/// symbol, dimension (a letter of its own for each kind), factor to the base as numerator/denominator.
/// Length is the base of area and volume, so a litre is 10^-3 m3.
const SYMBOLS: &[(&str, &str, i32, i128, i128)] = &[
    ("fg", "M", 1, 1, 1_000_000_000_000_000),
    ("pg", "M", 1, 1, 1_000_000_000_000),
    ("ng", "M", 1, 1, 1_000_000_000),
    ("ug", "M", 1, 1, 1_000_000),
    ("mg", "M", 1, 1, 1_000),
    ("g", "M", 1, 1, 1),
    ("kg", "M", 1, 1_000, 1),
    ("t", "M", 1, 1_000_000, 1),
    ("wt", "M", 1, 10_000_000_000, 1), // 万吨
    ("tCO2e", "CO2e", 1, 1_000, 1),
    ("kgCO2e", "CO2e", 1, 1, 1),
    ("wtCO2e", "CO2e", 1, 10_000_000, 1),
    ("tce", "coal", 1, 1_000, 1),
    ("kgce", "coal", 1, 1, 1),
    ("um", "L", 1, 1, 1_000_000),
    ("mm", "L", 1, 1, 1_000),
    ("pt", "L", 1, 127, 360_000), // size of type: 1/72 of 25.4 mm
    ("cm", "L", 1, 1, 100),
    ("dm", "L", 1, 1, 10),
    ("m", "L", 1, 1, 1),
    ("km", "L", 1, 1_000, 1),
    ("ha", "L", 2, 10_000, 1),
    ("L", "L", 3, 1, 1_000),
    ("mL", "L", 3, 1, 1_000_000),
    ("100mL", "L", 3, 1, 10_000), // the volume bacteria are counted in
    ("ft", "L", 1, 3_048, 10_000),
    ("in", "L", 1, 254, 10_000),
    ("gal", "L", 3, 3_785_411_784, 1_000_000_000_000), // US gallon
    ("wstere", "L", 3, 10_000, 1),                     // 万立方米; a symbol ending in 3 would be read as a power
    ("s", "T", 1, 1, 1),
    ("min", "T", 1, 60, 1),
    ("h", "T", 1, 3_600, 1),
    ("d", "T", 1, 86_400, 1),
    ("a", "year", 1, 1, 1), // a calendar year has no fixed number of days
    ("month", "year", 1, 1, 12),
    ("mol", "N", 1, 1, 1),
    ("mmol", "N", 1, 1, 1_000),
    ("Bq", "Bq", 1, 1, 1),
    ("mBq", "Bq", 1, 1, 1_000),
    ("kBq", "Bq", 1, 1_000, 1),
    ("Gy", "Gy", 1, 1, 1),
    ("nGy", "Gy", 1, 1, 1_000_000_000),
    ("uGy", "Gy", 1, 1, 1_000_000),
    ("Sv", "Sv", 1, 1, 1),
    ("mSv", "Sv", 1, 1, 1_000),
    ("uSv", "Sv", 1, 1, 1_000_000),
    ("nSv", "Sv", 1, 1, 1_000_000_000),
    ("Pa", "Pa", 1, 1, 1),
    ("hPa", "Pa", 1, 100, 1),
    ("kPa", "Pa", 1, 1_000, 1),
    ("J", "J", 1, 1, 1),
    ("kJ", "J", 1, 1_000, 1),
    ("MJ", "J", 1, 1_000_000, 1),
    ("GJ", "J", 1, 1_000_000_000, 1),
    ("TJ", "J", 1, 1_000_000_000_000, 1),
    ("kWh", "J", 1, 3_600_000, 1),
    ("MWh", "J", 1, 3_600_000_000, 1),
    ("W", "W", 1, 1, 1),
    ("kW", "W", 1, 1_000, 1),
    ("V", "V", 1, 1, 1),
    ("kV", "V", 1, 1_000, 1),
    ("mV", "V", 1, 1, 1_000),
    ("A", "A", 1, 1, 1),
    ("uT", "tesla", 1, 1, 1_000_000),
    ("Hz", "Hz", 1, 1, 1),
    ("kHz", "Hz", 1, 1_000, 1),
    ("MHz", "Hz", 1, 1_000_000, 1),
    ("GHz", "Hz", 1, 1_000_000_000, 1),
    ("uS", "siemens", 1, 1, 1_000_000),
    ("mS", "siemens", 1, 1, 1_000),
    ("S", "siemens", 1, 1, 1),
    // A share is a plain number: power 0, so that % and 1, kg/t and permille convert into each other.
    ("%", "share", 0, 1, 100),
    ("permille", "share", 0, 1, 1_000),
    ("ppm", "share", 0, 1, 1_000_000),
    ("ppb", "share", 0, 1, 1_000_000_000),
    ("1", "share", 0, 1, 1),
    ("C", "celsius", 1, 1, 1),
    ("K", "kelvin", 1, 1, 1),
    ("dB", "dB", 1, 1, 1),
    ("dB(A)", "dB(A)", 1, 1, 1),
    ("pH", "pH", 1, 1, 1),
    ("NTU", "NTU", 1, 1, 1),
    ("CFU", "CFU", 1, 1, 1),
    ("MPN", "MPN", 1, 1, 1),
    ("cell", "cell", 1, 1, 1),
    ("wcell", "cell", 1, 10_000, 1), // 万个
    ("PtCo", "colour", 1, 1, 1),     // 铂钴色度单位
    ("head", "head", 1, 1, 1),       // 头、只
    ("degree", "degree", 1, 1, 1),
    ("yuan", "yuan", 1, 1, 1),
    ("wyuan", "yuan", 1, 10_000, 1), // 万元
];

/// Spellings met in tables and packets, and the code used inside.
const ALIASES: &[(&str, &str)] = &[
    ("微克/立方米", "ug/m3"),
    ("毫克/立方米", "mg/m3"),
    ("毫克/升", "mg/L"),
    ("微克/升", "ug/L"),
    ("毫克/千克", "mg/kg"),
    ("吨", "t"),
    ("万吨", "wt"),
    ("千克", "kg"),
    ("公斤", "kg"),
    ("立方米", "m3"),
    ("万立方米", "wstere"),
    ("万m3", "wstere"),
    ("平方公里", "km2"),
    ("公里", "km"),
    ("公顷", "ha"),
    ("米", "m"),
    ("分贝", "dB(A)"),
    ("元", "yuan"),
    ("万元", "wyuan"),
    ("无量纲", "1"),
    ("none", "1"),
    ("-", "1"),
    ("℃", "C"),
    ("°C", "C"),
    ("‰", "permille"),
    ("个/L", "cell/L"),
    ("万个/L", "wcell/L"),
    ("铂钴色度单位", "PtCo"),
    ("mg/l", "mg/L"),
    ("ug/l", "ug/L"),
];

impl Unit {
    /// Reads a unit in the spellings people use (`μg/m³`, `微克/立方米`, `mg/l`) into its one code.
    ///
    /// # Errors
    /// [`UnitError::Unknown`] when a symbol is not known here.
    pub fn parse(text: &str) -> Result<Self, UnitError> {
        let mut code = String::with_capacity(text.len());
        for c in text.trim().chars() {
            match c {
                'μ' | 'µ' => code.push('u'),
                '²' => code.push('2'),
                '³' => code.push('3'),
                '·' | '⋅' | '•' | '*' => code.push('.'),
                '％' => code.push('%'),
                '／' => code.push('/'),
                '（' => code.push('('),
                '）' => code.push(')'),
                c if c.is_whitespace() => {}
                c => code.push(c),
            }
        }
        if !code.contains("dB") {
            code.retain(|c| c != '(' && c != ')'); // ug/(dm2.d): the brackets say what the order says
        }
        if let Some((_, known)) = ALIASES.iter().find(|(alias, _)| *alias == code) {
            code = (*known).to_string();
        }
        let unit = Self(code);
        if unit.0.is_empty() || unit.terms().is_none() {
            return Err(UnitError::Unknown(text.trim().to_string()));
        }
        Ok(unit)
    }

    /// The code: `ug/m3`.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// The label: `µg/m³`. The dimensionless unit has an empty one.
    pub fn label(&self) -> String {
        if self.0 == "1" {
            return String::new();
        }
        let term_label = |term: &str| {
            let (symbol, power) = split_power(term);
            let mark = match power {
                2 => "²",
                3 => "³",
                _ => "",
            };
            symbol_label(symbol) + mark
        };
        let side = |terms: &str| terms.split('.').map(term_label).collect::<Vec<_>>().join("·");
        match self.0.split_once('/') {
            None => side(&self.0),
            Some((above, below)) if below.contains('.') => {
                format!("{}/({})", side(above), side(&below.replace('/', ".")))
            }
            Some((above, below)) => format!(
                "{}/{}",
                side(above),
                below.split('/').map(side).collect::<Vec<_>>().join("/")
            ),
        }
    }

    /// Converts a value in this unit to another that measures the same thing, exactly.
    ///
    /// # Errors
    /// [`UnitError::Different`], or an overflow.
    pub fn convert(&self, value: Ratio, to: &Unit) -> Result<Ratio, UnitError> {
        if self == to {
            return Ok(value);
        }
        let different = || UnitError::Different {
            from: self.0.clone(),
            to: to.0.clone(),
        };
        let (a, b) = (self.terms().ok_or_else(different)?, to.terms().ok_or_else(different)?);
        let sorted = |mut v: Vec<(&'static str, i32)>| {
            v.sort_unstable();
            v
        };
        if sorted(a.0) != sorted(b.0) {
            return Err(different());
        }
        Ok(value.mul(a.1.div(b.1)?)?)
    }

    /// Dimensions with their powers, and the factor to the base; `None` for an unknown symbol.
    fn terms(&self) -> Option<(Vec<(&'static str, i32)>, Ratio)> {
        let (mut dims, mut factor) = (Vec::<(&'static str, i32)>::new(), Ratio::from(1));
        let mut sign = 1;
        for word in self.0.split_inclusive(['/', '.']) {
            let term = word.trim_end_matches(['/', '.']);
            let (symbol, power) = split_power(term);
            let &(_, dim, dim_power, num, den) = SYMBOLS.iter().find(|s| s.0 == symbol)?;
            let unit = Ratio::new(num, den).ok()?;
            for _ in 0..power {
                factor = if sign > 0 { factor.mul(unit) } else { factor.div(unit) }.ok()?;
            }
            let step = sign * power * dim_power;
            match dims.iter_mut().find(|d| d.0 == dim) {
                Some(d) => d.1 += step,
                None => dims.push((dim, step)),
            }
            if word.ends_with('/') {
                sign = -1;
            }
        }
        dims.retain(|d| d.1 != 0);
        Some((dims, factor))
    }
}

/// `m3` is (`m`, 3); `dB(A)` and `1` have no power.
fn split_power(term: &str) -> (&str, i32) {
    match term.as_bytes() {
        [.., a, b'2'] if a.is_ascii_alphabetic() => (&term[..term.len() - 1], 2),
        [.., a, b'3'] if a.is_ascii_alphabetic() => (&term[..term.len() - 1], 3),
        _ => (term, 1),
    }
}

fn symbol_label(symbol: &str) -> String {
    match symbol {
        "C" => "℃".into(),
        "permille" => "‰".into(),
        "wt" => "万t".into(),
        "wtCO2e" => "万tCO₂e".into(),
        "tCO2e" => "tCO₂e".into(),
        "kgCO2e" => "kgCO₂e".into(),
        "yuan" => "元".into(),
        "wyuan" => "万元".into(),
        "month" => "月".into(),
        "cell" => "个".into(),
        "wcell" => "万个".into(),
        "head" => "头".into(),
        "wstere" => "万m³".into(),
        "degree" => "°".into(),
        s => match s.strip_prefix('u') {
            Some(rest) if s.len() > 1 => format!("µ{rest}"),
            _ => s.to_string(),
        },
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for Unit {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}
