//! What a class published beside a reading can rest on. The platform publishes rounded values where raw ones
//! decide, and at times it renews the class later than the values; so the values beside a class do not always
//! name it alone.

use super::class::{Body, Class};
use super::rules::Rules;
use super::station::{Seen, StationClass, Stations};
use figure::{Decimal, NumberError};

/// The classes that the values of a reading allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The class of the values as they were published.
    pub class: Class,
    /// The best and the worst class of any raw values that would be shown so; both equal `class` unless a
    /// shown value lies on a limit.
    pub best: Class,
    /// See `best`.
    pub worst: Class,
}

/// What a published class rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The values beside it, as published.
    Own,
    /// The values beside it, one of which lies on a limit so that its rounding hides the side.
    OnLimit,
    /// The values shown before: the class had not been renewed (`water.auto.class_before`).
    Before,
}

impl Span {
    /// Whether the values allow a class.
    pub fn allows(&self, class: Class) -> bool {
        class == self.class || (self.best..=self.worst).contains(&class)
    }
}

impl Stations {
    /// The classes that a published reading allows; none where the practice gives it no class. `raw` is the
    /// raw value of each item where that was published too.
    ///
    /// # Errors
    /// [`NumberError::Overflow`].
    pub fn span(
        &self,
        rules: &Rules,
        body: Body,
        shown: &[Seen],
        raw: &[Option<Decimal>],
        status: &str,
    ) -> Result<Option<Span>, NumberError> {
        let raw_of = |place: usize| raw.get(place).copied().flatten();
        let values: Vec<Seen> = (0..self.items.len())
            .map(|i| raw_of(i).map_or(shown.get(i).copied().unwrap_or(Seen::None), Seen::Value))
            .collect();
        let StationClass::Class(class) = self.class(rules, body, &values, status)? else {
            return Ok(None);
        };
        let (mut best, mut worst) = (None, None);
        for (place, (item, decimals)) in self.items.iter().enumerate() {
            let Seen::Value(v) = values[place] else { continue };
            let (low, high) = if self.shown_decides {
                let v = self.shown(place, v)?;
                (v, v)
            } else if raw_of(place).is_some() {
                (v, v)
            } else {
                // Shown with `decimals`, or with more where a small value keeps its first digit.
                let half = Decimal::new(5, v.scale().max(u32::try_from(*decimals).unwrap_or(0)) + 1)?;
                (v.sub(half)?, v.add(half)?)
            };
            let (a, b) = (rules.class(*item, body, low), rules.class(*item, body, high));
            best = best.max(a.min(b));
            worst = worst.max(a.max(b));
        }
        Ok(Some(Span {
            class,
            best: best.unwrap_or(class),
            worst: worst.unwrap_or(class),
        }))
    }

    /// How much earlier the values may be whose class is still shown, h; none where the class belongs to the
    /// values beside it.
    pub fn class_before_h(&self) -> Option<i64> {
        self.before.as_ref().map(|b| b.within_h)
    }

    /// What a published class rests on; none if neither the values beside it nor, where the practice of the
    /// day renewed classes late, those shown before explain it. `before` is what was shown before of the same
    /// section and how many hours earlier its time is (0: an earlier version of the same time).
    pub fn fit(&self, published: Class, own: Option<Span>, before: Option<(Span, i64)>) -> Option<Fit> {
        if own.is_some_and(|o| o.class == published) {
            return Some(Fit::Own);
        }
        if own.is_some_and(|o| o.allows(published)) {
            return Some(Fit::OnLimit);
        }
        let (span, hours) = before?;
        let in_time = (0..=self.class_before_h()?).contains(&hours);
        (in_time && span.allows(published)).then_some(Fit::Before)
    }
}
