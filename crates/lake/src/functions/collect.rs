//! Aggregates that need every value of a group: `air_day_value` and `o3_8h_max` (the day value
//! of a pollutant by the law of that day), and `percentile_hj663`. They keep their values and hand them to the rules of `standards`.
//!
//! `air_day_value(factor, t, v)`: group by site and `day`; filter on `mark = 'N'`. Ozone (a05024) gives the largest
//! 8-hour mean, as `o3_8h_max(t, v)` does. `percentile_hj663(v, p)`: exact to nine decimals, to be rounded once for its use.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type, TimestampMicrosecondType};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, Signature, Volatility};
use figure::Decimal;
use law::Law;
use standards::air::{Pollutant, Rules};

use crate::air::{HoursOfDay, hours_of_day};
use crate::error::external;
use crate::row::{BEIJING_S, MAX_DECIMALS, date, day_number};
use crate::schema::time_type;

const VALUE: DataType = DataType::Decimal128(28, MAX_DECIMALS);
const SCALE: u32 = MAX_DECIMALS as u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    DayValue,
    Ozone,
    Percentile,
}

impl Kind {
    pub(super) const ALL: [Self; 3] = [Self::DayValue, Self::Ozone, Self::Percentile];

    const fn name(self) -> &'static str {
        match self {
            Self::DayValue => "air_day_value",
            Self::Ozone => "o3_8h_max",
            Self::Percentile => "percentile_hj663",
        }
    }
}

#[derive(Debug)]
pub(super) struct Collect {
    kind: Kind,
    law: Arc<Law>,
    signature: Signature,
}

impl Collect {
    pub(super) fn new(kind: Kind, law: Arc<Law>) -> Self {
        let types = match kind {
            Kind::DayValue => vec![DataType::Utf8, time_type(), VALUE],
            Kind::Ozone => vec![time_type(), VALUE],
            Kind::Percentile => vec![VALUE, DataType::Int64],
        };
        Self {
            kind,
            law,
            signature: Signature::exact(types, Volatility::Immutable),
        }
    }
}

impl PartialEq for Collect {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind && self.law.fingerprint() == other.law.fingerprint()
    }
}

impl Eq for Collect {}

impl Hash for Collect {
    fn hash<H: Hasher>(&self, h: &mut H) {
        self.kind.hash(h);
    }
}

impl AggregateUDFImpl for Collect {
    fn name(&self) -> &str {
        self.kind.name()
    }
    fn signature(&self) -> &Signature {
        &self.signature
    }
    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(VALUE)
    }
    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let list = |name: &str, item: DataType| {
            let item = Arc::new(Field::new_list_field(item, true));
            Arc::new(Field::new(format!("{}[{name}]", args.name), DataType::List(item), true))
        };
        Ok(vec![
            list("values", VALUE),
            list("times", DataType::Int64),
            Arc::new(Field::new(format!("{}[what]", args.name), DataType::Utf8, true)),
        ])
    }
    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Kept {
            kind: self.kind,
            law: self.law.clone(),
            values: vec![],
            times: vec![],
            what: None,
        }))
    }
}

/// The values of one group.
#[derive(Debug)]
struct Kept {
    kind: Kind,
    law: Arc<Law>,
    /// At [`SCALE`].
    values: Vec<i128>,
    /// Seconds UTC.
    times: Vec<i64>,
    /// The factor, or the percentage.
    what: Option<String>,
}

impl Kept {
    fn says(&mut self, what: &str) -> Result<()> {
        match &self.what {
            Some(w) if w != what => {
                exec_err!("{}: `{w}` and `{what}` in one group", self.kind.name())
            }
            Some(_) => Ok(()),
            None => {
                self.what = Some(what.to_owned());
                Ok(())
            }
        }
    }

    fn hours(&mut self, t: &ArrayRef, v: &ArrayRef) {
        let (t, v) = (
            t.as_primitive::<TimestampMicrosecondType>(),
            v.as_primitive::<Decimal128Type>(),
        );
        for i in (0..v.len()).filter(|i| v.is_valid(*i) && t.is_valid(*i)) {
            self.values.push(v.value(i));
            self.times.push(t.value(i).div_euclid(1_000_000));
        }
    }

    fn decimals(&self) -> Result<Vec<Decimal>> {
        self.values
            .iter()
            .map(|v| Decimal::new(*v, SCALE).map_err(external))
            .collect()
    }

    fn day_value(&self) -> Result<Option<Decimal>> {
        let (Some(factor), Some(first)) = (&self.what, self.times.first()) else {
            return Ok(None);
        };
        let day = day_number(*first);
        let rules = Rules::at(&self.law, date(day), "").map_err(external)?;
        let mut hours: HoursOfDay = [None; 24];
        for (t, v) in self.times.iter().zip(self.decimals()?) {
            if day_number(*t) != day {
                return exec_err!("air_day_value: times of several days in one group; group by `day` too");
            }
            let hour = ((t + BEIJING_S).rem_euclid(86_400) / 3600) as usize;
            if hours[hour].replace(v).is_some() {
                return exec_err!("air_day_value: an hour comes twice in one group; group by site and origin too");
            }
        }
        hours_of_day(&rules, factor, &hours).map_err(external)
    }

    fn percentile(&self) -> Result<Option<Decimal>> {
        let Some(p) = &self.what else { return Ok(None) };
        let p = Decimal::parse(p).map_err(external)?;
        // The formula of HJ 663 does not change with the day, so that no day is asked for.
        let rules = crate::air::newest(&self.law).map_err(external)?;
        let exact = rules.percentile(&self.decimals()?, p).map_err(external)?;
        exact
            .map(|r| figure::gbt8170(r, i32::from(MAX_DECIMALS)).map_err(external))
            .transpose()
    }
}

impl Accumulator for Kept {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        match self.kind {
            Kind::DayValue => {
                let factor = values[0].as_string::<i32>();
                for i in (0..factor.len()).filter(|i| factor.is_valid(*i)) {
                    self.says(factor.value(i))?;
                }
                self.hours(&values[1], &values[2]);
            }
            Kind::Ozone => {
                self.says(crate::air::factor_code(Pollutant::O3))?;
                self.hours(&values[0], &values[1]);
            }
            Kind::Percentile => {
                let (v, p) = (
                    values[0].as_primitive::<Decimal128Type>(),
                    values[1].as_primitive::<Int64Type>(),
                );
                for i in (0..v.len()).filter(|i| v.is_valid(*i) && p.is_valid(*i)) {
                    self.says(&p.value(i).to_string())?;
                    self.values.push(v.value(i));
                }
            }
        }
        Ok(())
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let (values, times) = (states[0].as_list::<i32>(), states[1].as_list::<i32>());
        let what = states[2].as_string::<i32>();
        for i in 0..what.len() {
            if what.is_valid(i) {
                self.says(what.value(i))?;
            }
            if values.is_valid(i) {
                self.values
                    .extend(values.value(i).as_primitive::<Decimal128Type>().values());
            }
            if times.is_valid(i) {
                self.times.extend(times.value(i).as_primitive::<Int64Type>().values());
            }
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        let done = match self.kind {
            Kind::DayValue | Kind::Ozone => self.day_value()?,
            Kind::Percentile => self.percentile()?,
        };
        Ok(ScalarValue::Decimal128(
            done.and_then(|d| d.at_scale(SCALE)),
            28,
            MAX_DECIMALS,
        ))
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let values: Vec<ScalarValue> = self
            .values
            .iter()
            .map(|v| ScalarValue::Decimal128(Some(*v), 28, MAX_DECIMALS))
            .collect();
        let times: Vec<ScalarValue> = self.times.iter().map(|t| ScalarValue::Int64(Some(*t))).collect();
        Ok(vec![
            ScalarValue::List(ScalarValue::new_list_nullable(&values, &VALUE)),
            ScalarValue::List(ScalarValue::new_list_nullable(&times, &DataType::Int64)),
            ScalarValue::Utf8(self.what.clone()),
        ])
    }

    fn size(&self) -> usize {
        std::mem::size_of_val(self) + self.values.capacity() * 16 + self.times.capacity() * 8
    }
}
