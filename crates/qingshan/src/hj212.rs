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
    /// A logger for tests: sends a file of packets and waits for the answers
    Send {
        /// HOST:PORT
        #[arg(long)]
        to: String,
        file: std::path::PathBuf,
        #[arg(long)]
        json: bool,
    },
    /// Simulated outlets of the shipped registry that send until interrupted
    Simulate {
        /// HOST:PORT
        #[arg(long, default_value = "127.0.0.1:9212")]
        to: String,
        /// How many of the registered outlets
        #[arg(long, default_value_t = 40)]
        outlets: usize,
        /// Packets a second, all together
        #[arg(long, default_value_t = 20.0)]
        rate: f64,
        /// Stop after so many packets
        #[arg(long)]
        packets: Option<u64>,
    },
}

/// Runs the command.
///
/// # Errors
/// A file that cannot be read, a server that cannot be reached.
pub fn run(command: Hj212Command) -> Result<(), String> {
    match command {
        Hj212Command::Check { file, .. } => check(&file),
        Hj212Command::Send { to, file, json } => send(&to, &file, json),
        Hj212Command::Simulate {
            to,
            outlets,
            rate,
            packets,
        } => simulate(&to, outlets, rate, packets),
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
        let line = line.strip_suffix(b"\r").unwrap_or(&line);
        if line.is_empty() {
            continue;
        }
        let json = hj212::check::check_line(line, &options);
        writeln!(out, "{json}").map_err(|e| format!("standard output: {e}"))?;
    }
    out.flush().map_err(|e| format!("standard output: {e}"))
}

fn send(to: &str, file: &std::path::Path, json: bool) -> Result<(), String> {
    let bytes = std::fs::read(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let frames = gateway::send::frames(&bytes);
    if frames.is_empty() {
        return Err(format!("{}: no packet (## …) in it", file.display()));
    }
    let runtime = tokio::runtime::Runtime::new().map_err(crate::fail)?;
    let report = runtime
        .block_on(gateway::send::send(to, frames, gateway::send::SendOptions::default()))
        .map_err(|e| format!("{to}: {e}"))?;
    if json {
        crate::out(
            &serde_json::json!({"packets": report.packets, "answered": report.answered,
            "unasked": report.unasked, "repeated": report.repeated, "unanswered": report.unanswered}),
        )?;
    } else {
        println!(
            "{} packets, {} answered, {} asked no answer, {} repeated, {} unanswered",
            report.packets,
            report.answered,
            report.unasked,
            report.repeated,
            report.unanswered.len()
        );
    }
    if report.unanswered.is_empty() {
        Ok(())
    } else {
        Err(format!("{} packets were not answered", report.unanswered.len()))
    }
}

fn simulate(to: &str, outlets: usize, rate: f64, packets: Option<u64>) -> Result<(), String> {
    let senders = gateway::simulate::senders_of(&crate::serve::registry(None)?);
    let senders = &senders[..outlets.min(senders.len())];
    let options = gateway::simulate::SimulateOptions {
        packets,
        ..crate::demo::simulate_options(rate)
    };
    let runtime = tokio::runtime::Runtime::new().map_err(crate::fail)?;
    let done = runtime
        .block_on(gateway::simulate::simulate(to, senders, &options))
        .map_err(|e| format!("{to}: {e}"))?;
    println!("{} packets sent, {} answered", done.0, done.1);
    Ok(())
}
