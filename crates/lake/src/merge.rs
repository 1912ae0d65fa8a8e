//! Merging sorted files of one month so that the row that counts comes first.
//!
//! Every input is sorted by [`crate::row::Key`]; so is the output, and of the rows with one series and time
//! exactly one, the first, is *current*. This is the only place that decides it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use datafusion::arrow::compute::interleave_record_batch;
use datafusion::arrow::record_batch::RecordBatch;
use datafusion::error::Result;
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use crate::row::Key;
use crate::schema::Columns;

/// Rows to an output block.
const BLOCK: usize = 8192;

/// Merged rows: those that count, and those that one of them supersedes.
pub(crate) struct Block {
    pub current: Option<RecordBatch>,
    pub past: Option<RecordBatch>,
}

struct Cursor {
    stream: SendableRecordBatchStream,
    /// Where its present batch stands in `Merger::batches`.
    slot: usize,
    at: usize,
}

/// The merge; ask for blocks until there are none.
pub(crate) struct Merger {
    cursors: Vec<Cursor>,
    heap: BinaryHeap<Reverse<(Key, usize)>>,
    batches: Vec<(RecordBatch, Columns)>,
    current: Vec<(usize, usize)>,
    past: Vec<(usize, usize)>,
    last: Option<(i32, i64)>,
    keep_past: bool,
    /// Rows recorded later than this (seconds UTC) do not exist yet.
    known: Option<i64>,
}

impl Merger {
    pub(crate) async fn new(
        streams: Vec<SendableRecordBatchStream>,
        known: Option<i64>,
        keep_past: bool,
    ) -> Result<Self> {
        let mut m = Self {
            cursors: vec![],
            heap: BinaryHeap::new(),
            batches: vec![],
            current: Vec::with_capacity(BLOCK),
            past: vec![],
            last: None,
            keep_past,
            known,
        };
        for stream in streams {
            m.cursors.push(Cursor {
                stream,
                slot: usize::MAX,
                at: 0,
            });
            m.advance(m.cursors.len() - 1).await?;
        }
        Ok(m)
    }

    fn known(&self, c: &Columns, at: usize) -> bool {
        self.known.is_none_or(|limit| c.recorded(at) <= limit)
    }

    /// Puts the cursor on its next row that is known, and that row's key into the heap.
    async fn advance(&mut self, i: usize) -> Result<()> {
        loop {
            let c = &self.cursors[i];
            if let Some((_, columns)) = self.batches.get(c.slot) {
                let mut at = c.at;
                while at < columns.len() && !self.known(columns, at) {
                    at += 1;
                }
                if at < columns.len() {
                    self.heap.push(Reverse((columns.key(at), i)));
                    self.cursors[i].at = at;
                    return Ok(());
                }
            }
            let Some(batch) = self.cursors[i].stream.next().await.transpose()? else {
                self.cursors[i].slot = usize::MAX;
                return Ok(());
            };
            self.cursors[i].slot = self.batches.len();
            self.cursors[i].at = 0;
            let columns = Columns::of(&batch);
            self.batches.push((batch, columns));
        }
    }

    /// The next rows, in order; none = the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Block>> {
        while self.current.len() < BLOCK && self.past.len() < BLOCK {
            let Some(Reverse((mut k, i))) = self.heap.pop() else {
                break;
            };
            // As long as this input stays ahead of the others its rows need no heap.
            let limit = self.heap.peek().map(|Reverse((k, _))| *k);
            loop {
                let (slot, at) = (self.cursors[i].slot, self.cursors[i].at);
                if self.last != Some((k.0, k.1)) {
                    self.last = Some((k.0, k.1));
                    self.current.push((slot, at));
                } else if self.keep_past {
                    self.past.push((slot, at));
                }
                self.cursors[i].at += 1;
                let columns = &self.batches[slot].1;
                let at = at + 1;
                if at >= columns.len() || self.current.len() >= BLOCK || !self.known(columns, at) {
                    break;
                }
                k = columns.key(at);
                if limit.is_some_and(|l| l < k) {
                    break;
                }
            }
            self.advance(i).await?;
        }
        if self.current.is_empty() && self.past.is_empty() {
            return Ok(None);
        }
        let refs: Vec<&RecordBatch> = self.batches.iter().map(|(b, _)| b).collect();
        let gather = |rows: &[(usize, usize)]| -> Result<Option<RecordBatch>> {
            if rows.is_empty() {
                Ok(None)
            } else {
                Ok(Some(interleave_record_batch(&refs, rows)?))
            }
        };
        let block = Block {
            current: gather(&self.current)?,
            past: gather(&self.past)?,
        };
        self.current.clear();
        self.past.clear();
        self.forget();
        Ok(Some(block))
    }

    /// Lets go of batches that no cursor stands in.
    fn forget(&mut self) {
        let mut old: Vec<Option<_>> = std::mem::take(&mut self.batches).into_iter().map(Some).collect();
        for c in &mut self.cursors {
            // Each batch belongs to one cursor, so that it is taken once at most.
            if let Some(batch) = old.get_mut(c.slot).and_then(Option::take) {
                self.batches.push(batch);
                c.slot = self.batches.len() - 1;
            }
        }
    }
}
