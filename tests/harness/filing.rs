//! The two sides that most tests play: an application with a business of its own, and an authority's back office.

use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    Answer, Client, Program,
    client::{fresh_key, text},
};

/// Makes a test per engine of each `async fn(&Program)`: `shared` on the gateway that tests share, `start` on one of
/// its own.
#[macro_export]
macro_rules! on_programs {
    ($source:ident: $($test:ident)*) => {$(
        mod $test {
            #[tokio::test]
            async fn on_sqlite() {
                let program = tests::Program::$source(tests::Engine::Sqlite).expect("SQLite is built in");
                super::$test(&program).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                if let Some(program) = tests::Program::$source(tests::Engine::Postgres) {
                    super::$test(&program).await;
                }
            }
        }
    )*};
}

/// The service that most tests file for: a short form, addressed to the authority that the sandbox's office plays.
pub const CERTIFICATE: &str = "tax-balance-certificate";

/// An address that no script knows: the authority is played by hand.
pub const BY_HAND: &str = "office@example.test";

/// A whole form of [`CERTIFICATE`].
pub fn certificate(email: &str) -> Value {
    json!({ "purpose": "loan", "delivery": "electronic", "contact": { "email": email } })
}

/// An application with a business.
#[derive(Clone)]
pub struct Filer {
    /// The application.
    pub client: Client,
    /// The business's id.
    pub business: String,
}

impl Filer {
    /// Registers an application and makes a business for it.
    pub async fn new(program: &Program, profile: &str) -> Self {
        let client = program.client().register("Учёт для испытаний").await;
        let business = client.business(profile).await;
        Self { client, business }
    }

    /// Another business of the same application.
    pub async fn sibling(&self, profile: &str) -> Self {
        Self { client: self.client.clone(), business: self.client.business(profile).await }
    }

    /// A path beneath the business.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/businesses/{}/{rest}", self.business)
    }

    /// A submission's path, with what follows its id.
    pub fn at(&self, id: &str, rest: &str) -> String {
        self.path(&format!("submissions/{id}{rest}"))
    }

    /// POST of a new submission.
    pub async fn create(&self, body: Value) -> Answer {
        self.client.post(&self.path("submissions"), body).await
    }

    /// A draft of a certificate; returns its id.
    pub async fn draft(&self, form: Value) -> String {
        let body = json!({ "service": CERTIFICATE, "life_situation": "start-business", "form": form });
        text(&self.create(body).await.expect(201)["id"])
    }

    /// A certificate lodged at once.
    pub async fn lodge(&self, form: Value) -> Value {
        let body = json!({ "service": CERTIFICATE, "life_situation": "start-business", "form": form, "lodge": true });
        self.create(body).await.expect(201)
    }

    /// A certificate lodged at once; returns its id.
    pub async fn lodged(&self, email: &str) -> String {
        text(&self.lodge(certificate(email)).await["id"])
    }

    /// A submission as it is now.
    pub async fn read(&self, id: &str) -> Value {
        self.client.get(&self.at(id, "")).await.expect(200)
    }

    /// An act on a submission, such as `withdraw`, without a body.
    pub async fn act(&self, id: &str, act: &str) -> Answer {
        self.client.act(&self.at(id, &format!("/{act}"))).await
    }

    /// An act on a submission, such as `corrections`, with a body.
    pub async fn step(&self, id: &str, act: &str, body: Value) -> Answer {
        self.client.post(&self.at(id, &format!("/{act}")), body).await
    }

    /// A whole attachment that stands for one of a service's documents; returns its id.
    pub async fn attach(&self, document: &str, content_type: &str, bytes: &[u8]) -> String {
        let digest = domain::digest::Digest::of(bytes);
        let declaration = json!({ "name": "документ", "content_type": content_type, "document": document,
            "size": bytes.len(), "digest": digest });
        let declared = self.client.post(&self.path("attachments"), declaration).await.expect(201);
        let content = self.path(&format!("attachments/{}/content", text(&declared["id"])));
        let request = self.client.request(Method::PATCH, &content).header("Upload-Offset", 0);
        let request = request.header("Content-Type", "application/octet-stream").body(bytes.to_vec());
        self.client.send(request).await.expect(204);
        text(&declared["id"])
    }

    /// Waits at the feed until an event of this type has come for the subject, and returns it.
    pub async fn until(&self, subject: &str, kind: &str) -> Value {
        let mut cursor = "0".to_owned();
        for _ in 0..10 {
            let path = format!("/v1/events?after={cursor}&wait=10&types={kind}");
            let batch = self.client.get(&path).await.expect(200);
            let items = batch["items"].as_array().expect("a list");
            if let Some(found) = items.iter().find(|event| event["subject"] == subject) {
                return found.clone();
            }
            cursor = text(&batch["next_cursor"]);
        }
        panic!("no {kind} came for {subject}");
    }
}

/// The back office of the sandbox's authority.
pub struct Office(pub Client);

impl Office {
    /// Logs in with the credentials that the sandbox wrote for scripts.
    pub async fn of(program: &Program) -> Self {
        let credentials = &program.credentials()["authority"];
        let (id, secret) = (text(&credentials["client_id"]), text(&credentials["client_secret"]));
        Self(program.client().log_in(&id, &secret).await)
    }

    /// A step on a submission, such as `registration`, without a body.
    pub async fn act(&self, id: &str, act: &str) -> Answer {
        self.0.act(&format!("/v1/authority/submissions/{id}/{act}")).await
    }

    /// A decision.
    pub async fn decide(&self, id: &str, decision: Value) -> Answer {
        self.0.post(&format!("/v1/authority/submissions/{id}/decision"), decision).await
    }

    /// A request for information.
    pub async fn ask(&self, id: &str) -> Value {
        let question = json!({
            "question": { "ru": "Какой у вас телефон?", "en": "What is your telephone number?" },
            "fields": ["/contact/phone"], "answer_in_working_days": 5,
        });
        let path = format!("/v1/authority/submissions/{id}/information-requests");
        self.0.post(&path, question).await.expect(200)
    }

    /// Lodges a certificate and brings it to this state.
    pub async fn bring(&self, filer: &Filer, state: &str) -> String {
        // Two open submissions of one business must not hold the same document.
        let email = format!("{}@example.test", fresh_key());
        if state == "draft" {
            return filer.draft(certificate(&email)).await;
        }
        let id = filer.lodged(&email).await;
        match state {
            "lodged" => {}
            "registered" => drop(self.act(&id, "registration").await.expect(200)),
            "in_review" => {
                self.act(&id, "registration").await.expect(200);
                self.act(&id, "review").await.expect(200);
            }
            "information_requested" => drop(self.ask(&id).await),
            "returned" => drop(self.decide(&id, returned()).await.expect(200)),
            "granted" => drop(self.decide(&id, granted()).await.expect(200)),
            "refused" => drop(self.decide(&id, refused()).await.expect(200)),
            "withdrawn" => drop(filer.act(&id, "withdraw").await.expect(200)),
            other => panic!("{other} is not reached by hand"),
        }
        assert_eq!(filer.read(&id).await["state"], state);
        id
    }
}

/// A decision in favour.
pub fn granted() -> Value {
    json!({ "outcome": "granted", "summary": { "ru": "Справка выдана", "en": "The certificate is issued" },
        "result_number": "2026-000123" })
}

/// A decision against.
pub fn refused() -> Value {
    json!({ "outcome": "refused", "reasons": [reason()],
        "way_forward": { "ru": "Погасите долг и подайте снова", "en": "Pay the debt and lodge again" } })
}

/// A submission given back.
pub fn returned() -> Value {
    json!({ "outcome": "returned", "reasons": [reason()] })
}

fn reason() -> Value {
    json!({ "code": "phone-missing", "pointer": "/contact/phone", "legal_ground": "НК РФ, ст. 32",
        "text": { "ru": "Нет телефона", "en": "There is no telephone number" },
        "fix": { "ru": "Добавьте телефон", "en": "Add a telephone number" } })
}
