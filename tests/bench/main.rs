//! The benchmark: what the gateway does in a second beside what the same libraries do with nothing around them.
//!
//! `cargo run --release -p tests --bin bench [-- --json FILE]`. What each row means: docs/benchmarks.md.

use std::{
    error::Error,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Parser, Subcommand, ValueEnum};

mod ceiling;
mod load;
mod log;
mod machine;
mod measure;
mod report;
mod requirements;
mod served;
mod subject;

/// What goes wrong ends the benchmark with its text.
type Outcome<T> = Result<T, Box<dyn Error>>;

#[derive(Parser)]
#[command(about = "Measures the gateway against the bare libraries beneath it, on loopback.")]
struct Cli {
    /// Writes every figure by name to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    /// Seconds of one run.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=60))]
    seconds: u32,
    /// Runs of each row; the median counts.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=15))]
    runs: u32,
    /// Connections that the load keeps open, except where a row says otherwise.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=4096))]
    connections: u32,
    /// Measures only these parts; may be given several times.
    #[arg(long)]
    only: Vec<Part>,
    /// Receipts in the log that is measured.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1000..=10_000_000))]
    receipts: u32,
    /// Measures this program instead of one built from the sources.
    #[arg(long)]
    program: Option<PathBuf>,
    #[command(subcommand)]
    role: Option<Role>,
}

/// A part of the benchmark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Status reads on SQLite.
    Read,
    /// Lodging on SQLite.
    Lodge,
    /// Peak memory at 256 connections.
    Memory,
    /// Status reads and lodging on PostgreSQL.
    Postgres,
    /// Lists of 100,000 businesses under 20,000 requirements, on both.
    Requirements,
    /// The log over receipts: its growth, its proofs, and what it costs lodging; the first two on both.
    Log,
}

/// What the benchmark's own child processes do.
#[derive(Subcommand)]
enum Role {
    /// Serves a ceiling until the process is ended.
    #[command(hide = true)]
    Ceiling(ceiling::Ceiling),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match &cli.role {
        Some(Role::Ceiling(ceiling)) => ceiling.serve(),
        None => measure(&cli),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure_on_sqlite(
    plan: &measure::Plan,
    program: &Path,
    wanted: impl Fn(Part) -> bool,
    report: &mut report::Report,
) -> Outcome<()> {
    let mut subject = subject::Subject::on_sqlite(program)?;
    if wanted(Part::Read) {
        measure::reads(plan, &mut subject, "", report)?;
    }
    if wanted(Part::Lodge) {
        measure::lodging(plan, &mut subject, "", report)?;
    }
    if wanted(Part::Memory) {
        measure::memory(plan, &mut subject, report)?;
    }
    Ok(())
}

/// What needs PostgreSQL, and the requirements on both.
fn measure_on_postgres(
    plan: &measure::Plan,
    program: &Path,
    wanted: impl Fn(Part) -> bool,
    receipts: u32,
    report: &mut report::Report,
) -> Outcome<()> {
    let cluster = tests::postgres::Cluster::durable();
    match &cluster {
        Some(cluster) if wanted(Part::Postgres) => {
            let mut subject = subject::Subject::on_postgres(program, cluster)?;
            measure::reads(plan, &mut subject, "pg_", report)?;
            measure::lodging(plan, &mut subject, "pg_", report)?;
        }
        Some(_) => {}
        None => report.note("PostgreSQL is not installed (no initdb); its rows are missing."),
    }
    if wanted(Part::Requirements) {
        requirements::measure(plan, program, None, report)?;
        if let Some(cluster) = &cluster {
            requirements::measure(plan, program, Some(cluster), report)?;
        }
    }
    if let Some(cluster) = cluster.as_ref().filter(|_| wanted(Part::Log)) {
        log::measure(plan, program, receipts, Some(cluster), report)?;
    }
    Ok(())
}

fn measure(cli: &Cli) -> Outcome<()> {
    load::require_wrk()?;
    if cfg!(debug_assertions) {
        eprintln!("bench: built without --release; the figures say nothing about the product");
    }
    let wanted = |part: Part| cli.only.is_empty() || cli.only.contains(&part);
    let plan = measure::Plan { seconds: cli.seconds, runs: cli.runs, connections: cli.connections };
    let program = cli.program.as_deref().unwrap_or_else(|| {
        eprintln!("bench: building the program where it is not built yet");
        tests::program::binary()
    });
    let mut report = report::Report::new(machine::Machine::look()?);
    if wanted(Part::Read) || wanted(Part::Lodge) || wanted(Part::Memory) {
        measure_on_sqlite(&plan, program, wanted, &mut report)?;
    }
    if wanted(Part::Log) {
        log::cost(&plan, program, &mut report)?;
        log::measure(&plan, program, cli.receipts, None, &mut report)?;
    }
    if wanted(Part::Postgres) || wanted(Part::Requirements) || wanted(Part::Log) {
        measure_on_postgres(&plan, program, wanted, cli.receipts, &mut report)?;
    }
    print!("{report}");
    if let Some(path) = &cli.json {
        std::fs::write(path, report.json())?;
    }
    Ok(())
}
