//! Arguments that come as columns of numbers, taken as exact decimals without a detour over text.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, exec_datafusion_err};
use figure::Decimal;

/// A column of numbers.
pub(super) enum Numbers {
    Exact(Decimal128Array, u32),
    Whole(Int64Array),
    /// The shortest decimal that reads back as the float, as everywhere in the house.
    Float(Float64Array),
    /// The column is NULL throughout.
    Null,
}

impl Numbers {
    /// None if the column holds texts (which may say `<0.01`): then each row is read as text.
    pub(super) fn of(column: &ArrayRef) -> Result<Option<Self>> {
        Ok(match column.data_type() {
            DataType::Null => Some(Self::Null),
            DataType::Decimal128(_, scale) if *scale >= 0 => Some(Self::Exact(
                column.as_primitive::<Decimal128Type>().clone(),
                u32::from(scale.unsigned_abs()),
            )),
            DataType::Float64 | DataType::Float32 => Some(Self::Float(
                cast(column, &DataType::Float64)?.as_primitive::<Float64Type>().clone(),
            )),
            t if t.is_integer() && *t != DataType::UInt64 => Some(Self::Whole(
                cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone(),
            )),
            _ => None,
        })
    }

    /// The number of a row.
    pub(super) fn at(&self, row: usize) -> Result<Option<Decimal>> {
        let number = match self {
            Self::Exact(a, scale) => a.is_valid(row).then(|| Decimal::new(a.value(row), *scale)),
            Self::Whole(a) => a.is_valid(row).then(|| Ok(Decimal::from_int(a.value(row)))),
            Self::Float(a) => a.is_valid(row).then(|| Decimal::from_f64_shortest(a.value(row))),
            Self::Null => None,
        };
        number
            .transpose()
            .map_err(|e| exec_datafusion_err!("row {} of the batch: {e}", row + 1))
    }
}
