//! The gateway's whole state: one value, made in `wiring.rs`, shared by every handler.

use std::sync::Arc;

use arc_swap::ArcSwap;
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use domain::{
    calendar::WorkingCalendar,
    catalogue::Catalogue,
    clerk::Clerk,
    ports::{
        authority::Authorities, clock::Clock, regulation_portal::RegulationPortal,
        state_resource::StateResources, store::Store,
    },
    submission::Desk,
    time::{Stamp, Timestamp},
};
use ulid::Ulid;

use crate::{
    access::claims::VerifiedToken,
    blobs::Blobs,
    feed::Feed,
    limits::Limits,
    outbound::{guard::Guard, lists::Redrawing},
    registry::InForce,
    sandbox::SandboxControl,
    tokens::Tokens,
};

/// The gateway's whole state.
pub struct Gateway {
    /// The public base URL, without a slash at its end; never taken from a request.
    pub base_url: String,
    /// Everything remembered.
    pub store: Store,
    /// The clock that submissions and terms go by; in the sandbox it can be moved.
    pub clock: Arc<dyn Clock>,
    /// The real clock, for tokens and rate limits: a moved sandbox clock must not end anybody's access.
    pub wall_clock: Arc<dyn Clock>,
    /// Access tokens, client authentication, keys, receipts' signature.
    pub tokens: Tokens,
    /// The catalogue in force; replaced as a whole.
    pub catalogue: ArcSwap<Catalogue>,
    /// The registry of requirements in force, with the search over it.
    pub registry: InForce,
    /// How far personal lists have been drawn.
    pub redrawing: Redrawing,
    /// Working days.
    pub calendar: Arc<WorkingCalendar>,
    /// Connectors to authorities' systems.
    pub authorities: Arc<dyn Authorities>,
    /// Connections to state resources.
    pub state_resources: Arc<dyn StateResources>,
    /// The connection to the regulation portal.
    pub regulation_portal: Arc<dyn RegulationPortal>,
    /// Attachments' bytes.
    pub blobs: Blobs,
    /// Where the gateway connects at others' wish.
    pub guard: Guard,
    /// Wakes those who wait for events.
    pub feed: Feed,
    /// Every limit, as published at `/v1/limits`.
    pub limits: Limits,
    /// What only the sandbox has; None in live mode.
    pub sandbox: Option<Arc<dyn SandboxControl>>,
    /// Where to report a vulnerability: a URI (RFC 9116).
    pub security_contact: String,
    /// Renders the metrics in Prometheus text format.
    pub metrics: Box<dyn Fn() -> String + Send + Sync>,
    /// Random bytes for ids.
    pub random: SystemRandom,
}

impl Gateway {
    /// Draws the moment and the ids of one unit of work.
    pub fn stamp(&self) -> Stamp {
        let now = self.clock.now();
        Stamp::new(now, self.ulid(now))
    }

    /// What the submissions' use cases work with.
    pub fn desk(&self) -> Desk {
        Desk {
            catalogue: self.catalogue.load_full(),
            calendar: Arc::clone(&self.calendar),
            signer: self.tokens.receipt_signer(),
            authorities: Arc::clone(&self.authorities),
        }
    }

    /// What the use cases about requirements work with.
    pub fn clerk(&self) -> Clerk {
        Clerk {
            registry: self.registry.load_full(),
            catalogue: self.catalogue.load_full(),
            calendar: Arc::clone(&self.calendar),
            signer: self.tokens.receipt_signer(),
        }
    }

    /// Whether a token that was verified when a long answer began is still worth something.
    pub fn still_good(&self, token: &VerifiedToken) -> bool {
        let expired = token.expires_s() <= self.wall_clock.now().seconds();
        let verifier = self.tokens.verifier();
        !expired && !verifier.is_revoked(token.jti()) && !verifier.is_suspended(token.client())
    }

    /// Whether the store answers a read now.
    pub async fn store_answers(&self) -> bool {
        self.store.read(|tx| tx.events().head()).await.is_ok()
    }

    /// Draws random bytes.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut random = [0; N];
        self.random
            .fill(&mut random)
            .expect("the system's random source answers once the system has started");
        random
    }

    fn ulid(&self, now: Timestamp) -> Ulid {
        let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
        Ulid::from_parts(millis, u128::from_le_bytes(self.random_bytes()))
    }
}
