//! Two plan nodes: merging files that meet, and turning stored columns into the columns of the SQL tables.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Int32Array, RecordBatch, RecordBatchOptions,
    TimestampMicrosecondArray,
};
use datafusion::arrow::compute::{filter_record_batch, take};
use datafusion::arrow::datatypes::{
    DataType, Field, Int32Type, Int64Type, Schema, SchemaRef, TimestampMicrosecondType,
};
use datafusion::common::Result;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::{EquivalenceProperties, PhysicalExpr};
use datafusion::physical_plan::execution_plan::{Boundedness, EmissionType};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, Partitioning, PlanProperties, ReplaceChildrenOptions,
};
use futures::{StreamExt, TryStreamExt};

use crate::error::external;
use crate::merge::Merger;
use crate::registry::Names;
use crate::row::MAX_DECIMALS;
use crate::schema::{col, file_schema, time_type};

fn properties(schema: SchemaRef, partitions: usize) -> Arc<PlanProperties> {
    Arc::new(PlanProperties::new(
        EquivalenceProperties::new(schema),
        Partitioning::UnknownPartitioning(partitions),
        EmissionType::Incremental,
        Boundedness::Bounded,
    ))
}

/// One cluster of files that meet.
#[derive(Debug, Clone)]
pub(crate) struct Cluster {
    /// One scan for each file, all columns.
    pub files: Vec<Arc<dyn ExecutionPlan>>,
    /// Sorted rows that are not in a file yet.
    pub unwritten: Option<RecordBatch>,
}

/// Current rows of clusters, a partition each. A leaf for the optimiser: it may neither sort, split nor
/// filter what is below, because only whole sorted files merge rightly.
#[derive(Debug)]
pub(crate) struct MergeExec {
    clusters: Vec<Cluster>,
    known: Option<i64>,
    projection: Vec<usize>,
    properties: Arc<PlanProperties>,
}

impl MergeExec {
    pub(crate) fn new(clusters: Vec<Cluster>, known: Option<i64>, projection: Vec<usize>) -> Result<Self> {
        let schema = Arc::new(file_schema().project(&projection)?);
        let properties = properties(schema, clusters.len());
        Ok(Self {
            clusters,
            known,
            projection,
            properties,
        })
    }
}

impl DisplayAs for MergeExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let files: Vec<usize> = self.clusters.iter().map(|c| c.files.len()).collect();
        write!(f, "MergeExec: files={files:?}, known={:?}", self.known)
    }
}

impl ExecutionPlan for MergeExec {
    fn name(&self) -> &str {
        "MergeExec"
    }
    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }
    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![]
    }
    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
    fn replace_children(
        self: Arc<Self>,
        _: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }
    fn with_new_children(self: Arc<Self>, _: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        Ok(self)
    }
    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let streams = streams(&self.clusters[partition], &context)?;
        let (known, projection) = (self.known, self.projection.clone());
        let merged = async move {
            let merger = Merger::new(streams, known, false).await?;
            Ok::<_, DataFusionError>(futures::stream::try_unfold(merger, |mut m| async move {
                Ok(m.next().await?.and_then(|b| b.current).map(|b| (b, m)))
            }))
        };
        let out = futures::stream::once(merged)
            .try_flatten()
            .map(move |b: Result<RecordBatch>| Ok(b?.project(&projection)?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), out)))
    }
}

/// The sorted inputs of a cluster.
pub(crate) fn streams(cluster: &Cluster, context: &Arc<TaskContext>) -> Result<Vec<SendableRecordBatchStream>> {
    let mut streams = cluster
        .files
        .iter()
        .map(|f| f.execute(0, context.clone()))
        .collect::<Result<Vec<_>>>()?;
    if let Some(batch) = cluster.unwritten.clone() {
        let rows = futures::stream::iter([Ok(batch)]);
        streams.push(Box::pin(RecordBatchStreamAdapter::new(file_schema(), rows)));
    }
    Ok(streams)
}

/// A column of the SQL tables `obs` and `obs_all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Out {
    Site,
    Factor,
    Period,
    Origin,
    Series,
    T,
    Day,
    V,
    Decimals,
    Mark,
    RecordedAt,
}

impl Out {
    pub(crate) const ALL: [Self; 11] = [
        Self::Site,
        Self::Factor,
        Self::Period,
        Self::Origin,
        Self::Series,
        Self::T,
        Self::Day,
        Self::V,
        Self::Decimals,
        Self::Mark,
        Self::RecordedAt,
    ];

    fn field(self) -> Field {
        let text = DataType::Utf8View;
        match self {
            Self::Site => Field::new("site", text, false),
            Self::Factor => Field::new("factor", text, false),
            Self::Period => Field::new("period", text, false),
            Self::Origin => Field::new("origin", text, false),
            Self::Series => Field::new("series", DataType::Int32, false),
            Self::T => Field::new("t", time_type(), false),
            Self::Day => Field::new("day", DataType::Date32, false),
            Self::V => Field::new("v", DataType::Decimal128(28, MAX_DECIMALS), true),
            Self::Decimals => Field::new("decimals", DataType::Int32, false),
            Self::Mark => Field::new("mark", text, false),
            Self::RecordedAt => Field::new("recorded_at", time_type(), false),
        }
    }

    /// Stored columns it is made of.
    fn stored(self) -> &'static [usize] {
        match self {
            Self::Site | Self::Factor | Self::Period | Self::Origin | Self::Series => &[col::SERIES],
            Self::T | Self::Day => &[col::T],
            Self::V => &[col::V, col::E],
            Self::Decimals => &[col::E],
            Self::Mark => &[col::MARK],
            Self::RecordedAt => &[col::T, col::DELAY],
        }
    }

    /// Schema of the SQL tables.
    pub(crate) fn schema(columns: &[Self]) -> SchemaRef {
        Arc::new(Schema::new(columns.iter().map(|c| c.field()).collect::<Vec<_>>()))
    }
}

/// Stored columns needed for some columns and a filter by series.
pub(crate) fn stored(columns: &[Out], masked: bool) -> Vec<usize> {
    let mut out: Vec<usize> = columns.iter().flat_map(|c| c.stored()).copied().collect();
    if masked {
        out.push(col::SERIES);
    }
    out.sort_unstable();
    out.dedup();
    out
}

/// Stored columns to SQL columns, keeping only the series asked for.
#[derive(Debug)]
pub(crate) struct DecodeExec {
    input: Arc<dyn ExecutionPlan>,
    decode: Arc<Decode>,
    properties: Arc<PlanProperties>,
}

#[derive(Debug)]
struct Decode {
    schema: SchemaRef,
    columns: Vec<Out>,
    names: Arc<Names>,
    /// By series number; none = all.
    mask: Option<Arc<Vec<bool>>>,
}

impl DecodeExec {
    /// `input` gives the columns [`stored`] of the same arguments.
    pub(crate) fn new(
        input: Arc<dyn ExecutionPlan>,
        columns: Vec<Out>,
        names: Arc<Names>,
        mask: Option<Arc<Vec<bool>>>,
    ) -> Self {
        let decode = Arc::new(Decode {
            schema: Out::schema(&columns),
            columns,
            names,
            mask,
        });
        Self::over(input, decode)
    }

    fn over(input: Arc<dyn ExecutionPlan>, decode: Arc<Decode>) -> Self {
        let partitions = input.properties().output_partitioning().partition_count();
        let properties = properties(decode.schema.clone(), partitions);
        Self {
            input,
            decode,
            properties,
        }
    }
}

impl DisplayAs for DecodeExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter) -> fmt::Result {
        let kept = self.decode.mask.as_ref().map(|m| m.iter().filter(|k| **k).count());
        write!(f, "DecodeExec: columns={:?}, series={kept:?}", self.decode.columns)
    }
}

impl ExecutionPlan for DecodeExec {
    fn name(&self) -> &str {
        "DecodeExec"
    }
    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }
    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }
    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
    fn replace_children(
        self: Arc<Self>,
        mut children: Vec<Arc<dyn ExecutionPlan>>,
        _: ReplaceChildrenOptions,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) => Ok(Arc::new(Self::over(input, self.decode.clone()))),
            None => Ok(self),
        }
    }
    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        match children.pop() {
            Some(input) => Ok(Arc::new(Self::over(input, self.decode.clone()))),
            None => Ok(self),
        }
    }
    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.input.execute(partition, context)?;
        let decode = self.decode.clone();
        let out = input.map(move |b| decode.batch(&b?));
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), out)))
    }
}

impl Decode {
    fn batch(&self, batch: &RecordBatch) -> Result<RecordBatch> {
        let kept;
        let mut batch = batch;
        if let Some(mask) = &self.mask {
            let series = int(batch, "series")?;
            let keep: BooleanArray = series
                .values()
                .iter()
                .map(|s| Some(mask.get(*s as usize).copied().unwrap_or(false)))
                .collect();
            if keep.true_count() < batch.num_rows() {
                kept = filter_record_batch(batch, &keep)?;
                batch = &kept;
            }
        }
        let columns = self
            .columns
            .iter()
            .map(|c| self.column(*c, batch))
            .collect::<Result<Vec<_>>>()?;
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        Ok(RecordBatch::try_new_with_options(self.schema.clone(), columns, &rows)?)
    }

    fn column(&self, out: Out, batch: &RecordBatch) -> Result<ArrayRef> {
        let name = |names: &dyn datafusion::arrow::array::Array| -> Result<ArrayRef> {
            Ok(take(names, int(batch, "series")?, None)?)
        };
        Ok(match out {
            Out::Site => name(&self.names.site)?,
            Out::Factor => name(&self.names.factor)?,
            Out::Period => name(&self.names.period)?,
            Out::Origin => name(&self.names.origin)?,
            Out::Series => column(batch, "series")?.clone(),
            Out::T => column(batch, "t")?.clone(),
            Out::Decimals => column(batch, "e")?.clone(),
            Out::Mark => take(&self.names.mark, int(batch, "mark")?, None)?,
            Out::Day => {
                let t = column(batch, "t")?.as_primitive::<TimestampMicrosecondType>();
                let day = |t: &i64| crate::row::day_number(t.div_euclid(1_000_000));
                Arc::new(Date32Array::from_iter_values(t.values().iter().map(day)))
            }
            Out::RecordedAt => {
                let t = column(batch, "t")?.as_primitive::<TimestampMicrosecondType>();
                let at = t.values().iter().zip(int(batch, "delay")?.values());
                let at = at.map(|(t, d)| t + i64::from(*d) * 1_000_000);
                Arc::new(TimestampMicrosecondArray::from_iter_values(at).with_timezone("UTC"))
            }
            Out::V => {
                let v = column(batch, "v")?.as_primitive::<Int64Type>();
                let e = int(batch, "e")?;
                let scaled = v.iter().zip(e.values()).map(|(v, e)| v.map(|v| i128::from(v) * up(*e)));
                let out: Decimal128Array = scaled.collect();
                Arc::new(out.with_precision_and_scale(28, MAX_DECIMALS)?)
            }
        })
    }
}

/// 10^(MAX_DECIMALS − e); `Row::check` has kept e within 0 and MAX_DECIMALS.
fn up(e: i32) -> i128 {
    const POWERS: [i128; 10] = [
        1_000_000_000,
        100_000_000,
        10_000_000,
        1_000_000,
        100_000,
        10_000,
        1_000,
        100,
        10,
        1,
    ];
    POWERS.get(e as usize).copied().unwrap_or(1)
}

fn column<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a ArrayRef> {
    let missing = || crate::error::LakeError::Rule(format!("column {name} was not read"));
    batch.column_by_name(name).ok_or_else(missing).map_err(external)
}

fn int<'a>(batch: &'a RecordBatch, name: &str) -> Result<&'a Int32Array> {
    Ok(column(batch, name)?.as_primitive::<Int32Type>())
}
