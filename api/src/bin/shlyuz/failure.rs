//! How the program fails: one clear line, and an exit status that scripts can tell apart.

use std::{fmt, process::ExitCode};

/// Why a command did not do what was asked.
#[derive(Debug)]
pub enum Failure {
    /// The flags or the settings are wrong; nothing was tried. Exit status 2.
    Usage(String),
    /// It was tried and did not succeed. Exit status 1.
    Failed(String),
}

impl Failure {
    /// A failure told as `what: why`.
    pub fn of(what: impl fmt::Display, why: impl fmt::Display) -> Self {
        Self::Failed(format!("{what}: {why}"))
    }

    /// The status the process ends with.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::from(1),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::Failed(text) => f.write_str(text),
        }
    }
}
