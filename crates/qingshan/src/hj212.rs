//! `qingshan hj212`: look at packets, send them, play outlets that send them.

use clap::Subcommand;
use std::io::{BufRead, Read, Write};

#[derive(Subcommand)]
pub enum Hj212Command {
    /// One packet a line (bytes escaped as \r \n \\ \xHH), one JSON object a line back
    Check {
        /// A file, or `-` for standard input
        file: String,
        /// JSON is the only form there is; kept for scripts
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, a server that cannot be reached.
pub fn run(command: Hj212Command) -> Result<(), String> {
    match command {
        Hj212Command::Check { file, .. } => check(&file),
    }
}

fn check(file: &str) -> Result<(), String> {
    let input: Box<dyn Read> = match file {
        "-" => Box::new(std::io::stdin().lock()),
        path => Box::new(std::fs::File::open(path).map_err(|e| format!("{path}: {e}"))?),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let options = hj212::Options::default();
    for (n, line) in std::io::BufReader::new(input).split(b'\n').enumerate() {
        let line = line.map_err(|e| format!("{file}: line {}: {e}", n + 1))?;
        let mut json = String::new();
        hj212::check::check_line(&line, &options, &mut json);
        writeln!(out, "{json}").map_err(|e| format!("standard output: {e}"))?;
    }
    out.flush().map_err(|e| format!("standard output: {e}"))
}
