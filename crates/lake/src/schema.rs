//! The columns of the table `obs` and how each is encoded.
//!
//! One observation costs about 1.5 bytes because of four choices: values are scaled integers
//! (a delta of small integers packs into a few bits), the time of knowing is kept as a delay in seconds, rows
//! are sorted by series and time, and small repeating columns use dictionaries.

use std::cmp::Reverse;
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray, Int32Array, Int64Array, RecordBatch, TimestampMicrosecondArray,
};
use datafusion::arrow::buffer::ScalarBuffer;
use datafusion::arrow::datatypes::{
    DataType, Field, Int32Type, Int64Type, Schema, SchemaRef, TimeUnit, TimestampMicrosecondType,
};
use datafusion::parquet::basic::{Compression, Encoding, ZstdLevel};
use datafusion::parquet::file::properties::{EnabledStatistics, WriterProperties};
use deltalake_core::kernel::{DataType as Kind, PrimitiveType};

use crate::error::Result;
use crate::row::{Key, Row};

/// Rows to a Parquet row group.
pub(crate) const GROUP_ROWS: usize = 1 << 17;
/// Rows to a page: small enough that one series of one month is found without unpacking its neighbours.
pub(crate) const PAGE_ROWS: usize = 8192;
/// Rows to a file; a partition larger than this is several files.
pub(crate) const FILE_ROWS: usize = 1 << 22;
/// More different delays than this in a file and the delta encoding is smaller than a dictionary:
/// a file import gives every hour its own delay, a live feed gives a few dozen.
const DICTIONARY_DELAYS: usize = 512;

/// Position of the columns in a file.
pub(crate) mod col {
    pub const SERIES: usize = 0;
    pub const T: usize = 1;
    pub const V: usize = 2;
    pub const E: usize = 3;
    pub const MARK: usize = 4;
    pub const DELAY: usize = 5;
}

pub(crate) fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// Columns inside a file (the partition columns `month` and `state` stand in the path).
pub(crate) fn file_schema() -> SchemaRef {
    Arc::new(Schema::new(vec![
        Field::new("series", DataType::Int32, true),
        Field::new("t", time_type(), true),
        Field::new("v", DataType::Int64, true),
        Field::new("e", DataType::Int32, true),
        Field::new("mark", DataType::Int32, true),
        Field::new("delay", DataType::Int32, true),
    ]))
}

/// The same as Delta knows it. Delta has no unsigned integers and only microseconds.
pub(crate) fn delta_columns() -> Vec<(&'static str, Kind)> {
    use PrimitiveType::*;
    [
        ("series", Integer),
        ("t", Timestamp),
        ("v", Long),
        ("e", Integer),
        ("mark", Integer),
        ("delay", Integer),
        ("month", Integer),
        ("state", Integer),
    ]
    .map(|(n, k)| (n, Kind::Primitive(k)))
    .to_vec()
}

/// How a file is written; `delays` = number of different delays seen (a lower bound is enough).
pub(crate) fn writer_properties(delays: usize) -> Result<WriterProperties> {
    let mut b = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_dictionary_enabled(false)
        .set_column_dictionary_enabled("e".into(), true)
        .set_column_dictionary_enabled("mark".into(), true)
        .set_column_encoding("series".into(), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding("t".into(), Encoding::DELTA_BINARY_PACKED)
        .set_column_encoding("v".into(), Encoding::DELTA_BINARY_PACKED)
        // Only these two are ever searched by; bounds of the others would cost 0.03 bytes a row.
        .set_statistics_enabled(EnabledStatistics::None)
        .set_column_statistics_enabled("series".into(), EnabledStatistics::Page)
        .set_column_statistics_enabled("t".into(), EnabledStatistics::Page)
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS);
    b = if delays <= DICTIONARY_DELAYS {
        b.set_column_dictionary_enabled("delay".into(), true)
    } else {
        b.set_column_encoding("delay".into(), Encoding::DELTA_BINARY_PACKED)
    };
    Ok(b.build())
}

/// Rows as one batch of [`file_schema`].
pub(crate) fn batch(rows: &[Row]) -> Result<RecordBatch> {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(rows.iter().map(|r| r.series).collect::<Int32Array>()),
        Arc::new(
            TimestampMicrosecondArray::from_iter_values(rows.iter().map(|r| r.t * 1_000_000)).with_timezone("UTC"),
        ),
        Arc::new(rows.iter().map(|r| r.v).collect::<Int64Array>()),
        Arc::new(rows.iter().map(|r| i32::from(r.e)).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|r| i32::from(r.mark)).collect::<Int32Array>()),
        Arc::new(rows.iter().map(|r| r.delay()).collect::<Int32Array>()),
    ];
    Ok(RecordBatch::try_new(file_schema(), columns)?)
}

/// A batch of [`file_schema`] with its columns at hand: what merging and aggregation read row by row.
pub(crate) struct Columns {
    pub series: ScalarBuffer<i32>,
    /// Microseconds.
    pub t: ScalarBuffer<i64>,
    pub v: Int64Array,
    pub e: ScalarBuffer<i32>,
    pub mark: ScalarBuffer<i32>,
    pub delay: ScalarBuffer<i32>,
}

impl Columns {
    pub(crate) fn of(batch: &RecordBatch) -> Self {
        let int = |i: usize| batch.column(i).as_primitive::<Int32Type>().values().clone();
        Self {
            series: int(col::SERIES),
            t: batch
                .column(col::T)
                .as_primitive::<TimestampMicrosecondType>()
                .values()
                .clone(),
            v: batch.column(col::V).as_primitive::<Int64Type>().clone(),
            e: int(col::E),
            mark: int(col::MARK),
            delay: int(col::DELAY),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.series.len()
    }

    /// Seconds UTC.
    pub(crate) fn recorded(&self, i: usize) -> i64 {
        self.t[i].div_euclid(1_000_000) + i64::from(self.delay[i])
    }

    pub(crate) fn value(&self, i: usize) -> Option<i64> {
        self.v.is_valid(i).then(|| self.v.value(i))
    }

    pub(crate) fn key(&self, i: usize) -> Key {
        (
            self.series[i],
            self.t[i],
            Reverse(self.delay[i]),
            Reverse(self.value(i)),
            Reverse(self.e[i]),
            Reverse(self.mark[i]),
        )
    }

    pub(crate) fn row(&self, i: usize) -> Row {
        Row {
            series: self.series[i],
            t: self.t[i].div_euclid(1_000_000),
            v: self.value(i),
            e: self.e[i] as i8,
            mark: self.mark[i] as i16,
            recorded: self.recorded(i),
        }
    }
}
