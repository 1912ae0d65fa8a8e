//! `qingshan`: the one binary. It reads what is shipped, opens the stores and hands over to the crates that know.
//!
//! Answers go to standard output (`--json` for programs), everything else to standard error; the exit code is 0 only
//! if what was asked for was done.

mod ask;
mod assets;
mod demo;
mod figure;
mod hj212;
mod index;
mod ingest;
mod law;
mod load;
mod plan;
mod rooms;
mod serve;
mod shipped;
mod stores;
mod user;
mod what_if;

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
    /// Load what is shipped, start the simulated outlets, serve on loopback
    Demo(demo::DemoArgs),
    /// Pages, API and gateway as a configuration says
    Serve(serve::ServeArgs),
    /// Files into the stores, with a report of every row not taken
    Load(load::LoadArgs),
    /// Measures of the plan
    #[command(subcommand)]
    Measure(ask::MeasureCommand),
    /// The tree under a figure, down to the evidence
    Explain(ask::ExplainArgs),
    /// One SELECT over observations and tables
    Sql(ask::SqlArgs),
    /// Every store's invariants
    Check(ask::CheckArgs),
    /// Any function of the standards
    Figure(figure::FigureArgs),
    /// Accounts, from the console of the server's machine
    #[command(subcommand)]
    User(user::UserCommand),
    /// The law as dated data
    #[command(subcommand)]
    Law(law::LawCommand),
    /// Plan texts
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Files of packs
    #[command(subcommand)]
    Packs(rooms::PacksCommand),
    /// Evidence packs of cases
    #[command(subcommand)]
    Pack(rooms::PackCommand),
    /// HJ 212 packets
    #[command(subcommand)]
    Hj212(hj212::Hj212Command),
}

fn main() -> ExitCode {
    quiet_when_nobody_reads();
    let cli = Cli::parse();
    if let Some(home) = cli.home {
        assets::read_from(home);
    }
    let done = match cli.command {
        Command::Demo(a) => demo::run(a),
        Command::Serve(a) => serve::run(a),
        Command::Load(a) => load::run(a),
        Command::Measure(c) => ask::measure(c),
        Command::Explain(a) => ask::explain(a),
        Command::Sql(a) => ask::sql(a),
        Command::Check(a) => ask::check(a),
        Command::Figure(a) => figure::run(a),
        Command::User(c) => user::run(c),
        Command::Law(c) => law::run(c),
        Command::Plan(c) => plan::run(c),
        Command::Packs(c) => rooms::check_packs(c),
        Command::Pack(c) => rooms::pack(c),
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

/// `qingshan … | head` ends the reader before us: that is no fault to report.
fn quiet_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if info.to_string().contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(info);
    }));
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
