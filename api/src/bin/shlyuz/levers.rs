//! The sandbox's levers over the sandbox crate, with the virtual clock kept across restarts.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use api::sandbox::{SandboxControl, TestBusiness};
use domain::{ports::clock::Clock, text::Text, time::Timestamp};
use jiff::SignedDuration;
use sandbox::{Profile, VirtualClock, portal, resources, script, seed};

/// What the sandbox can be made to do.
pub struct Levers {
    clock: Arc<VirtualClock>,
    kept: PathBuf,
}

impl Levers {
    /// Takes up the virtual clock where the last run left it.
    ///
    /// # Errors
    /// What the file system says, or a file that is not a number of seconds.
    pub fn open(data_dir: &Path, wall: Arc<dyn Clock>) -> io::Result<Self> {
        let kept = data_dir.join("clock");
        let offset = match fs::read_to_string(&kept) {
            Ok(text) => SignedDuration::from_secs(text.trim().parse().map_err(io::Error::other)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => SignedDuration::ZERO,
            Err(error) => return Err(error),
        };
        Ok(Self { clock: Arc::new(VirtualClock::new(wall, offset)), kept })
    }

    /// The virtual clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }
}

impl SandboxControl for Levers {
    fn advance(&self, by: SignedDuration) -> Timestamp {
        let now = self.clock.advance(by);
        if let Err(error) = fs::write(&self.kept, self.clock.offset().as_secs().to_string()) {
            tracing::warn!(%error, "the virtual clock's place is not kept across a restart");
        }
        now
    }

    fn business(&self, profile: &str, seed: u32) -> Option<TestBusiness> {
        let made = sandbox::TestBusiness::synthesise(Profile::parse(profile)?, seed);
        Some(TestBusiness { profile: made.facts })
    }

    fn profiles(&self) -> Vec<(&'static str, Text)> {
        seed::profiles()
    }

    fn scenarios(&self) -> Vec<(&'static str, Text)> {
        script::scenarios()
    }

    fn state_resources(&self) -> Vec<(&'static str, Text)> {
        [resources::scenarios(), portal::scenarios()].concat()
    }
}
