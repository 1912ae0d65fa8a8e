//! Reading stored rows without SQL: a few of them, or all in one pass.

use std::sync::Arc;

use datafusion::physical_plan::execute_stream;
use futures::TryStreamExt;

use crate::error::Result;
use crate::filters::Wanted;
use crate::plan::Needs;
use crate::schema::Columns;
use crate::view::{ObsTable, Seen};
use crate::{Lake, RecordBatch, Row};

/// Batches that may wait for a pass that is slower than the reading.
const AHEAD: usize = 8;

impl Lake {
    /// Current rows within some bounds, sorted by series and time.
    pub(crate) fn read_rows(&self, needs: Needs) -> Result<Vec<Row>> {
        let (series, t) = (needs.series, needs.t);
        let mut out = vec![];
        self.read_stored(needs, None, &mut |batch| {
            let c = Columns::of(batch);
            let inside = |r: &Row| series.0 <= r.series && r.series <= series.1 && t.0 <= r.t && r.t <= t.1;
            out.extend((0..c.len()).map(|i| c.row(i)).filter(inside));
            Ok(())
        })?;
        out.sort_unstable_by_key(Row::key);
        Ok(out)
    }

    /// The current row of a series at a time.
    pub(crate) fn read_one(&self, series: i32, t: i64) -> Result<Option<Row>> {
        Ok(self
            .read_rows(Needs {
                series: (series, series),
                t: (t, t),
            })?
            .into_iter()
            .next())
    }

    /// Current rows in any order, all stored columns; more than asked for may come (whole pages).
    pub(crate) fn read_stored(
        &self,
        needs: Needs,
        known: Option<i64>,
        each: &mut dyn FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<()> {
        let pinned = self.pinned()?;
        let state = self.base();
        let (tx, rx) = std::sync::mpsc::sync_channel::<Result<RecordBatch>>(AHEAD);
        let Some(handle) = self.inner.runtime.handle() else {
            return Ok(());
        };
        handle.spawn(async move {
            let read = async {
                let table = ObsTable {
                    pinned,
                    seen: Seen::Latest(known),
                };
                let wanted = Wanted::within(needs);
                let plan = table.stored(&state, &wanted, (0..6).collect())?;
                let mut stream = execute_stream(plan, Arc::new(datafusion::execution::TaskContext::from(&state)))?;
                while let Some(batch) = stream.try_next().await? {
                    // Waiting for the pass would stop a thread of the runtime, so the runtime is told.
                    if tokio::task::block_in_place(|| tx.send(Ok(batch))).is_err() {
                        return Ok(());
                    }
                }
                Ok(())
            };
            if let Err(e) = read.await {
                // Without a receiver there is nobody to tell.
                let _ = tx.send(Err(e));
            }
        });
        for batch in rx {
            each(&batch?)?;
        }
        Ok(())
    }
}
