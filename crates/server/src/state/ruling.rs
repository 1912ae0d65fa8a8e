//! The law behind the handlers: taken once a request, exchanged while running, looked at for its uses and drafts.

use super::App;
use crate::error::{ApiError, ApiResult};
use ::law::{Drafted, Law, Library, Listing};
use ::plan::uses::Uses;
use lake::LakeError;
use std::sync::{Arc, PoisonError};

impl App {
    /// The law in use. A request takes it once, so that an exchange never meets it half way.
    pub fn law(&self) -> Arc<Law> {
        self.law.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes by another law from now on, pages, figures and SQL alike.
    ///
    /// # Errors
    /// When the lake cannot take it; the old law stays then.
    pub(crate) fn set_law(&self, law: Arc<Law>) -> Result<(), LakeError> {
        // The lake's version, by which answers are kept, changes last: what is computed meanwhile is not kept.
        let old = std::mem::replace(
            &mut *self.law.write().unwrap_or_else(PoisonError::into_inner),
            law.clone(),
        );
        // Another law begins on other days.
        *self.choices.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let done = self.lake.set_law(law);
        if done.is_err() {
            *self.law.write().unwrap_or_else(PoisonError::into_inner) = old;
        }
        done
    }

    /// Reads the law again if the folder of recorded law holds something else than when it was read: a file that
    /// `qingshan law add` put there beside the running server counts from the next request. A folder that cannot be
    /// read as law changes nothing; it is said once on standard error.
    pub(crate) async fn notice(self: &Arc<Self>) {
        if !self.elsewhere() {
            return;
        }
        let app = self.clone();
        // Judging goes on by the old law if the thread panics.
        let _ = tokio::task::spawn_blocking(move || app.read_again()).await;
    }

    fn elsewhere(&self) -> bool {
        let library = self.library.lock().unwrap_or_else(PoisonError::into_inner);
        *self.listed() != library.listing()
    }

    fn listed(&self) -> std::sync::MutexGuard<'_, Listing> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_again(&self) {
        // One at a time; whoever comes second finds it done.
        let library = self.library.lock().unwrap_or_else(PoisonError::into_inner);
        let listing = library.listing();
        if *self.listed() == listing {
            return;
        }
        match library.load() {
            Ok(law) => {
                if let Err(e) = self.set_law(Arc::new(law)) {
                    eprintln!("law: the recorded files cannot be used: {e}");
                }
            }
            Err(errors) => errors
                .iter()
                .for_each(|e| eprintln!("law: {e}; the law stays as it was until the file is mended")),
        }
        *self.listed() = listing;
    }

    /// Notes that the law in use is that of the folder as it is now.
    pub(crate) fn listed_now(&self, library: &Library) {
        *self.listed() = library.listing();
    }

    /// Where each key is used.
    pub fn uses(&self) -> Arc<Uses> {
        let law = self.law();
        let mut kept = self.uses.lock().unwrap_or_else(PoisonError::into_inner);
        match &*kept {
            Some((of, uses)) if of == law.fingerprint() => uses.clone(),
            _ => {
                let uses = Arc::new(Uses::collect(&law, &self.plan, &self.naming));
                *kept = Some((law.fingerprint().to_string(), uses.clone()));
                uses
            }
        }
    }

    /// The law with a draft of the shelf laid over it.
    ///
    /// # Errors
    /// An id that no draft has; a draft that cannot stand beside today's law.
    pub fn drafted(&self, id: &str) -> ApiResult<Drafted> {
        let text = self.drafts.get(id).ok_or_else(|| {
            ApiError::not_found(format!("没有编号为 {id} 的草案"), format!("no draft has the id {id}"))
                .at("draft")
                .remedy("在“假如”页重新上传草案", "upload the draft again on the what-if page")
        })?;
        self.law()
            .with_draft("draft.toml", &text)
            .map_err(|errors| crate::words::refused_draft(&errors))
    }
}
