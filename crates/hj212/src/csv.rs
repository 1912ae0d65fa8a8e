//! Reads the crate's CSV tables while it is compiled, so that they need neither a heap nor a start-up cost.

/// A reading place in a table: lines starting with `#` and the line with the column names are skipped.
#[derive(Clone, Copy)]
pub(crate) struct Cursor {
    rest: &'static str,
}

impl Cursor {
    /// The first row of `text`.
    pub(crate) const fn new(text: &'static str) -> Self {
        let mut cursor = Cursor { rest: text };
        while !cursor.rest.is_empty() && cursor.rest.as_bytes()[0] == b'#' {
            cursor.skip_line();
        }
        cursor.skip_line();
        cursor
    }

    const fn skip_line(&mut self) {
        let bytes = self.rest.as_bytes();
        let mut end = 0;
        while end < bytes.len() && bytes[end] != b'\n' {
            end += 1;
        }
        self.rest = self.rest.split_at(if end < bytes.len() { end + 1 } else { end }).1;
    }

    /// Number of rows from here on.
    pub(crate) const fn rows(mut self) -> usize {
        let mut count = 0;
        while !self.rest.is_empty() {
            self.skip_line();
            count += 1;
        }
        count
    }

    /// The next field. A field in quotes may hold commas, but no quotes and no line ends.
    pub(crate) const fn field(&mut self) -> &'static str {
        let bytes = self.rest.as_bytes();
        let quoted = !bytes.is_empty() && bytes[0] == b'"';
        let start = quoted as usize;
        let mut end = start;
        while end < bytes.len()
            && (if quoted {
                bytes[end] != b'"'
            } else {
                bytes[end] != b',' && bytes[end] != b'\n'
            })
        {
            end += 1;
        }
        let field = self.rest.split_at(end).0.split_at(start).1;
        let next = end + quoted as usize;
        self.rest = self.rest.split_at(if next < bytes.len() { next + 1 } else { next }).1;
        field
    }
}

/// Whether two texts are equal.
pub(crate) const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether `text` starts with `start`.
pub(crate) const fn starts(text: &str, start: &str) -> bool {
    let (text, start) = (text.as_bytes(), start.as_bytes());
    let mut i = 0;
    while i < start.len() {
        if i >= text.len() || text[i] != start[i] {
            return false;
        }
        i += 1;
    }
    true
}

/// A decimal number without sign; `absent` if the text is empty. Any other character stops the compilation.
pub(crate) const fn number(text: &str, absent: u32) -> u32 {
    let bytes = text.as_bytes();
    if bytes.is_empty() {
        return absent;
    }
    let mut value = 0;
    let mut i = 0;
    while i < bytes.len() {
        assert!(
            bytes[i].is_ascii_digit(),
            "a table of the crate has a number that is not one"
        );
        value = value * 10 + (bytes[i] - b'0') as u32;
        i += 1;
    }
    value
}
