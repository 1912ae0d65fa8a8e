//! Reads packets from standard input, one a line with bytes escaped as `\r \n \\ \xHH`, and prints one JSON
//! object for each.

use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().split(b'\n') {
        writeln!(out, "{}", hj212::check_line(&line?, &hj212::Options::default()))?;
    }
    out.flush()
}
