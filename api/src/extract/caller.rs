//! The calling application, proven by its token, held to its scope and to its rate.

use std::{
    fmt,
    future::{Ready, ready},
    marker::PhantomData,
    sync::Arc,
};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload};
use domain::{
    actor::{AuthorityActor, Side},
    event::Audience,
    guard::{self, Guard},
    ids::{ApplicationId, AuthorityId, BusinessId},
    mandate::{Holder, OnBehalf, Right},
};

use futures_util::future::{Either, LocalBoxFuture};

use super::{
    Front, front_of,
    holder::{judge, refusal, shown, unauthenticated},
};
use crate::{
    access::{
        claims::{Reach, VerifiedToken},
        scope::{Scope, ScopeSet},
    },
    limits::too_many,
    middleware::Seen,
    possession::{PossessionError, ProofClaim},
    problem::{Code, Coded as _, Fault, ProblemDraft, both},
};

/// The caller of an operation that needs the scope `S`.
#[derive(Debug)]
pub struct Caller<S> {
    /// The calling application.
    pub application: ApplicationId,
    /// The side it stands on.
    pub side: Side,
    /// The authority whose back office it is; None on the business side.
    pub authority: Option<AuthorityId>,
    /// Its token.
    pub token: Arc<VerifiedToken>,
    front: FrontHandle,
    scope: PhantomData<fn() -> S>,
}

/// The gateway's front, from which the caller takes the time when it asks.
struct FrontHandle(Arc<dyn Front>);

impl fmt::Debug for FrontHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Front")
    }
}

impl<S: Scope> Caller<S> {
    /// The application, if it stands on the business's side.
    ///
    /// # Errors
    /// 403 `wrong-side` for an authority.
    pub fn as_business(&self) -> Result<ApplicationId, Fault> {
        match self.side {
            Side::Business => Ok(self.application.clone()),
            Side::Authority => Err(Fault::plain(Code::WrongSide)),
        }
    }

    /// The claim to act for a business; the use case checks the mandate behind it.
    ///
    /// # Errors
    /// 404 where the token does not reach the business, 403 `wrong-side` for an authority.
    pub fn on_behalf(&self, business: &BusinessId) -> Result<OnBehalf, Fault> {
        self.as_business()?;
        if !self.reaches(business) {
            return Err(Fault::plain(Code::NotFound));
        }
        let Holder { application, right, at } = self.holder()?;
        Ok(OnBehalf { application, business: business.clone(), right, at })
    }

    /// The claim to whatever the caller's mandates let it see. The right follows from the operation's scope.
    ///
    /// # Errors
    /// 403 `wrong-side` for an authority, and where the scope concerns no business.
    pub fn holder(&self) -> Result<Holder, Fault> {
        let application = self.as_business()?;
        let right = Right::of_scope(S::NAME).ok_or_else(|| Fault::plain(Code::WrongSide))?;
        Ok(Holder { application, right, at: self.front.0.acting_time() })
    }

    /// Whether the token reaches a business; the mandate is another question.
    pub fn reaches(&self, business: &BusinessId) -> bool {
        match self.token.reach() {
            Reach::AllMandates => true,
            Reach::Businesses(named) => named.contains(business) || !guard::stands(Guard::Reach),
            Reach::Authority(_) => false,
        }
    }

    /// Asks once more at the end of a long wait, in which the token may have been revoked.
    ///
    /// # Errors
    /// 401 where it is no longer good.
    pub fn still_admitted(&self, good: bool) -> Result<(), Fault> {
        if good { Ok(()) } else { Err(unauthenticated(true).into()) }
    }

    /// Whose events the caller may read.
    ///
    /// # Errors
    /// As [`Self::holder`].
    pub fn audience(&self) -> Result<Audience, Fault> {
        let businesses = match self.token.reach() {
            Reach::AllMandates => None,
            Reach::Businesses(named) => Some(named.clone()),
            Reach::Authority(authority) => return Ok(Audience::Authority(authority.clone())),
        };
        Ok(Audience::Application { holder: self.holder()?, businesses })
    }

    /// The authority in whose name the caller acts.
    ///
    /// # Errors
    /// 403 `wrong-side` for a business's application.
    pub fn as_authority(&self) -> Result<AuthorityActor, Fault> {
        let authority = self.authority.clone().ok_or_else(|| Fault::plain(Code::WrongSide))?;
        Ok(AuthorityActor { application: self.application.clone(), authority })
    }
}

impl<S: Scope + 'static> FromRequest for Caller<S> {
    type Error = Fault;
    type Future = Either<Ready<Result<Self, Fault>>, LocalBoxFuture<'static, Result<Self, Fault>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        match admit(request) {
            Ok((caller, Some(proof))) => {
                let front = Arc::clone(front_of(request));
                Either::Right(Box::pin(async move { claim(front.as_ref(), proof).await.map(|()| caller) }))
            }
            Ok((caller, None)) => Either::Left(ready(Ok(caller))),
            Err(fault) => Either::Left(ready(Err(fault))),
        }
    }
}

/// Verifies the token and that its holder sends it, counts the request, then asks for the scope: a stranger spends
/// nobody's rate. The proof that is returned has to be claimed in the store before anything happens.
fn admit<S: Scope>(request: &HttpRequest) -> Result<(Caller<S>, Option<ProofClaim>), Fault> {
    let front = front_of(request);
    let shown = shown(request)?;
    let token =
        front.verify(shown.token).map_err(|refusal| Fault::from(unauthenticated(true).cause(refusal)))?;
    let proof = judge(request, front.as_ref(), &shown, &token)?;
    let application = token.client().clone();
    let standing = front.limits().admit_application(&application);
    let (Ok(seen) | Err(seen)) = standing;
    request.extensions_mut().insert(Seen { application: application.clone(), standing: seen });
    standing.map_err(too_many)?;
    if !token.scopes().has::<S>() && guard::stands(Guard::Scope) {
        return Err(lacks(S::NAME, token.scopes()));
    }
    let authority = match token.reach() {
        Reach::Authority(authority) => Some(authority.clone()),
        Reach::AllMandates | Reach::Businesses(_) => None,
    };
    let side = if authority.is_some() { Side::Authority } else { Side::Business };
    let front = FrontHandle(Arc::clone(front));
    Ok((Caller { application, side, authority, token, front, scope: PhantomData }, proof))
}

/// Uses a proof up for every gateway over the store and for good.
async fn claim(front: &dyn Front, proof: ProofClaim) -> Result<(), Fault> {
    match front.claim(proof).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(refusal(PossessionError::Replayed)),
        Err(error) => Err(error.draft().into()),
    }
}

fn lacks(needed: &'static str, held: ScopeSet) -> Fault {
    let detail = both(
        format!("Нужно право {needed}, у токена есть: {held}."),
        format!("The scope {needed} is needed; the token has: {held}."),
    );
    ProblemDraft::new(Code::InsufficientScope, detail)
        .with("required_scope", needed)
        .challenge(format!("Bearer realm=\"shlyuz\", error=\"insufficient_scope\", scope=\"{needed}\""))
        .into()
}
