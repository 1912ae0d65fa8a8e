//! The language of a sheet: that of the page it is asked for on.

use ::figure::{Certainty, Text};
use ::law::Domain;

/// Chinese, or English.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lang {
    Zh,
    En,
}

impl Lang {
    /// By the parameter `lang`; Chinese is what a page opens with.
    pub(super) fn of(asked: Option<&str>) -> Lang {
        if asked == Some("en") { Lang::En } else { Lang::Zh }
    }

    /// One of two wordings.
    pub(super) fn say<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// A text; the Chinese where there is no other.
    pub(super) fn text(self, t: &Text) -> &str {
        match self {
            Lang::En if !t.en.is_empty() => &t.en,
            _ => &t.zh,
        }
    }

    /// The mark of simulated data, where it applies.
    pub(super) fn simulated(self, is: bool) -> &'static str {
        match (is, self) {
            (false, _) => "",
            (true, Lang::Zh) => "模拟",
            (true, Lang::En) => "simulated",
        }
    }

    pub(super) fn certainty(self, c: Certainty) -> &'static str {
        match c {
            Certainty::Certain => self.say("确定", "certain"),
            Certainty::Likely => self.say("可能", "likely"),
            Certainty::Uncertain => self.say("存疑", "uncertain"),
        }
    }

    pub(super) fn domain(self, id: &str) -> String {
        self.text(&Domain::title(id)).to_string()
    }
}
