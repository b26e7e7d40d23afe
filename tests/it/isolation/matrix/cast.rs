//! Everybody who may not: each differs from who may in one thing.

use std::collections::HashMap;

use reqwest::{
    RequestBuilder,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use tests::{
    Bound, Client, Key,
    client::{now, text},
    representatives::{Representative, granted},
};

use crate::{
    access::forge,
    isolation::{Operation, world::World},
};

/// In what a caller fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Actor {
    /// No token.
    NoToken,
    /// A token with its end cut off.
    Malformed,
    /// A token whose term is over.
    Expired,
    /// A token of another issuer, as the live gateway's are the sandbox's.
    ForeignIssuer,
    /// A token that was revoked.
    Revoked,
    /// A token of an application that was suspended.
    Suspended,
    /// A token bound to a key, shown without a proof.
    WithoutProof,
    /// A token bound to a key, shown with another key's proof.
    OtherKey,
    /// A token of another scope.
    OtherScope,
    /// A token of the other side.
    OtherSide,
    /// Another tenant: for a business another business, for an authority another authority.
    OtherTenant,
    /// Another business that looks for the victim's things beneath its own path.
    Beneath,
    /// The victim's own token, narrowed to another business of its application.
    Narrowed,
    /// A representative that was dismissed.
    Dismissed,
    /// A representative whose power of attorney is over.
    PowerExpired,
    /// A representative whose power of attorney is still to begin.
    PowerToCome,
    /// A representative whose power does not cover the operation.
    Powerless,
    /// A representative of a business that has ceased.
    Ceased,
    /// Who may, without the key that an act asks for.
    Keyless,
}

/// The clients of the actors.
pub struct Cast {
    clients: HashMap<Actor, Client>,
    /// For the business's side and the authority's: a token for events alone, and one for the sandbox alone.
    narrow: [[Client; 2]; 2],
    /// Expired and of another issuer, for the authority's side.
    of_authority: HashMap<Actor, Client>,
    bound: Bound,
    other_key: Key,
}

impl Cast {
    pub async fn gather(world: &World) -> Self {
        let nobody = world.own.client();
        let token = world.victim.token().expect("logged in");
        let mut clients = HashMap::from([
            (Actor::NoToken, nobody.clone()),
            (Actor::Malformed, nobody.with_token(&token[..token.len() - 4])),
            (Actor::OtherTenant, world.thief.clone()),
            (Actor::Beneath, world.thief.clone()),
            (Actor::Narrowed, narrowed(world).await),
        ]);
        clients.extend(forged(world, &world.victim));
        clients.extend(shut_out(world).await);
        clients.extend(representatives(world).await);
        let bound = Bound::register(&nobody, world.own.program.base_url()).await;
        clients.insert(Actor::WithoutProof, nobody.with_token(&bound.token));
        clients.insert(Actor::OtherKey, nobody);
        let narrow = [&world.victim, &world.authority]
            .map(|whole| ["events:read", "sandbox:control"].map(|scope| scoped(world, whole, scope)));
        let of_authority = forged(world, &world.authority);
        Self { clients, narrow, of_authority, bound, other_key: Key::default() }
    }

    /// Who sends for an actor.
    pub fn sender<'c>(&'c self, world: &'c World, actor: Actor, operation: &Operation) -> &'c Client {
        let authority = operation.is_authority();
        if actor == Actor::Keyless {
            world.entitled(operation)
        } else if actor == Actor::OtherScope {
            let events = operation.rule("scope") == "events:read";
            &self.narrow[usize::from(authority)][usize::from(events)]
        } else if actor == Actor::OtherSide {
            if authority { &world.victim } else { &world.authority }
        } else if actor == Actor::OtherTenant && authority {
            &world.foreign_authority
        } else if let Some(client) = self.of_authority.get(&actor).filter(|_| authority) {
            client
        } else {
            &self.clients[&actor]
        }
    }

    /// A request that lacks nothing but that in which the actor fails.
    pub fn request(&self, world: &World, actor: Actor, operation: &Operation) -> RequestBuilder {
        let mut path = world.path(operation);
        if actor == Actor::Beneath {
            path = path.replace(&world.things.business, &world.thief_business);
        }
        let sender = self.sender(world, actor, operation);
        let request = match operation.id.as_str() {
            // Whoever may move the clock: the terms of the others shall not end by it.
            "move_clock" => world.request_with(sender, operation, &path, b"{\"advance_s\":0}".to_vec()),
            _ => world.request(sender, operation, &path),
        };
        if actor == Actor::OtherKey {
            return request.headers(self.stolen(operation, &path));
        }
        let mut request = request.build().expect("the request is sound");
        if actor == Actor::Keyless {
            request.headers_mut().remove("Idempotency-Key");
        }
        RequestBuilder::from_parts(sender.http().clone(), request)
    }

    /// The bound token with a proof that another key signed.
    fn stolen(&self, operation: &Operation, path: &str) -> HeaderMap {
        let proof = self.other_key.proof(&self.bound.claims(operation.method.as_str(), path));
        let value = |text: String| HeaderValue::try_from(text).expect("it is plain text");
        HeaderMap::from_iter([
            (AUTHORIZATION, value(format!("DPoP {}", self.bound.token))),
            ("dpop".parse().expect("a header's name"), value(proof)),
        ])
    }

    /// What an actor must not be shown. Representatives know the business for which they have acted.
    pub fn hidden<'w>(&self, world: &'w World, actor: Actor) -> Vec<&'w String> {
        if actor == Actor::OtherSide {
            // An authority's feed tells of what is addressed to it.
            return Vec::new();
        }
        let things = &world.things;
        let mut words = vec![&things.submission, &things.attachment, &things.receipt];
        if matches!(actor, Actor::OtherTenant | Actor::Beneath | Actor::Narrowed) {
            words.push(&things.business);
        }
        words
    }
}

/// Expired, and of another issuer; but for that as good as the whole client's.
fn forged(world: &World, whole: &Client) -> HashMap<Actor, Client> {
    let expired = forge(&world.own, whole, "at+jwt", |claims| {
        claims["iat"] = json!(now() - 300);
        claims["nbf"] = json!(now() - 300);
        claims["exp"] = json!(now() - 1);
    });
    let foreign = forge(&world.own, whole, "at+jwt", |claims| claims["iss"] = json!("https://live.example"));
    HashMap::from([(Actor::Expired, expired), (Actor::ForeignIssuer, foreign)])
}

/// The whole client's token with one scope alone.
fn scoped(world: &World, whole: &Client, scope: &str) -> Client {
    forge(&world.own, whole, "at+jwt", |claims| claims["scope"] = json!(scope))
}

async fn narrowed(world: &World) -> Client {
    let other = world.victim.business("cafe").await;
    forge(&world.own, &world.victim, "at+jwt", |claims| {
        claims["authorization_details"] = json!([{ "type": "shlyuz_business", "businesses": [other] }]);
    })
}

/// Revoked, and suspended. The gateway hears of a suspension within a second.
async fn shut_out(world: &World) -> [(Actor, Client); 2] {
    let client = world.own.client();
    let asked = json!({ "client_name": "revoked", "token_endpoint_auth_method": "client_secret_basic" });
    let made = client.post("/oauth2/register", asked).await.expect(201);
    let (id, secret) = (text(&made["client_id"]), text(&made["client_secret"]));
    let revoked = client.log_in(&id, &secret).await;
    let form = [("token", revoked.token().expect("logged in"))];
    let request = client.http().post(format!("{}/oauth2/revoke", client.base_url()));
    client.send(request.basic_auth(&id, Some(&secret)).form(&form)).await.expect(200);
    let suspended = Representative::register(&client, "suspended").await;
    let output = world.own.program.command(&["applications", "suspend", &suspended.id]);
    assert!(output.status.success(), "{output:?}");
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    [(Actor::Revoked, revoked), (Actor::Suspended, suspended.client)]
}

/// Representatives of the victim whose mandates do not carry the act.
async fn representatives(world: &World) -> Vec<(Actor, Client)> {
    let base = format!("/v1/businesses/{}", world.things.business);
    let begin = text(&world.victim.get("/sandbox/clock").await.expect(200)["now"]);
    let begin: domain::time::Timestamp = begin.parse().expect("a moment");
    let soon = domain::time::Timestamp::from_micros(begin.micros() + 60_000_000).expect("in range");
    let whole = json!(["KLASS_2.0_REPRESENT_INTERESTS"]);
    let scopes: [(Actor, Value); 5] = [
        (Actor::Dismissed, json!({ "powers": whole })),
        (Actor::PowerExpired, json!({ "powers": whole, "valid_until": soon })),
        (Actor::PowerToCome, json!({ "powers": whole, "valid_from": "2100-01-01T00:00:00Z" })),
        (Actor::Powerless, json!({ "powers": ["KLASS_2.0_SIGN"] })),
        (Actor::Ceased, json!({ "kind": "own" })),
    ];
    let mut all = Vec::new();
    for (actor, scope) in scopes {
        let agent = Representative::register(&world.victim, "agent").await;
        let mandate = granted(&world.victim, &base, &agent, scope).await;
        let path = format!("{base}/representatives/{}/dismissal", text(&mandate["id"]));
        if actor == Actor::Dismissed {
            world.victim.post(&path, json!({})).await.expect(200);
        }
        if actor == Actor::Ceased {
            let id = text(&mandate["id"]);
            world.own.sql(&format!("UPDATE mandates SET principal_active = 0 WHERE id = '{id}'"));
        }
        all.push((actor, agent.client));
    }
    world.victim.post("/sandbox/clock", json!({ "advance_s": 61 })).await.expect(200);
    all
}
