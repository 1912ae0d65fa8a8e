//! The catalogue of faults: every reason for a refusal and every warning, with its name, its explanation and
//! remedy in Chinese and English (`data/reasons.csv`, `data/warnings.csv`), and how the peer is answered.
//!
//! The names are a contract: they stand in quarantines and in the output of `check`.

use crate::csv::{Cursor, number, same};

/// Where a fault is found; earlier layers are checked first and the first refusal wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// Between `##` and CR LF.
    Frame,
    /// The fields before the data area, and its two `&&`.
    Header,
    /// The data area as a whole: the packet is refused.
    Area,
    /// One item of the data area: the packet is accepted and the item set aside.
    Item,
}

/// A sentence and what to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Texts {
    /// What is wrong, Chinese.
    pub zh: &'static str,
    /// What is wrong, English.
    pub en: &'static str,
    /// What to do, Chinese.
    pub remedy_zh: &'static str,
    /// What to do, English.
    pub remedy_en: &'static str,
}

/// One row of the catalogue of refusals.
#[derive(Clone, Copy, Debug)]
struct ReasonRow {
    layer: Layer,
    qnrtn: Option<u8>,
    ack: bool,
    texts: Texts,
}

macro_rules! named {
    ($(#[$doc:meta])* $type:ident { $($(#[$variant_doc:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $type { $($(#[$variant_doc])* $variant,)* }
        impl $type {
            /// All of them, in the order of the catalogue.
            pub const ALL: &'static [$type] = &[$($type::$variant,)*];
            /// The name in the catalogue.
            pub const fn name(self) -> &'static str {
                match self { $($type::$variant => $name,)* }
            }
            /// The one with this name.
            pub fn from_name(name: &str) -> Option<$type> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }
    };
}

named! {
    /// Why a packet, or one item of it, is refused.
    Reason {
        /// Bytes that do not start with ##.
        NoHeader = "no_header",
        /// The stream ended before the packet was complete.
        Truncated = "truncated",
        /// The length field is not four digits.
        LengthNotDigits = "length_not_digits",
        /// The CRC field is not where the length field says.
        LengthMismatch = "length_mismatch",
        /// An empty data segment (length 0000).
        EmptySegment = "empty_segment",
        /// The CRC is not four hex digits.
        CrcNotHex = "crc_not_hex",
        /// The CRC differs.
        CrcMismatch = "crc_mismatch",
        /// A control character in the data segment.
        ControlCharacter = "control_character",
        /// The data segment is not UTF-8.
        NotUtf8 = "not_utf8",
        /// QN is missing.
        QnMissing = "qn_missing",
        /// QN is not a real time of 17 digits.
        QnBad = "qn_bad",
        /// ST is missing.
        StMissing = "st_missing",
        /// ST is not two characters 0-9 A-Z.
        StBad = "st_bad",
        /// CN is missing.
        CnMissing = "cn_missing",
        /// CN is not four digits.
        CnBad = "cn_bad",
        /// A command that no version of the standard has.
        CnUnknown = "cn_unknown",
        /// PW is missing.
        PwMissing = "pw_missing",
        /// PW differs from the registered one.
        PwWrong = "pw_wrong",
        /// MN is missing.
        MnMissing = "mn_missing",
        /// MN is empty or has characters that are not allowed.
        MnBad = "mn_bad",
        /// MN is not registered.
        MnUnknown = "mn_unknown",
        /// Flag is not a decimal 0 to 255.
        FlagBad = "flag_bad",
        /// The version bits of Flag are unknown.
        FlagVersionUnknown = "flag_version_unknown",
        /// Flag says split but PNUM or PNO is missing.
        SplitFieldsMissing = "split_fields_missing",
        /// PNUM or PNO although Flag says not split.
        SplitFieldsUnexpected = "split_fields_unexpected",
        /// PNUM and PNO are not a valid count and number.
        SplitFieldsBad = "split_fields_bad",
        /// RF is other than 1.
        RfBad = "rf_bad",
        /// A header field stands twice.
        DuplicateField = "duplicate_field",
        /// A header field name in the wrong case.
        KeyCase = "key_case",
        /// A header item without an equals sign.
        HeaderItemWithoutEquals = "header_item_without_equals",
        /// CP is missing.
        CpMissing = "cp_missing",
        /// CP without its opening or closing &&.
        CpNoTerminator = "cp_no_terminator",
        /// && inside the data area.
        CpEmbeddedTerminator = "cp_embedded_terminator",
        /// An encrypted packet and no key.
        NoKey = "no_key",
        /// An upload without DataTime.
        DatatimeMissing = "datatime_missing",
        /// DataTime is not a real time of 14 (or 17) digits.
        DatatimeBad = "datatime_bad",
        /// BeginTime is later than EndTime.
        TimeRangeBad = "time_range_bad",
        /// A parameter that the command requires is missing.
        RequiredKeyMissing = "required_key_missing",
        /// A command parameter is out of range.
        ValueOutOfRange = "value_out_of_range",
        /// A command parameter is malformed.
        ValueBad = "value_bad",
        /// A value that must be a number is not.
        ValueNotNumber = "value_not_number",
        /// A value that must be a number is empty.
        ValueEmpty = "value_empty",
        /// An item without an equals sign.
        ItemWithoutEquals = "item_without_equals",
        /// An item without a name.
        ItemKeyEmpty = "item_key_empty",
        /// The same key twice with different values.
        DuplicateItemConflict = "duplicate_item_conflict",
    }
}

named! {
    /// What is accepted but recorded.
    Warning {
        /// Flag says 2025 but the data are older than that standard: not judged by its rules.
        VersionImplausible = "version_implausible",
        /// CRC in lower case.
        CrcLowercase = "crc_lowercase",
        /// Accepted with Modbus CRC as set for this station.
        CrcVariant = "crc_variant",
        /// The tail is CR or LF alone.
        TailNonstandard = "tail_nonstandard",
        /// The tail CR LF is missing.
        TailMissing = "tail_missing",
        /// The data segment is longer than 1024 bytes.
        LengthOver1024 = "length_over_1024",
        /// A packet of HJ/T 212-2005.
        Version2005 = "version_2005",
        /// MN is not 24 characters 0-9 A-F.
        MnNonstandard = "mn_nonstandard",
        /// PW is not one to six letters or digits.
        PwNonstandard = "pw_nonstandard",
        /// A system code that is not in table 5.
        UnknownSt = "unknown_st",
        /// A header field that the standard does not have.
        UnknownHeaderKey = "unknown_header_key",
        /// Header fields in another order.
        FieldOrder = "field_order",
        /// DataTime with milliseconds (17 digits).
        Datatime17Digits = "datatime_17_digits",
        /// DataTime is not the start of its period.
        DatatimeNotAligned = "datatime_not_aligned",
        /// DataTime is after the time of receipt.
        DatatimeInFuture = "datatime_in_future",
        /// A factor without its data mark.
        DataMarkMissing = "data_mark_missing",
        /// A data mark that the standard does not have.
        UnknownDataMark = "unknown_data_mark",
        /// A data mark without a value.
        MarkWithoutValue = "mark_without_value",
        /// A factor code that Annex B does not have.
        UnknownFactor = "unknown_factor",
        /// A separator at the end.
        TrailingSeparator = "trailing_separator",
        /// An empty group.
        EmptyGroup = "empty_group",
        /// Spaces were trimmed.
        SpaceTrimmed = "space_trimmed",
        /// The same key twice with the same value.
        DuplicateItemSame = "duplicate_item_same",
        /// Comma and semicolon mixed up.
        SeparatorSlip = "separator_slip",
        /// Min and Avg and Max are not in order.
        MinAvgMaxOrder = "min_avg_max_order",
        /// A value that is physically impossible.
        PhysicallyImpossible = "physically_impossible",
        /// The cipher is written as text.
        CipherAsText = "cipher_as_text",
    }
}

const REASONS_CSV: &str = include_str!("../data/reasons.csv");
const WARNINGS_CSV: &str = include_str!("../data/warnings.csv");

static REASONS: [ReasonRow; Reason::ALL.len()] = {
    let mut cursor = Cursor::new(REASONS_CSV);
    assert!(
        cursor.rows() == Reason::ALL.len(),
        "reasons.csv has another number of rows"
    );
    let mut rows = [ReasonRow {
        layer: Layer::Frame,
        qnrtn: None,
        ack: false,
        texts: NOTHING,
    }; Reason::ALL.len()];
    let mut i = 0;
    while i < rows.len() {
        let name = cursor.field();
        assert!(same(name, Reason::ALL[i].name()), "reasons.csv is in another order");
        let layer = cursor.field();
        let code = number(cursor.field(), 0);
        let ack = same(cursor.field(), "yes");
        rows[i] = ReasonRow {
            layer: layer_of(layer),
            qnrtn: if code == 0 { None } else { Some(code as u8) },
            ack,
            texts: texts(&mut cursor),
        };
        i += 1;
    }
    rows
};

static WARNINGS: [Texts; Warning::ALL.len()] = {
    let mut cursor = Cursor::new(WARNINGS_CSV);
    assert!(
        cursor.rows() == Warning::ALL.len(),
        "warnings.csv has another number of rows"
    );
    let mut rows = [NOTHING; Warning::ALL.len()];
    let mut i = 0;
    while i < rows.len() {
        assert!(
            same(cursor.field(), Warning::ALL[i].name()),
            "warnings.csv is in another order"
        );
        rows[i] = texts(&mut cursor);
        i += 1;
    }
    rows
};

const NOTHING: Texts = Texts {
    zh: "",
    en: "",
    remedy_zh: "",
    remedy_en: "",
};

const fn texts(cursor: &mut Cursor) -> Texts {
    Texts {
        zh: cursor.field(),
        en: cursor.field(),
        remedy_zh: cursor.field(),
        remedy_en: cursor.field(),
    }
}

const fn layer_of(name: &str) -> Layer {
    if same(name, "frame") {
        Layer::Frame
    } else if same(name, "header") {
        Layer::Header
    } else if same(name, "cp") {
        Layer::Area
    } else {
        assert!(same(name, "item"), "reasons.csv names an unknown layer");
        Layer::Item
    }
}

impl Reason {
    fn row(self) -> &'static ReasonRow {
        &REASONS[self as usize]
    }

    /// The layer it belongs to.
    pub fn layer(self) -> Layer {
        self.row().layer
    }

    /// Explanation and remedy.
    pub fn texts(self) -> Texts {
        self.row().texts
    }

    /// The QnRtn code to keep with the quarantined bytes (HJ 212-2017 table of request returns). It is not
    /// sent: a platform has no negative answer to an upload.
    pub fn qnrtn(self) -> Option<u8> {
        self.row().qnrtn
    }

    /// Whether the packet is still acknowledged by 9014 when it asks for an answer (sending it again would
    /// not mend it).
    pub fn ack(self) -> bool {
        self.row().ack
    }
}

impl Warning {
    /// Explanation and remedy.
    pub fn texts(self) -> Texts {
        WARNINGS[self as usize]
    }
}

/// A set of warnings.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Warnings(u32);

const _: () = assert!(Warning::ALL.len() <= 32, "the set of warnings needs more bits");

impl Warnings {
    /// Adds one.
    pub fn add(&mut self, warning: Warning) {
        self.0 |= 1 << warning as u32;
    }

    /// Adds one if `condition` holds.
    pub(crate) fn add_if(&mut self, condition: bool, warning: Warning) {
        self.0 |= u32::from(condition) << warning as u32;
    }

    /// Adds all of `other`.
    pub(crate) fn merge(&mut self, other: Warnings) {
        self.0 |= other.0;
    }

    /// Whether it holds `warning`.
    pub fn has(self, warning: Warning) -> bool {
        self.0 >> warning as u32 & 1 == 1
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// All of them, in the order of the catalogue.
    pub fn iter(self) -> impl Iterator<Item = Warning> {
        Warning::ALL.iter().copied().filter(move |warning| self.has(*warning))
    }
}

impl core::fmt::Debug for Warnings {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(self.iter().map(Warning::name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_explains_itself_in_both_languages() {
        for texts in Reason::ALL
            .iter()
            .map(|r| r.texts())
            .chain(Warning::ALL.iter().map(|w| w.texts()))
        {
            for text in [texts.zh, texts.en, texts.remedy_zh, texts.remedy_en] {
                assert!(text.len() > 3, "{texts:?}");
            }
        }
    }

    #[test]
    fn names_lead_back() {
        for reason in Reason::ALL {
            assert_eq!(Reason::from_name(reason.name()), Some(*reason));
        }
        assert_eq!(Warning::from_name("no such"), None);
    }

    #[test]
    fn answers_as_the_catalogue_says() {
        assert_eq!(
            (Reason::CrcMismatch.qnrtn(), Reason::CrcMismatch.ack()),
            (Some(9), false)
        );
        assert_eq!(
            (Reason::DatatimeBad.qnrtn(), Reason::DatatimeBad.ack()),
            (Some(100), true)
        );
        assert_eq!((Reason::NoKey.qnrtn(), Reason::NoKey.ack()), (None, false));
        assert_eq!(Reason::ValueEmpty.layer(), Layer::Item);
    }
}
