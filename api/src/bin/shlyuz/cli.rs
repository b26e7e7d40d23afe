//! The command line.

use std::path::PathBuf;

use api::access::note::VerifierKey;
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;

use crate::{
    applications::Applications,
    config::{Config, Sources},
    failure::Failure,
    mandates::Mandates,
};

/// Shlyuz: the API channel between business software and authorities.
#[derive(Debug, Parser)]
#[command(name = "shlyuz", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub settings: SettingFlags,
    /// What to do; `serve` where nothing is said.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Settings given on the command line; they win over the environment and the file.
#[derive(Debug, Args)]
pub struct SettingFlags {
    /// The TOML file with settings; ./shlyuz.toml is read where it exists and nothing is named.
    #[arg(long, global = true, value_name = "FILE", env = "SHLYUZ_CONFIG")]
    config: Option<PathBuf>,
    /// Any setting by its key, such as --set limits.body_bytes=65536; may be repeated.
    #[arg(long, global = true, value_name = "KEY=VALUE", value_parser = key_and_value)]
    set: Vec<(String, String)>,
    /// sandbox or live.
    #[arg(long, global = true)]
    mode: Option<String>,
    /// The IP address and port to listen on.
    #[arg(long, global = true, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The public base address.
    #[arg(long, global = true, value_name = "URL")]
    base_url: Option<String>,
    /// The directory for the SQLite file, attachments and sandbox.json.
    #[arg(long, global = true, value_name = "DIRECTORY")]
    data_dir: Option<String>,
    /// sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME; a password belongs in the environment instead.
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// human or json.
    #[arg(long, global = true)]
    log_format: Option<String>,
    /// error, warn, info, debug or trace.
    #[arg(long, global = true)]
    log_level: Option<String>,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts the gateway.
    Serve,
    /// Brings the database's schema up to date.
    Migrate,
    /// Prints the OpenAPI document.
    Openapi,
    /// Asks the gateway at the configured address whether it is ready; exit status 0 or 1.
    Healthcheck,
    /// Verifies a receipt offline.
    Verify {
        /// The receipt: the gateway's answer as JSON, or the bare JWS.
        receipt: PathBuf,
        /// The gateway's keys, as at /.well-known/jwks.json.
        #[arg(long)]
        jwks: PathBuf,
        /// The document that the receipt should prove: {"service", "form", "attachments"} or a submission.
        #[arg(long)]
        document: Option<PathBuf>,
        /// The proof that the log holds the receipt, as at /v1/receipts/{receipt_id}/proof.
        #[arg(long, requires = "vkey")]
        proof: Option<PathBuf>,
        /// A verifier key of the log, as at /v1/log/keys; may be repeated.
        #[arg(long, value_name = "VKEY")]
        vkey: Vec<VerifierKey>,
    },
    /// Verifies offline that one checkpoint of the log follows another.
    VerifyConsistency {
        /// The older checkpoint.
        first: PathBuf,
        /// The newer one.
        second: PathBuf,
        /// The proof, as at /v1/log/proofs/consistency.
        #[arg(long)]
        proof: PathBuf,
        /// A verifier key of the log, as at /v1/log/keys; may be repeated.
        #[arg(long, value_name = "VKEY", required = true)]
        vkey: Vec<VerifierKey>,
    },
    /// Follows a log's checkpoints; exit status 1 with an alarm on standard error where two contradict each other.
    Monitor {
        /// The base address of the gateway.
        url: String,
        /// The file in which the last good checkpoint and the trusted keys are kept.
        #[arg(long, value_name = "FILE")]
        state: Option<PathBuf>,
        /// A verifier key that is trusted; without one, the keys published at the first look are. May be repeated.
        #[arg(long, value_name = "VKEY")]
        vkey: Vec<VerifierKey>,
        /// Looks once.
        #[arg(long)]
        once: bool,
        /// Seconds between two looks.
        #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
        every_s: u64,
    },
    /// Keeps official classifiers.
    #[command(subcommand)]
    Reference(Reference),
    /// Registers applications and ends their access; also beside a running gateway.
    #[command(subcommand)]
    Applications(Applications),
    /// Lets a business's own application act for it, and ends mandates; also beside a running gateway.
    #[command(subcommand)]
    Mandates(Mandates),
    /// Looks after assessments of requirements.
    #[command(subcommand)]
    Assessments(Assessments),
    /// Prints every setting as a Markdown table.
    Config,
}

/// What can be done with assessments.
#[derive(Debug, Subcommand)]
pub enum Assessments {
    /// Recounts everything from the rows and compares it with what is kept summed; exit status 1 where they differ.
    Check,
}

/// What can be done with classifiers.
#[derive(Debug, Subcommand)]
pub enum Reference {
    /// Imports a whole official file as a dictionary's new version; a running gateway takes it at its next start.
    Import {
        /// okved2, regions, okopf or powers.
        name: String,
        /// The official file as JSON.
        file: PathBuf,
        /// The day of the file's data; today if not said.
        #[arg(long, value_name = "YYYY-MM-DD")]
        as_of: Option<Date>,
    },
}

impl SettingFlags {
    /// The settings of all layers.
    ///
    /// # Errors
    /// [`Failure::Usage`] with a line for each fault.
    pub fn load(self) -> Result<Config, Failure> {
        let texts = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let sources = self.into_sources(texts.collect());
        Config::load(&sources).map_err(|faults| Failure::Usage(format!("the settings do not fit:\n{faults}")))
    }

    fn into_sources(self, environment: Vec<(String, String)>) -> Sources {
        let Self { config, set, mode, listen, base_url, data_dir, database_url, log_format, log_level } =
            self;
        let short = [
            ("mode", mode, "--mode"),
            ("server.listen", listen, "--listen"),
            ("base_url", base_url, "--base-url"),
            ("data_dir", data_dir, "--data-dir"),
            ("database.url", database_url, "--database-url"),
            ("log.format", log_format, "--log-format"),
            ("log.level", log_level, "--log-level"),
        ];
        let short =
            short.into_iter().filter_map(|(key, value, flag)| Some((key.into(), value?, flag.into())));
        let any = set.into_iter().map(|(key, value)| (key, value, "--set".to_owned()));
        Sources { file: config, environment, flags: any.chain(short).collect() }
    }
}

fn key_and_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write KEY=VALUE, such as limits.body_bytes=65536")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_serves_by_default() {
        Cli::command().debug_assert();
        assert!(Cli::try_parse_from(["shlyuz"]).is_ok_and(|cli| cli.command.is_none()));
        assert!(Cli::try_parse_from(["shlyuz", "serve", "--set", "mode"]).is_err());
    }

    #[test]
    fn flags_become_the_last_layer_wherever_they_stand() {
        let line = [
            "shlyuz",
            "--mode",
            "live",
            "serve",
            "--listen",
            "[::]:1",
            "--set",
            "base_url=https://a.example",
        ];
        let cli = Cli::try_parse_from(line).expect("a right line");
        let config = Config::load(&cli.settings.into_sources(Vec::new())).expect("right settings");
        assert_eq!(config.local_address().to_string(), "[::1]:1");
        assert_eq!(config.base_url(), "https://a.example");
    }
}
