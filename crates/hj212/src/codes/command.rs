//! Commands CN (`data/commands.csv`): what each is called, who sends it, and which keys it must carry.

use crate::csv::{Cursor, number, same};

/// Who sends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Platform to device.
    Down,
    /// Device to platform.
    Up,
    /// Either.
    Both,
}

/// The kind of exchange a command belongs to (HJ 212-2017 section 6.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// Asked, answered by 9011, carried out, reported by 9012.
    Request,
    /// Data, answered by 9014.
    Upload,
    /// A notice, answered by 9013.
    Notify,
    /// 9011 to 9014 themselves.
    Answer,
}

/// When a packet with this command is a request rather than an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RequestIf {
    Always,
    Never,
    /// BeginTime or EndTime stands in the area.
    Range,
    /// Nothing but the request's own keys stands in the area.
    Only,
}

/// A command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// The four digits.
    pub code: u16,
    /// Chinese name.
    pub name_zh: &'static str,
    /// English name.
    pub name_en: &'static str,
    /// Who sends it.
    pub direction: Direction,
    /// The kind of exchange.
    pub flow: Flow,
    /// Year of the first version that has it.
    pub since: u16,
    pub(crate) request_if: RequestIf,
    pub(crate) request_keys: &'static str,
    pub(crate) request_keys_2025: &'static str,
    pub(crate) request_needs: &'static str,
    pub(crate) upload_needs: &'static str,
    pub(crate) needs_since: u16,
}

const COMMANDS_CSV: Cursor = Cursor::new(include_str!("../../data/commands.csv"));
const COUNT: usize = COMMANDS_CSV.rows();

static COMMANDS: [Command; COUNT] = {
    let mut cursor = COMMANDS_CSV;
    let mut rows = [EMPTY; COUNT];
    let mut i = 0;
    while i < COUNT {
        rows[i] = Command {
            code: number(cursor.field(), 0) as u16,
            name_zh: cursor.field(),
            name_en: cursor.field(),
            direction: direction_of(cursor.field()),
            flow: flow_of(cursor.field()),
            since: number(cursor.field(), 0) as u16,
            request_if: request_of(cursor.field()),
            request_keys: cursor.field(),
            request_keys_2025: cursor.field(),
            request_needs: cursor.field(),
            upload_needs: cursor.field(),
            needs_since: number(cursor.field(), 0) as u16,
        };
        assert!(
            i == 0 || rows[i - 1].code < rows[i].code,
            "commands.csv is not in ascending order"
        );
        i += 1;
    }
    rows
};

const EMPTY: Command = Command {
    code: 0,
    name_zh: "",
    name_en: "",
    direction: Direction::Both,
    flow: Flow::Answer,
    since: 0,
    request_if: RequestIf::Never,
    request_keys: "",
    request_keys_2025: "",
    request_needs: "",
    upload_needs: "",
    needs_since: 0,
};

const fn direction_of(name: &str) -> Direction {
    if same(name, "D") {
        Direction::Down
    } else if same(name, "U") {
        Direction::Up
    } else {
        assert!(same(name, "DU"), "commands.csv names an unknown direction");
        Direction::Both
    }
}

const fn flow_of(name: &str) -> Flow {
    if same(name, "request") {
        Flow::Request
    } else if same(name, "upload") {
        Flow::Upload
    } else if same(name, "notify") {
        Flow::Notify
    } else {
        assert!(same(name, "answer"), "commands.csv names an unknown flow");
        Flow::Answer
    }
}

const fn request_of(name: &str) -> RequestIf {
    if same(name, "always") {
        RequestIf::Always
    } else if same(name, "never") {
        RequestIf::Never
    } else if same(name, "range") {
        RequestIf::Range
    } else {
        assert!(same(name, "only"), "commands.csv has an unknown request_if");
        RequestIf::Only
    }
}

/// Row of each command code plus one; 0 = no such command. Four digits are few enough for a plain table.
static ROWS: [u8; 10_000] = {
    let mut rows = [0; 10_000];
    let mut i = 0;
    while i < COUNT {
        rows[COMMANDS[i].code as usize] = i as u8 + 1;
        i += 1;
    }
    rows
};

/// The whole table.
pub fn commands() -> &'static [Command] {
    &COMMANDS
}

/// A command by its code, whatever version has it.
pub fn command(code: u16) -> Option<&'static Command> {
    let row = *ROWS.get(usize::from(code))?;
    COMMANDS.get(usize::from(row).wrapping_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found() {
        for row in commands() {
            assert_eq!(command(row.code).map(|c| c.code), Some(row.code));
        }
        assert!(command(2999).is_none() && command(0).is_none() && command(60_000).is_none());
        assert_eq!(command(9014).map(|c| c.flow), Some(Flow::Answer));
    }
}
