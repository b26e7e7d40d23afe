//! The operating system's signals.

use std::io;

/// Waits for the operator's wish to stop.
#[cfg(unix)]
pub struct Stop {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Stop {
    /// Listens from now on; until then the signals end the process at once.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        Ok(Self { terminate, interrupt })
    }

    /// Returns the name of the next SIGTERM or SIGINT.
    pub async fn asked(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}

/// Waits for the operator's wish to stop.
#[cfg(not(unix))]
pub struct Stop;

#[cfg(not(unix))]
impl Stop {
    /// Listens from now on.
    ///
    /// # Errors
    /// None on this system.
    pub fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    /// Returns at the next Ctrl-C.
    pub async fn asked(&mut self) -> &'static str {
        match tokio::signal::ctrl_c().await {
            Ok(()) => "Ctrl-C",
            Err(_) => std::future::pending().await,
        }
    }
}

/// Keeps SIGXFSZ, sent at a file size limit, from ending the process: the write fails with an error instead, and the
/// database answers as it does on a full disk. Taking the signal and dropping it leaves an empty handler for good.
///
/// # Errors
/// What the operating system says.
pub fn survive_file_size_limit() -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        /// The same number on x86, ARM, RISC-V and POWER.
        const SIGXFSZ: i32 = 25;
        let _handler = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::from_raw(SIGXFSZ))?;
    }
    Ok(())
}
