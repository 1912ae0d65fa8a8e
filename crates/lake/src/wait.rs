//! Our own runtime for what DataFusion and Delta do asynchronously, so that callers need none.

use std::future::Future;

use crate::error::{LakeError, Result};

/// Threads of the lake. Dropping it does not wait for them: that would panic inside another runtime.
pub(crate) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(crate) fn new(threads: usize) -> Result<Self> {
        let mut b = tokio::runtime::Builder::new_multi_thread();
        if threads > 0 {
            b.worker_threads(threads);
        }
        // Deeply nested plans recurse deeply.
        let rt = b.thread_stack_size(8 << 20).thread_name("lake").enable_all().build();
        Ok(Self(Some(rt.map_err(LakeError::io("lake threads"))?)))
    }

    pub(crate) fn handle(&self) -> Option<&tokio::runtime::Handle> {
        self.0.as_ref().map(tokio::runtime::Runtime::handle)
    }

    /// Runs a future to its end on the lake's threads while this thread waits; allowed anywhere.
    pub(crate) fn wait<T: Send + 'static>(&self, f: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        let stopped = || LakeError::Rule("the lake is being closed, or a query panicked (see the log)".into());
        let (tx, rx) = std::sync::mpsc::sync_channel(1);
        let handle = self.handle().ok_or_else(stopped)?;
        handle.spawn(async move {
            // The receiver is gone only when its thread was, and then nobody wants the answer.
            let _ = tx.send(f.await);
        });
        rx.recv().map_err(|_| stopped())?
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        if let Some(rt) = self.0.take() {
            rt.shutdown_background();
        }
    }
}
