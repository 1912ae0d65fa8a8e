//! Packets into the lake. Live or after a crash there is one way: read the evidence on from the last record whose
//! values are in a file. The gateway has answered long before; what it answered is in the evidence, so nothing is lost
//! if this stops at any moment.

use evidence::Evidence;
use gateway::{Observed, SharedRegistry, Stat};
use lake::{Lake, Row, SeriesKey};
use std::collections::HashMap;
use std::time::Duration;

/// Name of the transactions in the lake: version = record number up to which everything is in.
const APP: &str = "gateway";
/// Batches taken at once.
const TURN: usize = 4096;
/// How often the evidence is looked at.
const EVERY: Duration = Duration::from_millis(500);

/// Follows the evidence until the process ends. A failure is said once and tried again: the evidence keeps.
pub fn follow(lake: Lake, evidence: Evidence, registry: SharedRegistry) {
    let mut names = Names::default();
    let mut said = None;
    let mut next = None;
    loop {
        let from = match next {
            Some(n) => Ok(n),
            None => lake
                .transaction(APP)
                .map(|v| v.map_or(1, |v| v as u64 + 1))
                .map_err(|e| e.to_string()),
        };
        let turn = from.and_then(|from| take(&lake, &evidence, &registry, from, &mut names));
        let more = match turn {
            Ok((seq, more)) => {
                (next, said) = (Some(seq), None);
                more
            }
            Err(e) => {
                if said.as_ref() != Some(&e) {
                    eprintln!("ingest: {e}; trying again");
                    said = Some(e);
                }
                false
            }
        };
        if !more {
            std::thread::sleep(EVERY);
        }
    }
}

/// Takes what has come since `from`; returns where to go on, and whether there is more.
fn take(
    lake: &Lake,
    evidence: &Evidence,
    registry: &SharedRegistry,
    from: u64,
    names: &mut Names,
) -> Result<(u64, bool), String> {
    let mut replay = gateway::replay(evidence, registry.now(), from);
    let mut rows = vec![];
    let mut n = 0;
    for batch in replay.by_ref().take(TURN) {
        let batch = batch.map_err(|e| e.to_string())?;
        for o in batch.observed.iter() {
            rows.push(names.row(lake, o)?);
        }
        n += 1;
    }
    let next = replay.next_seq;
    if !rows.is_empty() {
        lake.push(&rows, Some((APP, next as i64 - 1)))
            .map_err(|e| e.to_string())?;
    }
    Ok((next, n == TURN))
}

/// Numbers of series and marks that were met already.
#[derive(Default)]
struct Names {
    series: HashMap<SeriesKey, i32>,
    marks: HashMap<char, i16>,
}

impl Names {
    fn row(&mut self, lake: &Lake, o: &Observed) -> Result<Row, String> {
        let origin = if o.simulated { "simulated" } else { "real" };
        // The mean or instant is the factor itself; other statistics are named behind it.
        let factor = match o.stat {
            Stat::Rtd | Stat::Avg | Stat::Data => o.factor.as_str().to_string(),
            stat => format!("{}-{}", o.factor.as_str(), stat.code()),
        };
        let key = SeriesKey::new(&o.site, &factor, o.period.code(), origin);
        let series = match self.series.get(&key) {
            Some(id) => *id,
            None => {
                let id = lake.series(std::slice::from_ref(&key)).map_err(|e| e.to_string())?[0];
                self.series.insert(key, id);
                id
            }
        };
        let mark = match self.marks.get(&o.mark) {
            Some(id) => *id,
            None => {
                let text = if o.mark == '-' {
                    String::new()
                } else {
                    o.mark.to_string()
                };
                let id = lake.mark(&text).map_err(|e| e.to_string())?;
                self.marks.insert(o.mark, id);
                id
            }
        };
        Ok(Row {
            series,
            t: o.t_utc_s,
            v: o.v,
            e: o.e,
            mark,
            recorded: o.received_ms.div_euclid(1000),
        })
    }
}
