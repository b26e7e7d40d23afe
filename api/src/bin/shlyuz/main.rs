//! The program `shlyuz`: the gateway itself, and the small commands around it.

use std::{
    io::{self, Write},
    process::ExitCode,
    time::Duration,
};

use actix_web::rt::System;
use clap::Parser;

use cli::{Assessments, Cli, Command, Reference, SettingFlags};
use config::Config;
use failure::Failure;
use monitor::Watch;

mod applications;
mod assessments;
mod banner;
mod cli;
mod clock;
mod config;
mod failure;
mod healthcheck;
mod levers;
mod logged;
mod logging;
mod mandates;
mod monitor;
mod reference;
mod scan;
mod seeding;
mod serve;
mod signals;
mod tls;
#[cfg(debug_assertions)]
mod unguarded;
mod verify;
mod wiring;

/// What one thread allocates for a unit of work another frees; the system's allocator makes them wait for each other.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("shlyuz: {failure}");
            failure.exit_code()
        }
    }
}

fn run(cli: Cli) -> Result<(), Failure> {
    let settings = cli.settings;
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(&settings.load()?),
        Command::Migrate => migrate(&settings.load()?),
        Command::Openapi => {
            print(api::routes::document_bytes(settings.load()?.mode == config::Mode::Sandbox).0)
        }
        Command::Healthcheck => System::new().block_on(healthcheck::check(&settings.load()?)),
        Command::Verify { receipt, jwks, document, proof, vkey } => {
            let facts = verify::verify(&receipt, &jwks, document.as_deref())?;
            let logged = proof.map(|proof| logged::logged(&receipt, &proof, &vkey)).transpose()?;
            print((logged.unwrap_or_default() + &facts).as_bytes())
        }
        Command::VerifyConsistency { first, second, proof, vkey } => {
            print(logged::consistent(&first, &second, &proof, &vkey)?.as_bytes())
        }
        Command::Monitor { url, state, vkey, once, every_s } => {
            let (url, every) = (url.trim_end_matches('/').to_owned(), Duration::from_secs(every_s));
            System::new().block_on(monitor::follow(&Watch { url, state, vkeys: vkey, once, every }))
        }
        Command::Reference(Reference::Import { name, file, as_of }) => {
            let (config, _logging) = begin(settings)?;
            System::new().block_on(reference::import(&config, &name, &file, as_of))
        }
        Command::Assessments(Assessments::Check) => {
            System::new().block_on(assessments::check(&settings.load()?))
        }
        Command::Applications(command) => {
            let (config, _logging) = begin(settings)?;
            System::new().block_on(applications::run(&config, command))
        }
        Command::Mandates(command) => {
            let (config, _logging) = begin(settings)?;
            System::new().block_on(mandates::run(&config, command))
        }
        Command::Config => print(config::markdown().as_bytes()),
    }
}

/// The settings of a command that writes to the log, and the log.
fn begin(settings: SettingFlags) -> Result<(Config, logging::Logging), Failure> {
    let config = settings.load()?;
    let logging = logging::start(config.log.format, config.log.level);
    Ok((config, logging))
}

fn serve(config: &Config) -> Result<(), Failure> {
    let _logging = logging::start(config.log.format, config.log.level);
    #[cfg(debug_assertions)]
    unguarded::watch();
    System::new().block_on(serve::serve(config))
}

fn migrate(config: &Config) -> Result<(), Failure> {
    let _logging = logging::start(config.log.format, config.log.level);
    config.make_data_dir()?;
    persistence::migrate(&config.store_options(|_| {}))
        .map_err(|error| Failure::of("the schema was not brought up to date", error))
}

/// Writes to standard output; whoever closes the pipe early has read enough.
fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::of("standard output", error)),
        Ok(()) | Err(_) => Ok(()),
    }
}
