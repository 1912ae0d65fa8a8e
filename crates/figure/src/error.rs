//! Why a text is not a number, or why arithmetic has no exact answer.

/// What went wrong with a number. The text that could not be read is carried along, so that an import
/// can show it next to its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing there (or only spaces).
    #[error("no value: the text is empty")]
    Empty,
    /// A sign for "no value": `-`, `--`, `/`, `NA`, `—`, `*`, `null`.
    #[error("no value: `{0}` stands for a missing value")]
    Missing(String),
    /// `NaN` or an infinity.
    #[error("`{0}` is not a finite number")]
    NotFinite(String),
    /// Below the detection limit: `<0.01`, `0.01L`, `未检出`, `ND`. The limit is given where the text
    /// names it. Carry it as a qualified value; it is not a number for rounding.
    #[error("`{text}` is below the detection limit, not a number: keep it with its qualifier")]
    BelowDetection {
        /// The text as it was read.
        text: String,
        /// The detection limit, when the text states it.
        limit: Option<crate::Decimal>,
    },
    /// A measured value above the range of the instrument: `>24000`.
    #[error("`{text}` is above the measuring range, not a number: keep it with its qualifier")]
    AboveRange {
        /// The text as it was read.
        text: String,
    },
    /// Commas that do not part the digits in threes: `1,5` may be 1.5 or 15, so it is refused.
    #[error("`{0}`: commas must part the digits in groups of three")]
    BadSeparators(String),
    /// Anything else that is not a number.
    #[error("`{0}` is not a number")]
    NotANumber(String),
    /// More digits than an exact value carries here (38 significant digits, 38 decimals), or a
    /// computation that would leave that range.
    #[error("number too large or too long: an exact value carries at most 38 digits")]
    Overflow,
    /// Division by zero, a mean of nothing, a ratio with denominator zero.
    #[error("division by zero")]
    DivisionByZero,
    /// A rounding interval that is zero, negative, or outside 38 digits.
    #[error("rounding interval must be positive and within 38 digits")]
    BadInterval,
}

impl NumberError {
    /// The same in both languages.
    pub fn text(&self) -> crate::Text {
        let zh = match self {
            Self::Empty => "没有值:是空的".to_string(),
            Self::Missing(text) => format!("没有值:“{text}”表示缺测"),
            Self::NotFinite(text) => format!("“{text}”不是有限的数"),
            Self::BelowDetection { text, .. } => format!("“{text}”低于检出限,不是数:连同限定符保存"),
            Self::AboveRange { text } => format!("“{text}”超出量程,不是数:连同限定符保存"),
            Self::BadSeparators(text) => format!("“{text}”:逗号应每三位一个"),
            Self::NotANumber(text) => format!("“{text}”不是数"),
            Self::Overflow => "数太大或太长:至多 38 位".to_string(),
            Self::DivisionByZero => "除以零".to_string(),
            Self::BadInterval => "修约间隔须为正,且在 38 位以内".to_string(),
        };
        crate::Text::new(zh, self.to_string())
    }
}
