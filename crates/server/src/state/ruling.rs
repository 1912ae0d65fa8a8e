//! The law behind the handlers: taken once a request, exchanged while running, looked at for its uses and drafts.

use super::App;
use crate::error::{ApiError, ApiResult};
use ::law::{Drafted, Law};
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
        let done = self.lake.set_law(law);
        if done.is_err() {
            *self.law.write().unwrap_or_else(PoisonError::into_inner) = old;
        }
        done
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
