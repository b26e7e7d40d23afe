//! The calling application, proven by its token, held to its scope and to its rate.

use std::{
    fmt,
    future::{Ready, ready},
    marker::PhantomData,
    sync::Arc,
};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header::AUTHORIZATION};
use domain::{
    actor::{AuthorityActor, Side},
    event::Audience,
    ids::{ApplicationId, AuthorityId, BusinessId},
    mandate::{Holder, OnBehalf, Right},
};

use super::{Front, front_of, only_header};
use crate::{
    access::{
        claims::{Reach, VerifiedToken},
        scope::{Scope, ScopeSet},
    },
    limits::too_many,
    middleware::Seen,
    problem::{Code, Fault, ProblemDraft, both},
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
            Reach::Businesses(named) => named.contains(business),
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
    type Future = Ready<Result<Self, Fault>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request))
    }
}

/// Verifies the token, counts the request, then asks for the scope: a stranger spends nobody's rate.
fn admit<S: Scope>(request: &HttpRequest) -> Result<Caller<S>, Fault> {
    let front = front_of(request);
    let token = front
        .verify(bearer(request)?)
        .map_err(|refusal| Fault::from(unauthenticated(true).cause(refusal)))?;
    let application = token.client().clone();
    let standing = front.limits().admit_application(&application);
    let (Ok(seen) | Err(seen)) = standing;
    request.extensions_mut().insert(Seen { application: application.clone(), standing: seen });
    standing.map_err(too_many)?;
    if !token.scopes().has::<S>() {
        return Err(lacks(S::NAME, token.scopes()));
    }
    let authority = match token.reach() {
        Reach::Authority(authority) => Some(authority.clone()),
        Reach::AllMandates | Reach::Businesses(_) => None,
    };
    let side = if authority.is_some() { Side::Authority } else { Side::Business };
    let front = FrontHandle(Arc::clone(front));
    Ok(Caller { application, side, authority, token, front, scope: PhantomData })
}

/// The one bearer token of the request (RFC 6750 section 2.1; never from the query).
fn bearer(request: &HttpRequest) -> Result<&str, Fault> {
    if !request.headers().contains_key(AUTHORIZATION) {
        return Err(unauthenticated(false).into());
    }
    if request.headers().get_all(AUTHORIZATION).nth(1).is_some() {
        let detail =
            both("Заголовок Authorization передан дважды.", "The Authorization header is given twice.");
        return Err(ProblemDraft::new(Code::MalformedRequest, detail).into());
    }
    only_header(request, "authorization")
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| unauthenticated(true).into())
}

/// RFC 6750 section 3: no error code where no token was given.
fn unauthenticated(given: bool) -> ProblemDraft {
    if given {
        let detail = both("Токен не принят.", "The token is not accepted.");
        let draft = ProblemDraft::new(Code::Unauthenticated, detail);
        draft.challenge("Bearer realm=\"shlyuz\", error=\"invalid_token\"")
    } else {
        let detail = both("Токена нет.", "There is no token.");
        ProblemDraft::new(Code::Unauthenticated, detail).challenge("Bearer realm=\"shlyuz\"")
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
