//! `qingshan`: the one binary. It reads what is shipped, opens the stores and hands over to the crates that know.
//!
//! Answers go to standard output (`--json` for programs), everything else to standard error; the exit code is 0 only
//! if what was asked for was done.

mod assets;
mod figure;
mod hj212;
mod law;
mod plan;
mod shipped;

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// 青山: a province's yearly environmental work plan as a running system
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    /// Read law, packs, plan, data and pages from this folder instead of the binary
    #[arg(long, global = true, value_name = "DIR")]
    home: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Any function of the standards
    Figure(figure::FigureArgs),
    /// The law as dated data
    #[command(subcommand)]
    Law(law::LawCommand),
    /// Plan texts
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// HJ 212 packets
    #[command(subcommand)]
    Hj212(hj212::Hj212Command),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(home) = cli.home {
        assets::read_from(home);
    }
    let done = match cli.command {
        Command::Figure(a) => figure::run(a),
        Command::Law(c) => law::run(c),
        Command::Plan(c) => plan::run(c),
        Command::Hj212(c) => hj212::run(c),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("qingshan: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Today in Beijing.
fn today() -> NaiveDate {
    (chrono::Utc::now() + chrono::TimeDelta::hours(8)).date_naive()
}

/// An error as the message that the user reads.
fn fail(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// Prints an answer as one JSON text.
fn out(value: &serde_json::Value) -> Result<(), String> {
    println!("{value}");
    Ok(())
}
