//! The arguments of a call as columns: numbers taken as exact decimals without a detour over text, and words.

use datafusion::arrow::array::{Array, ArrayRef, AsArray, Decimal128Array, Float64Array, Int64Array, StringViewArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type, Float64Type, Int64Type};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::ColumnarValue;
use figure::{Decimal, NumberError};
use standards::{ArgKind, Function};

use super::bulk::Number;

/// A column of numbers.
pub(super) enum Numbers {
    Exact(Decimal128Array, u32),
    Whole(Int64Array),
    /// The shortest decimal that reads back as the float, as everywhere in the house.
    Float(Float64Array),
}

/// A column of numbers, or a reason why it is none.
enum Taken {
    Numbers(Numbers),
    /// NULL throughout.
    Null,
    /// Texts (which may say `<0.01`): then each row is read as text.
    Texts,
}

impl Taken {
    fn of(column: &ArrayRef) -> Result<Self> {
        if column.null_count() == column.len() {
            return Ok(Self::Null);
        }
        Ok(Self::Numbers(match column.data_type() {
            DataType::Null => return Ok(Self::Null),
            DataType::Decimal128(_, scale) if *scale >= 0 => Numbers::Exact(
                column.as_primitive::<Decimal128Type>().clone(),
                u32::from(scale.unsigned_abs()),
            ),
            DataType::Float64 | DataType::Float32 => {
                Numbers::Float(cast(column, &DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            t if t.is_integer() && *t != DataType::UInt64 => {
                Numbers::Whole(cast(column, &DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            _ => return Ok(Self::Texts),
        }))
    }
}

impl Numbers {
    /// How many decimals all numbers have; none where each has its own.
    pub(super) fn scale(&self) -> Option<u32> {
        match self {
            Self::Exact(_, scale) => Some(*scale),
            Self::Whole(_) => Some(0),
            Self::Float(_) => None,
        }
    }

    /// Every number with its row.
    pub(super) fn each(&self, mut take: impl FnMut(usize, Result<Number, NumberError>)) {
        match self {
            Self::Exact(a, _) => valid(a.values(), a, |row, v| take(row, Ok(Number::Scaled(*v)))),
            Self::Whole(a) => valid(a.values(), a, |row, v| take(row, Ok(Number::Scaled(i128::from(*v))))),
            Self::Float(a) => valid(a.values(), a, |row, v| {
                take(row, Decimal::from_f64_shortest(*v).map(Number::Decimal));
            }),
        }
    }

    /// The number of a row.
    pub(super) fn at(&self, row: usize) -> Result<Option<Decimal>, NumberError> {
        match self {
            Self::Exact(a, scale) => a.is_valid(row).then(|| Decimal::new(a.value(row), *scale)),
            Self::Whole(a) => a.is_valid(row).then(|| Ok(Decimal::from_int(a.value(row)))),
            Self::Float(a) => a.is_valid(row).then(|| Decimal::from_f64_shortest(a.value(row))),
        }
        .transpose()
    }

    fn is_null(&self, row: usize) -> bool {
        match self {
            Self::Exact(a, _) => a.is_null(row),
            Self::Whole(a) => a.is_null(row),
            Self::Float(a) => a.is_null(row),
        }
    }
}

fn valid<T>(values: &[T], array: &dyn Array, mut take: impl FnMut(usize, &T)) {
    let nulls = array.nulls();
    for (row, v) in values.iter().enumerate() {
        if nulls.is_none_or(|n| n.is_valid(row)) {
            take(row, v);
        }
    }
}

/// The words of one place.
enum Words {
    One(Option<String>),
    Each(StringViewArray),
}

/// The columns of a call. Places are those of the declared arguments, then the day and the division.
pub(super) struct Batch {
    pub rows: usize,
    /// The columns of numbers that are not NULL throughout, with their places.
    pub numbers: Vec<(usize, Numbers)>,
    /// One for every place; nothing in those of numbers.
    words: Vec<Words>,
    /// Required places that are NULL in some rows.
    sparse: Vec<Sparse>,
    /// Whether a required argument is NULL throughout.
    empty: bool,
}

/// A required place: the index of its numbers, or the place of its words.
enum Sparse {
    Number(usize),
    Words(usize),
}

impl Batch {
    /// None if a number comes as text. `today` is the day where none is given.
    pub(super) fn of(function: &Function, given: &[ColumnarValue], rows: usize, today: &str) -> Result<Option<Self>> {
        let declared = function.args.len();
        let mut batch = Self {
            rows,
            numbers: vec![],
            words: (0..declared + 2).map(|_| Words::One(None)).collect(),
            sparse: vec![],
            empty: false,
        };
        for (place, column) in given.iter().enumerate() {
            if function.args.get(place).is_some_and(|a| a.kind == ArgKind::Number) {
                match Taken::of(&column.to_array(rows)?)? {
                    Taken::Numbers(n) => batch.numbers.push((place, n)),
                    Taken::Null => {}
                    Taken::Texts => return Ok(None),
                }
            } else if place < batch.words.len() {
                batch.words[place] = Words::of(column)?;
            }
        }
        batch.words[declared].or(today);
        for (place, arg) in function.args.iter().enumerate().filter(|(_, a)| a.required) {
            match (arg.kind, batch.numbers.iter().position(|(p, _)| *p == place)) {
                (ArgKind::Number, Some(at)) => batch.sparse.push(Sparse::Number(at)),
                (ArgKind::Number, None) => batch.empty = true,
                (ArgKind::Text, _) => match &batch.words[place] {
                    Words::One(one) => batch.empty |= one.as_deref().is_none_or(blank),
                    Words::Each(_) => batch.sparse.push(Sparse::Words(place)),
                },
            }
        }
        Ok(Some(batch))
    }

    /// The places of words that are not the same in all rows.
    pub(super) fn changing(&self) -> Vec<usize> {
        let each = |p: &usize| matches!(self.words[*p], Words::Each(_));
        (0..self.words.len()).filter(each).collect()
    }

    /// The word at a place.
    pub(super) fn word(&self, place: usize, row: usize) -> Option<&str> {
        self.words.get(place)?.at(row)
    }

    /// Whether a required argument is missing: then the figure is NULL, as everywhere in SQL.
    pub(super) fn is_null(&self, row: usize) -> bool {
        self.empty
            || self.sparse.iter().any(|s| match s {
                Sparse::Number(at) => self.numbers[*at].1.is_null(row),
                Sparse::Words(place) => self.word(*place, row).is_none_or(blank),
            })
    }

    /// A row's arguments as texts: words and numbers.
    pub(super) fn texts(&self, function: &Function, row: usize) -> standards::Args {
        let word = |(place, a): (usize, &standards::Arg)| {
            let number = self.numbers.iter().find(|(p, _)| *p == place);
            let number = number
                .and_then(|(_, n)| n.at(row).ok().flatten())
                .map(|d| d.to_string());
            Some((a.name, number.or_else(|| self.word(place, row).map(str::to_string))?))
        };
        function.args.iter().enumerate().filter_map(word).collect()
    }
}

fn blank(text: &str) -> bool {
    text.trim().is_empty()
}

impl Words {
    fn of(column: &ColumnarValue) -> Result<Self> {
        Ok(match column {
            ColumnarValue::Scalar(one) => Self::One(match one.cast_to(&DataType::Utf8)? {
                ScalarValue::Utf8(text) => text,
                _ => None,
            }),
            ColumnarValue::Array(all) => Self::Each(cast(all, &DataType::Utf8View)?.as_string_view().clone()),
        })
    }

    fn at(&self, row: usize) -> Option<&str> {
        match self {
            Self::One(one) => one.as_deref(),
            Self::Each(all) => all.is_valid(row).then(|| all.value(row)),
        }
    }

    /// Puts a word where there is none.
    fn or(&mut self, word: &str) {
        match self {
            Self::One(one) => {
                one.get_or_insert_with(|| word.to_string());
            }
            Self::Each(all) if all.null_count() > 0 => *all = all.iter().map(|t| t.or(Some(word))).collect(),
            Self::Each(_) => {}
        }
    }
}
