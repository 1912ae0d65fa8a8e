//! `valid_mean(v, least, decimals)`: the mean of the values that are there, NULL with fewer than `least` of them,
//! rounded once by GB/T 8170. Values are added as integers.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Decimal128Array, Int64Array};
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Field, FieldRef, Int64Type};
use datafusion::common::{Result, ScalarValue, exec_err};
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{Accumulator, AggregateUDFImpl, EmitTo, GroupsAccumulator, Signature, Volatility};
use datafusion::physical_expr::expressions::Literal;

use crate::error::external;
use crate::row::MAX_DECIMALS;

const VALUE: DataType = DataType::Decimal128(28, MAX_DECIMALS);
const SUM: DataType = DataType::Decimal128(38, MAX_DECIMALS);

#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct ValidMean {
    signature: Signature,
}

impl Default for ValidMean {
    fn default() -> Self {
        let types = vec![VALUE, DataType::Int64, DataType::Int64];
        Self {
            signature: Signature::exact(types, Volatility::Immutable),
        }
    }
}

fn literal(args: &AccumulatorArgs, i: usize) -> Result<i64> {
    match args
        .exprs
        .get(i)
        .and_then(|e| e.downcast_ref::<Literal>())
        .map(Literal::value)
    {
        Some(ScalarValue::Int64(Some(n))) => Ok(*n),
        _ => exec_err!(
            "valid_mean(v, least, decimals): argument {} must be a whole number, the same for all rows",
            i + 1
        ),
    }
}

impl AggregateUDFImpl for ValidMean {
    fn name(&self) -> &str {
        "valid_mean"
    }
    fn signature(&self) -> &Signature {
        &self.signature
    }
    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(VALUE)
    }
    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        Ok(vec![
            Arc::new(Field::new(format!("{}[sum]", args.name), SUM, true)),
            Arc::new(Field::new(format!("{}[n]", args.name), DataType::Int64, true)),
        ])
    }
    fn accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(One(Groups::new(&args)?)))
    }
    fn groups_accumulator_supported(&self, _: AccumulatorArgs) -> bool {
        true
    }
    fn create_groups_accumulator(&self, args: AccumulatorArgs) -> Result<Box<dyn GroupsAccumulator>> {
        Ok(Box::new(Groups::new(&args)?))
    }
}

#[derive(Debug)]
struct Groups {
    least: i64,
    decimals: i32,
    sum: Vec<i128>,
    n: Vec<i64>,
}

impl Groups {
    fn new(args: &AccumulatorArgs) -> Result<Self> {
        let (least, decimals) = (literal(args, 1)?.max(1), literal(args, 2)?);
        if !(0..=i64::from(MAX_DECIMALS)).contains(&decimals) {
            return exec_err!("valid_mean: {decimals} decimals; 0 to {MAX_DECIMALS} are allowed");
        }
        Ok(Self {
            least,
            decimals: decimals as i32,
            sum: vec![],
            n: vec![],
        })
    }

    fn mean(&self, sum: i128, n: i64) -> Result<Option<i128>> {
        if n < self.least {
            return Ok(None);
        }
        let mean = figure::mean(sum, n.unsigned_abs(), MAX_DECIMALS.unsigned_abs().into());
        let rounded = mean.and_then(|m| figure::gbt8170(m, self.decimals)).map_err(external)?;
        Ok(rounded.at_scale(MAX_DECIMALS.unsigned_abs().into()))
    }
}

impl GroupsAccumulator for Groups {
    fn update_batch(
        &mut self,
        values: &[ArrayRef],
        groups: &[usize],
        filter: Option<&BooleanArray>,
        total: usize,
    ) -> Result<()> {
        self.sum.resize(total, 0);
        self.n.resize(total, 0);
        let v = values[0].as_primitive::<Decimal128Type>();
        for (row, &g) in groups.iter().enumerate() {
            if v.is_valid(row) && filter.is_none_or(|f| f.is_valid(row) && f.value(row)) {
                // A value has at most 28 digits: ten thousand million of them still fit.
                self.sum[g] += v.value(row);
                self.n[g] += 1;
            }
        }
        Ok(())
    }
    fn merge_batch(&mut self, values: &[ArrayRef], groups: &[usize], total: usize) -> Result<()> {
        self.sum.resize(total, 0);
        self.n.resize(total, 0);
        let (s, n) = (
            values[0].as_primitive::<Decimal128Type>(),
            values[1].as_primitive::<Int64Type>(),
        );
        for (row, &g) in groups.iter().enumerate() {
            self.sum[g] += s.value(row);
            self.n[g] += n.value(row);
        }
        Ok(())
    }
    fn evaluate(&mut self, emit: EmitTo) -> Result<ArrayRef> {
        let (s, n) = (emit.take_needed(&mut self.sum), emit.take_needed(&mut self.n));
        let out = s
            .into_iter()
            .zip(n)
            .map(|(s, n)| self.mean(s, n))
            .collect::<Result<Decimal128Array>>()?;
        Ok(Arc::new(out.with_data_type(VALUE)))
    }
    fn state(&mut self, emit: EmitTo) -> Result<Vec<ArrayRef>> {
        let s = Decimal128Array::from(emit.take_needed(&mut self.sum)).with_data_type(SUM);
        Ok(vec![
            Arc::new(s),
            Arc::new(Int64Array::from(emit.take_needed(&mut self.n))),
        ])
    }
    fn convert_to_state(&self, values: &[ArrayRef], filter: Option<&BooleanArray>) -> Result<Vec<ArrayRef>> {
        let rows = values[0].len();
        let mut each = Self {
            least: self.least,
            decimals: self.decimals,
            sum: vec![],
            n: vec![],
        };
        each.update_batch(values, &(0..rows).collect::<Vec<_>>(), filter, rows)?;
        each.state(EmitTo::All)
    }
    fn size(&self) -> usize {
        self.sum.capacity() * 16 + self.n.capacity() * 8
    }
}

/// The same for one group.
#[derive(Debug)]
struct One(Groups);

impl Accumulator for One {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let rows = vec![0; values[0].len()];
        self.0.update_batch(values, &rows, None, 1)
    }
    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let rows = vec![0; states[0].len()];
        self.0.merge_batch(states, &rows, 1)
    }
    fn evaluate(&mut self) -> Result<ScalarValue> {
        let (s, n) = (
            self.0.sum.first().copied().unwrap_or(0),
            self.0.n.first().copied().unwrap_or(0),
        );
        Ok(ScalarValue::Decimal128(self.0.mean(s, n)?, 28, MAX_DECIMALS))
    }
    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let (s, n) = (
            self.0.sum.first().copied().unwrap_or(0),
            self.0.n.first().copied().unwrap_or(0),
        );
        Ok(vec![
            ScalarValue::Decimal128(Some(s), 38, MAX_DECIMALS),
            ScalarValue::Int64(Some(n)),
        ])
    }
    fn size(&self) -> usize {
        std::mem::size_of_val(self) + self.0.size()
    }
}
