//! Why a function has no answer.

use figure::NumberError;
use law::{NotInForce, TableError};

/// What stands in the way of a figure: the law, the argument or the arithmetic. Never a panic, never a
/// default.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// No provision holds on the day.
    #[error(transparent)]
    NotInForce(#[from] NotInForce),
    /// A provision does not hold what is needed from it.
    #[error("law `{key}` ({standard}): {reason}")]
    Law {
        /// The key.
        key: String,
        /// The standard it was taken from.
        standard: String,
        /// What is missing or unreadable.
        reason: String,
    },
    /// An argument that must be given is not.
    #[error("argument `{0}` is missing")]
    Missing(String),
    /// An argument the function does not have.
    #[error("there is no argument `{name}`; the arguments are {known}")]
    UnknownArgument {
        /// What was given.
        name: String,
        /// The names there are.
        known: String,
    },
    /// An argument that cannot be read or is out of range.
    #[error("argument `{name}`: {reason}")]
    Argument {
        /// Its name.
        name: String,
        /// What is wrong with it, and what is wanted.
        reason: String,
    },
    /// Arithmetic without an exact answer.
    #[error(transparent)]
    Number(#[from] NumberError),
}

impl EvalError {
    /// A bad argument.
    pub(crate) fn argument(name: &str, reason: impl Into<String>) -> Self {
        Self::Argument {
            name: name.to_string(),
            reason: reason.into(),
        }
    }

    /// A provision that cannot be used.
    pub(crate) fn law(p: &law::Provision, reason: impl ToString) -> Self {
        Self::Law {
            key: p.key.clone(),
            standard: p.standard.number.clone(),
            reason: reason.to_string(),
        }
    }

    /// For `map_err` on table access.
    pub(crate) fn table(p: &law::Provision) -> impl Fn(TableError) -> Self + '_ {
        move |e| Self::law(p, e)
    }
}
