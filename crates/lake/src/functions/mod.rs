//! The functions of the standards in SQL, from their one registration, and aggregates over observations.
//!
//! Invariant: a figure in SQL has the digits it has everywhere else, because the same function computes it.
//! Aggregates add integers, so the order in which partitions meet changes nothing.

mod bulk;
mod collect;
mod columns;
mod scalar;
mod valid_mean;

use std::sync::Arc;

use datafusion::execution::{FunctionRegistry, SessionState};
use law::Law;

use crate::error::Result;

/// Registers everything with a session's state.
pub(crate) fn register(state: &mut SessionState, law: &Arc<Law>) -> Result<()> {
    for f in standards::functions() {
        state.register_udf(Arc::new(scalar::value(f, law.clone())))?;
        if !f.results.is_empty() {
            state.register_udf(Arc::new(scalar::all(f, law.clone())))?;
        }
    }
    state.register_udaf(Arc::new(valid_mean::ValidMean::default().into()))?;
    for kind in collect::Kind::ALL {
        state.register_udaf(Arc::new(collect::Collect::new(kind, law.clone()).into()))?;
    }
    Ok(())
}
