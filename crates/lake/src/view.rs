//! The SQL tables `obs` (one row for each series and time) and `obs_all` (every row ever recorded).

use std::sync::Arc;

use async_trait::async_trait;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::empty::EmptyExec;
use datafusion::physical_plan::union::UnionExec;

use crate::exec::{Cluster, DecodeExec, MergeExec, Out, stored};
use crate::files::{FileEntry, Files};
use crate::filters;
use crate::plan;
use crate::registry::Names;
use crate::schema::file_schema;

/// Which rows are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    /// The latest recorded of each series and time, of all or of those recorded up to a time (seconds UTC).
    Latest(Option<i64>),
    /// Every row.
    All,
}

/// A pinned state of the observations: any number of questions see the same rows.
#[derive(Debug, Clone)]
pub(crate) struct Pinned {
    pub root: Arc<str>,
    pub files: Arc<Files>,
    /// Rows not yet in a file, sorted.
    pub unwritten: Option<RecordBatch>,
    pub names: Arc<Names>,
}

#[derive(Debug)]
pub(crate) struct ObsTable {
    pub(crate) pinned: Pinned,
    pub(crate) seen: Seen,
}

impl ObsTable {
    /// Stored columns of the files in question, merged where they meet.
    pub(crate) fn stored(
        &self,
        session: &dyn Session,
        wanted: &filters::Wanted,
        columns: Vec<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let Pinned {
            root, files, unwritten, ..
        } = &self.pinned;
        let waiting = unwritten.as_ref().map_or(vec![], plan::waiting);
        let predicate = wanted.predicate(session)?;
        let partitions = session.config().target_partitions();
        let mut inputs: Vec<Arc<dyn ExecutionPlan>> = vec![];
        let reading = match self.seen {
            Seen::Latest(known) => plan::sort_out(files, &waiting, &wanted.needs, known),
            Seen::All => plan::everything(files, &wanted.needs),
        };
        if !reading.plain.is_empty() {
            inputs.push(plan::scan(
                session,
                root,
                &reading.plain,
                Some(columns.clone()),
                predicate.clone(),
                partitions,
            )?);
        }
        if let Seen::Latest(known) = self.seen {
            let scan = |f: &FileEntry| plan::scan(session, root, std::slice::from_ref(f), None, predicate.clone(), 1);
            let clusters = reading
                .merged
                .iter()
                .map(|(files, open)| {
                    let files = files.iter().map(scan).collect::<Result<Vec<_>>>()?;
                    Ok(Cluster {
                        files,
                        unwritten: unwritten.clone().filter(|_| *open),
                    })
                })
                .collect::<Result<Vec<_>>>()?;
            if !clusters.is_empty() {
                inputs.push(Arc::new(MergeExec::new(
                    one_unwritten(clusters),
                    known,
                    columns.clone(),
                )?));
            }
        } else if let Some(batch) = unwritten {
            let batches = vec![vec![batch.clone()]];
            inputs.push(MemorySourceConfig::try_new_exec(
                &batches,
                file_schema(),
                Some(columns.clone()),
            )?);
        }
        match inputs.len() {
            0 => Ok(Arc::new(EmptyExec::new(Arc::new(file_schema().project(&columns)?)))),
            1 => Ok(inputs.remove(0)),
            _ => UnionExec::try_new(inputs),
        }
    }
}

/// The unwritten rows of all months are one batch, so that the clusters that take part in them
/// (one a month) are merged together; otherwise each would answer with all of them.
fn one_unwritten(clusters: Vec<Cluster>) -> Vec<Cluster> {
    let (open, mut rest): (Vec<Cluster>, Vec<Cluster>) = clusters.into_iter().partition(|c| c.unwritten.is_some());
    if let Some(unwritten) = open.first().and_then(|c| c.unwritten.clone()) {
        let files = open.into_iter().flat_map(|c| c.files).collect();
        rest.push(Cluster {
            files,
            unwritten: Some(unwritten),
        });
    }
    rest
}

#[async_trait]
impl TableProvider for ObsTable {
    fn schema(&self) -> SchemaRef {
        Out::schema(&Out::ALL)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        Ok(filters::pushdown(filters))
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        _limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let columns: Vec<Out> = match projection {
            None => Out::ALL.to_vec(),
            Some(p) => p.iter().map(|i| Out::ALL[*i]).collect(),
        };
        let wanted = filters::wanted(session, filters, &self.pinned.names)?;
        let input = self.stored(session, &wanted, stored(&columns, wanted.mask.is_some()))?;
        Ok(Arc::new(DecodeExec::new(
            input,
            columns,
            self.pinned.names.clone(),
            wanted.mask,
        )))
    }
}
