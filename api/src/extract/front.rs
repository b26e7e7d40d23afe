//! What extractors and middleware need of the gateway: little enough to stand alone in their tests.

use std::{future::Future, pin::Pin, sync::Arc};

use actix_web::{
    HttpRequest,
    web::{Data, ServiceConfig},
};
use domain::{ports::store::StoreError, time::Timestamp};

use crate::{
    access::claims::{TokenError, VerifiedToken},
    gateway::Gateway,
    limits::Limits,
    possession::{Possession, ProofClaim},
};

/// What extractors and middleware need of the gateway.
pub trait Front: Send + Sync {
    /// The public base URL, without a slash at its end.
    fn base_url(&self) -> &str;
    /// Every limit.
    fn limits(&self) -> &Limits;
    /// The real time, whatever the sandbox's clock says.
    fn now(&self) -> Timestamp;
    /// The time that acts and terms go by; in the sandbox it can be moved.
    fn acting_time(&self) -> Timestamp;
    /// Verifies an access token at this moment.
    ///
    /// # Errors
    /// Why it is refused, for the log.
    fn verify(&self, token: &str) -> Result<Arc<VerifiedToken>, TokenError>;
    /// What tokens are bound to, and the proofs of it.
    fn possession(&self) -> &Possession;
    /// Uses a proof up in the store; false if it was used before, here or by another gateway.
    fn claim(&self, proof: ProofClaim) -> Claimed<'_>;
}

/// Whether a proof is used for the first time.
pub type Claimed<'f> = Pin<Box<dyn Future<Output = Result<bool, StoreError>> + 'f>>;

impl Front for Gateway {
    fn base_url(&self) -> &str {
        &self.base_url
    }

    fn limits(&self) -> &Limits {
        &self.limits
    }

    fn now(&self) -> Timestamp {
        self.wall_clock.now()
    }

    fn acting_time(&self) -> Timestamp {
        self.clock.now()
    }

    fn verify(&self, token: &str) -> Result<Arc<VerifiedToken>, TokenError> {
        self.tokens.verify(token, self.now())
    }

    fn possession(&self) -> &Possession {
        self.tokens.possession()
    }

    fn claim(&self, ProofClaim { name, until }: ProofClaim) -> Claimed<'_> {
        Box::pin(self.store.write(move |tx| tx.access().use_proof(&name, until)))
    }
}

/// Gives an application its gateway: to handlers as `Data<Gateway>`, to extractors and middleware as [`Front`].
///
/// The middleware looks for it in the application's data: use it with `App::configure`, not in an inner scope.
pub fn state(gateway: Arc<Gateway>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(Data::from(Arc::clone(&gateway) as Arc<dyn Front>)).app_data(Data::from(gateway));
    }
}

/// The front of the gateway that serves this request.
pub(crate) fn front_of(request: &HttpRequest) -> &Arc<dyn Front> {
    let data: Option<&Data<dyn Front>> = request.app_data();
    data.expect("the wiring mounts no route without the gateway's state")
}
