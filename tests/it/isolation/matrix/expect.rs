//! What each actor is answered, from an operation's rules alone.

use tests::Answer;

use super::cast::Actor;
use crate::isolation::Operation;

/// What a cell of the matrix holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// This problem.
    Problem(u16, &'static str),
    /// Nothing of the victim, whatever else.
    Hidden,
    /// Let in: refused, if at all, for another reason than who asks.
    Open,
    /// An error of RFC 6749: the client proves itself in the request.
    OAuth,
}

impl Expect {
    const UNAUTHENTICATED: Self = Self::Problem(401, "unauthenticated");
    const OTHER_SCOPE: Self = Self::Problem(403, "insufficient-scope");
    const NOT_FOUND: Self = Self::Problem(404, "not-found");

    /// In what an answer is not what was expected; None where it is.
    pub fn differs(self, status: u16, answer: Option<&Answer>, hidden: &[&String]) -> Option<String> {
        let body =
            answer.map(|answer| String::from_utf8_lossy(&answer.bytes).into_owned()).unwrap_or_default();
        let fits = match self {
            Self::Problem(expected, code) => {
                status == expected && answer.is_none_or(|answer| answer.json()["code"] == code)
            }
            Self::Hidden => {
                !matches!(status, 401 | 500..) && !hidden.iter().any(|word| body.contains(word.as_str()))
            }
            Self::Open => !matches!(status, 401 | 403 | 500..),
            Self::OAuth => {
                matches!(status, 400 | 401) && answer.is_some_and(|answer| answer.json()["error"].is_string())
            }
        };
        (!fits).then(|| format!("{status}: {body}"))
    }
}

/// What an actor is answered by an operation; None where the operation does not ask for that in which the actor fails.
pub fn expected(actor: Actor, operation: &Operation) -> Option<Expect> {
    match operation.rule("access") {
        "public" if actor == Actor::Keyless => None,
        "public" => Some(Expect::Open),
        "client" if actor == Actor::Keyless => None,
        "client" => Some(Expect::OAuth),
        _ => guarded(actor, operation),
    }
}

fn guarded(actor: Actor, operation: &Operation) -> Option<Expect> {
    match actor {
        Actor::NoToken
        | Actor::Malformed
        | Actor::Expired
        | Actor::ForeignIssuer
        | Actor::Revoked
        | Actor::Suspended
        | Actor::WithoutProof
        | Actor::OtherKey => Some(Expect::UNAUTHENTICATED),
        Actor::OtherScope => Some(Expect::OTHER_SCOPE),
        Actor::OtherSide if operation.rule("side").is_empty() => Some(Expect::Hidden),
        Actor::OtherSide => Some(Expect::OTHER_SCOPE),
        Actor::Keyless => {
            let keyed = operation.rule("idempotency_key") == "required";
            keyed.then_some(Expect::Problem(400, "idempotency-key-required"))
        }
        Actor::OtherTenant if operation.is_authority() => Some(reached(operation)),
        _ if operation.is_authority() => Some(Expect::OTHER_SCOPE),
        Actor::OtherTenant
        | Actor::Beneath
        | Actor::Narrowed
        | Actor::Dismissed
        | Actor::PowerExpired
        | Actor::PowerToCome
        | Actor::Powerless
        | Actor::Ceased => on_behalf(actor, operation),
    }
}

/// What who may not reach a thing is answered: a list hides it, its id answers as an unknown one does.
fn reached(operation: &Operation) -> Expect {
    if operation.rule("object").is_empty() { Expect::Hidden } else { Expect::NOT_FOUND }
}

/// Actors of the business's side.
fn on_behalf(actor: Actor, operation: &Operation) -> Option<Expect> {
    match operation.rule("mandate") {
        "named" => named(actor, operation),
        "held" if actor == Actor::Ceased => Some(Expect::Open),
        "own" if actor == Actor::Narrowed => Some(Expect::Open),
        "held" | "own" => Some(reached(operation)),
        _ => Some(Expect::Open),
    }
}

/// Operations whose path names the business.
fn named(actor: Actor, operation: &Operation) -> Option<Expect> {
    let refused = |code| Some(Expect::Problem(403, code));
    match actor {
        Actor::OtherTenant | Actor::Narrowed => Some(Expect::NOT_FOUND),
        Actor::Beneath => (operation.rule("object") != "business_id").then_some(Expect::NOT_FOUND),
        Actor::Dismissed => refused("mandate-ended"),
        Actor::PowerExpired => refused("mandate-expired"),
        Actor::PowerToCome => refused("mandate-not-yet-valid"),
        Actor::Powerless => refused("power-insufficient"),
        Actor::Ceased if operation.rule("scope").ends_with(":read") => Some(Expect::Open),
        Actor::Ceased => refused("principal-inactive"),
        Actor::NoToken
        | Actor::Malformed
        | Actor::Expired
        | Actor::ForeignIssuer
        | Actor::Revoked
        | Actor::Suspended
        | Actor::WithoutProof
        | Actor::OtherKey
        | Actor::OtherScope
        | Actor::OtherSide
        | Actor::Keyless => None,
    }
}
