//! Single arguments: amounts, shares, counts, yes or no.

use crate::{Args, EvalError};
use figure::Decimal;

impl Args {
    /// A number that must be given and is not below zero.
    pub(crate) fn amount(&self, name: &str) -> Result<Decimal, EvalError> {
        not_negative(name, self.required_number(name)?)
    }

    /// A number that may be left out and is not below zero.
    pub(crate) fn amount_or_none(&self, name: &str) -> Result<Option<Decimal>, EvalError> {
        self.number(name)?.map(|d| not_negative(name, d)).transpose()
    }

    /// A share in percent, 0 to 100 by what a share is.
    pub(crate) fn percent(&self, name: &str) -> Result<Decimal, EvalError> {
        percent(name, self.required_number(name)?)
    }

    /// A share in percent that may be left out.
    pub(crate) fn percent_or_none(&self, name: &str) -> Result<Option<Decimal>, EvalError> {
        self.number(name)?.map(|d| percent(name, d)).transpose()
    }

    /// A whole number of 0 or more; nothing if it is left out or a sign for "missing".
    pub(crate) fn count(&self, name: &str) -> Result<Option<Decimal>, EvalError> {
        self.number(name)?.map(|d| counted(name, d)).transpose()
    }

    /// Yes or no; nothing if it is left out.
    pub(crate) fn yes_no(&self, name: &str) -> Result<Option<bool>, EvalError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("no" | "n" | "否" | "0" | "false" | "无") => Ok(Some(false)),
            Some("yes" | "y" | "是" | "1" | "true" | "有") => Ok(Some(true)),
            Some(other) => Err(EvalError::argument(
                name,
                format!("`{other}`: write yes or no / 写是或否"),
            )),
        }
    }

    /// Yes or no; no if it is left out.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, EvalError> {
        Ok(self.yes_no(name)?.unwrap_or(false))
    }
}

/// Refuses an amount below zero.
pub(crate) fn not_negative(name: &str, d: Decimal) -> Result<Decimal, EvalError> {
    match d.is_negative() {
        true => Err(EvalError::argument(name, format!("{d} is below zero / 不得为负"))),
        false => Ok(d),
    }
}

/// Refuses what is no count.
pub(crate) fn counted(name: &str, d: Decimal) -> Result<Decimal, EvalError> {
    match d.is_negative() || d.at_scale(0).is_none() {
        true => Err(EvalError::argument(
            name,
            format!("{d}: a count is a whole number from 0 on / 须为不小于0的整数"),
        )),
        false => Ok(d),
    }
}

fn percent(name: &str, d: Decimal) -> Result<Decimal, EvalError> {
    match d.is_negative() || d > Decimal::from_int(100) {
        true => Err(EvalError::argument(
            name,
            format!("{d} is no share: write 0 to 100 (%)"),
        )),
        false => Ok(d),
    }
}

#[cfg(test)]
mod tests {
    use crate::Args;

    #[test]
    fn what_an_argument_may_be() {
        let args = Args::from_iter([("y", "是"), ("p", "101"), ("n", "-1"), ("half", "0.5"), ("two", "2.0")]);
        assert!(args.flag("y").unwrap() && !args.flag("none").unwrap());
        assert_eq!(args.yes_no("none").unwrap(), None);
        assert!(args.percent("p").is_err() && args.amount("n").is_err() && args.flag("p").is_err());
        assert!(args.count("half").is_err() && args.count("n").is_err());
        assert!(args.count("two").unwrap().is_some() && args.count("none").unwrap().is_none());
    }
}
