//! Reading stored rows without SQL: a few of them, or all in one pass.

use std::sync::Arc;

use datafusion::physical_plan::execute_stream;
use futures::TryStreamExt;

use figure::Decimal;
use serde::Serialize;

use crate::error::{LakeError, Result};
use crate::filters::{MOST_LISTED, Wanted};
use crate::plan::Needs;
use crate::schema::Columns;
use crate::view::{ObsTable, Seen};
use crate::{Lake, RecordBatch, Row, SeriesKey};

/// Batches that may wait for a pass that is slower than the reading.
const AHEAD: usize = 8;

/// An observation of a series that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Observed {
    /// Which of the series asked for.
    pub key: usize,
    /// Start of the averaging period, seconds UTC.
    pub start: i64,
    /// Value with its decimals.
    pub v: Option<Decimal>,
    /// Mark; `N` = valid.
    pub mark: String,
    /// When it became known, seconds UTC.
    pub recorded: i64,
}

impl Lake {
    /// Observations of some series from one second to another (both included), by series and time: the current
    /// ones, or with `every` all that were ever recorded, the latest first. Series nobody has heard of have none.
    /// Read without SQL, whose planning would cost more than the reading.
    ///
    /// # Errors
    /// When the observations cannot be read.
    pub fn observed(&self, keys: &[SeriesKey], t: (i64, i64), every: bool) -> Result<Vec<Observed>> {
        let mut known: Vec<(i32, usize)> = vec![];
        for (i, key) in keys.iter().enumerate() {
            known.extend(self.find(key).map(|series| (series, i)));
        }
        known.sort_unstable();
        let seen = if every { Seen::All } else { Seen::Latest(None) };
        let mut rows: Vec<Row> = vec![];
        // A list the reader can prune pages by; a longer one would only be its two ends.
        for part in known.chunks(MOST_LISTED) {
            let ids: Vec<i32> = part.iter().map(|(series, _)| *series).collect();
            self.read_seen(Wanted::these(ids.clone(), t), seen, &mut |batch| {
                let c = Columns::of(batch);
                let inside = |r: &Row| ids.binary_search(&r.series).is_ok() && t.0 <= r.t && r.t <= t.1;
                rows.extend((0..c.len()).map(|i| c.row(i)).filter(inside));
                Ok(())
            })?;
        }
        rows.sort_unstable_by_key(Row::key);
        let observed = |r: Row| {
            let at = known.binary_search_by_key(&r.series, |(series, _)| *series);
            let decimal = |v: i64| Decimal::new(i128::from(v), u32::from(r.e.unsigned_abs()));
            Ok(Observed {
                // Only rows of these series were kept.
                key: at.map_or(0, |at| known[at].1),
                start: r.t,
                v: r.v
                    .map(decimal)
                    .transpose()
                    .map_err(|e| LakeError::Rule(e.to_string()))?,
                mark: self.mark_text(r.mark),
                recorded: r.recorded,
            })
        };
        rows.into_iter().map(observed).collect()
    }

    /// Opens every file once, the newest first, so that its footer and page index are at hand when somebody asks:
    /// the first question would else wait for them.
    ///
    /// # Errors
    /// When the observations cannot be read.
    pub fn warm(&self) -> Result<()> {
        let mut files = self.pinned()?.files.list.clone();
        files.sort_by_key(|f| std::cmp::Reverse(f.month));
        for f in files {
            self.read_rows(Needs {
                series: (f.series.0, f.series.0),
                t: (f.t.0, f.t.0),
            })?;
        }
        Ok(())
    }

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
        self.read_seen(Wanted::within(needs), Seen::Latest(known), each)
    }

    fn read_seen(&self, wanted: Wanted, seen: Seen, each: &mut dyn FnMut(&RecordBatch) -> Result<()>) -> Result<()> {
        let pinned = self.pinned()?;
        let state = self.base();
        let (tx, rx) = std::sync::mpsc::sync_channel::<Result<RecordBatch>>(AHEAD);
        let Some(handle) = self.inner.runtime.handle() else {
            return Ok(());
        };
        handle.spawn(async move {
            let read = async {
                let table = ObsTable { pinned, seen };
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
