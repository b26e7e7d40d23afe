//! The scan hook: an operator's program that looks into every attachment.

use std::{
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use api::blobs::Scan;

/// How often a running scan is asked whether it has ended.
const POLL: Duration = Duration::from_millis(20);

/// Runs a program with the file's path as its only argument.
///
/// Exit status 0 takes the file and 1 refuses it. Any other end, and a scan that outlasts its time, is an error: the
/// upload stays where it is and is tried again.
#[derive(Debug, Clone)]
pub struct CommandScan {
    command: OsString,
    patience: Duration,
}

impl CommandScan {
    /// Scans with `command`, each time for at most `patience`.
    pub fn new(command: PathBuf, patience: Duration) -> Self {
        Self { command: command.into(), patience }
    }
}

impl Scan for CommandScan {
    fn clean(&self, path: &Path) -> io::Result<bool> {
        let mut command = Command::new(&self.command);
        command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let status = wait(&mut child, self.patience)?;
        match status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            Some(_) | None => Err(io::Error::other(format!("the scan ended with {status}"))),
        }
    }
}

fn wait(child: &mut Child, patience: Duration) -> io::Result<ExitStatus> {
    let mut waited = Duration::ZERO;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if waited >= patience {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the scan took too long and was ended"));
        }
        thread::sleep(POLL);
        waited += POLL;
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn scan(command: &str, path: &str, patience: Duration) -> io::Result<bool> {
        CommandScan::new(command.into(), patience).clean(Path::new(path))
    }

    #[test]
    fn the_exit_status_decides() {
        let patience = Duration::from_secs(10);
        assert!(scan("true", "/x", patience).is_ok_and(|clean| clean));
        assert!(scan("false", "/x", patience).is_ok_and(|clean| !clean));
        assert!(scan("ls", "/nowhere/at/all", patience).is_err(), "status 2 is neither");
        assert!(scan("/nowhere/scan", "/x", patience).is_err());
    }

    #[test]
    fn a_scan_that_hangs_is_ended() {
        let error = scan("sleep", "60", Duration::from_millis(40)).expect_err("60 s are too long");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
