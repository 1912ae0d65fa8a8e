//! The attribute behind the dash of a key (`a21026-Avg`).

macro_rules! attributes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $number:literal;)*) => {
        /// What an item says about its code (HJ 212-2017 section 6.3.3, HJ 212-2025 C59).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Attr {
            $($(#[$doc])* $variant,)*
            /// An attribute that the standards do not name; its text stands in the key.
            Other,
            /// The key has no dash: a parameter such as `DataTime`.
            None,
        }
        const NAMES: &[(&str, Attr)] = &[$(($name, Attr::$variant),)*];
        const NUMBERS: u32 = 0 $(| ($number as u32) << Attr::$variant as u32)*;
    };
}

attributes! {
    /// Instantaneous value.
    Rtd = "Rtd", true;
    /// Least of the period.
    Min = "Min", true;
    /// Mean of the period.
    Avg = "Avg", true;
    /// Greatest of the period.
    Max = "Max", true;
    /// Converted (折算) instantaneous value.
    ZsRtd = "ZsRtd", true;
    /// Converted least.
    ZsMin = "ZsMin", true;
    /// Converted mean.
    ZsAvg = "ZsAvg", true;
    /// Converted greatest.
    ZsMax = "ZsMax", true;
    /// Total of the period.
    Cou = "Cou", true;
    /// Facility state.
    RS = "RS", true;
    /// Facility hours of the day.
    RT = "RT", true;
    /// Noise.
    Data = "Data", true;
    /// Noise by day.
    DayData = "DayData", true;
    /// Noise by night.
    NightData = "NightData", true;
    /// Result of a standard-sample check (2025).
    SampleRd = "SampleRd", true;
    /// Its true value (2025).
    StandardValue = "StandardValue", true;
    /// Whether it passed, 1 or 0 (2025).
    ResultType = "ResultType", true;
    /// Data mark.
    Flag = "Flag", false;
    /// The instrument's own mark.
    EFlag = "EFlag", false;
    /// Time of sampling.
    SampleTime = "SampleTime", false;
    /// End of sampling (2025).
    CompleteTime = "CompleteTime", false;
    /// Kind of sample (2025).
    SampleType = "SampleType", false;
    /// Site information.
    Info = "Info", false;
    /// Identity of an instrument.
    SN = "SN", false;
}

impl Attr {
    /// Whether its value must be a number.
    pub const fn is_number(self) -> bool {
        NUMBERS >> self as u32 & 1 == 1
    }

    /// Whether its value must be a time.
    pub const fn is_time(self) -> bool {
        matches!(self, Attr::SampleTime | Attr::CompleteTime)
    }

    /// The name in a key; empty for [`Attr::Other`] and [`Attr::None`].
    pub fn name(self) -> &'static str {
        NAMES.get(self as usize).map_or("", |(name, _)| name)
    }

    /// The attributes whose value must be a number, as a set.
    pub(crate) const fn numbers() -> u32 {
        NUMBERS
    }

    /// A set of attributes needs one bit for each.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }

    /// The attribute named `text`; [`Attr::Other`] if the standards do not name it.
    pub fn read(text: &[u8]) -> Attr {
        Self::read_word(head(text), text)
    }

    /// The same with the first eight bytes at hand as a number (bytes behind the text are zero).
    #[inline]
    pub(crate) fn read_word(start: u64, text: &[u8]) -> Attr {
        let slot = &SLOTS[slot(start, text.len())];
        let same = slot.start == start && slot.name.len() == text.len();
        if same && (text.len() <= 8 || slot.name.as_bytes()[8..] == text[8..]) {
            slot.attr
        } else {
            Attr::Other
        }
    }
}

/// The first eight bytes as a number, first byte lowest.
const fn head(text: &[u8]) -> u64 {
    let mut word = 0;
    let mut i = if text.len() < 8 { text.len() } else { 8 };
    while i > 0 {
        i -= 1;
        word = word << 8 | text[i] as u64;
    }
    word
}

#[derive(Clone, Copy)]
struct Slot {
    start: u64,
    name: &'static str,
    attr: Attr,
}

/// A multiplier for which no two attributes share a slot (checked below, when the crate is compiled).
const SPREAD: u64 = 0xC0C9_C630_96FC_42E3;
const SLOT_BITS: u32 = 7;

const fn slot(start: u64, length: usize) -> usize {
    ((start ^ (length as u64) << 56).wrapping_mul(SPREAD) >> (64 - SLOT_BITS)) as usize
}

static SLOTS: [Slot; 1 << SLOT_BITS] = {
    let mut slots = [Slot {
        start: 0,
        name: "",
        attr: Attr::Other,
    }; 1 << SLOT_BITS];
    let mut i = 0;
    while i < NAMES.len() {
        let (name, attr) = NAMES[i];
        let start = head(name.as_bytes());
        let at = slot(start, name.len());
        assert!(
            slots[at].name.is_empty(),
            "two attributes share a slot: choose another multiplier"
        );
        slots[at] = Slot { start, name, attr };
        i += 1;
    }
    slots
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_lead_back() {
        for (name, attr) in NAMES {
            assert_eq!(Attr::read(name.as_bytes()), *attr);
            assert_eq!(attr.name(), *name);
        }
        for other in ["", "rtd", "Rt", "Rtdx", "StandardValueX", "ValidNum", "i13004-Info"] {
            assert_eq!(Attr::read(other.as_bytes()), Attr::Other);
        }
        assert!(
            Attr::ZsAvg.is_number() && !Attr::Flag.is_number() && !Attr::Other.is_number() && !Attr::None.is_number()
        );
    }
}
