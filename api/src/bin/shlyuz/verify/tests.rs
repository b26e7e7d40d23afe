use api::access::keys::{KeyRing, SigningKey};

use super::*;

/// A directory of one test, removed at its end.
struct Desk(std::path::PathBuf);

impl Desk {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("shlyuz-verify-{}-{test}", std::process::id()));
        fs::create_dir_all(&path).expect("a directory");
        Self(path)
    }

    fn put(&self, name: &str, content: &str) -> std::path::PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).expect("room for a file");
        path
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the directory was made");
    }
}

const ATTACHED: &str = "sha-256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn document() -> Value {
    json!({ "service": "taxi-permit", "form": { "b": 1, "a": "я" }, "attachments": [ATTACHED] })
}

fn claims() -> Map<String, Value> {
    let claims = json!({
        "jti": "rcp_1", "act": "lodged", "sub": "sub_1", "business_id": "biz_1", "client_id": "app_1", "seq": 7,
        "digest": document_digest(&document()), "body_digest": null, "idempotency_key": "k",
        "at": "2026-11-23T09:00:00Z",
    });
    claims.as_object().expect("an object").clone()
}

fn view(jws: &str) -> Value {
    json!({
        "id": "rcp_1", "act": "lodged", "subject": "sub_1", "business_id": "biz_1", "application_id": "app_1",
        "sequence": 7, "digest": document_digest(&document()), "body_digest": null, "idempotency_key": "k",
        "at": "2026-11-23T09:00:00Z", "jws": jws,
    })
}

fn signed() -> (String, String) {
    let ring = KeyRing::new(SigningKey::from_seed(&[1; 32]));
    (ring.sign_receipt(&claims()), ring.jwks().to_string())
}

fn reason(result: Result<String, Failure>) -> String {
    result.expect_err("it proves nothing").to_string()
}

#[test]
fn a_receipt_verifies_bare_as_a_view_and_inside_an_answer() {
    let desk = Desk::new("forms");
    let (jws, jwks) = signed();
    let jwks = desk.put("jwks.json", &jwks);
    let answer = json!({ "id": "sub_1", "receipt": view(&jws) }).to_string();
    for content in [format!("{jws}\n"), view(&jws).to_string(), answer] {
        let text = verify(&desk.put("receipt", &content), &jwks, None).expect("a valid receipt");
        assert!(text.contains("act: lodged\nsubject: sub_1\nbusiness: biz_1\n"), "{text}");
        assert!(text.contains("sequence: 7\n") && text.ends_with("\nvalid\n"), "{text}");
    }
}

#[test]
fn the_document_is_compared_whatever_its_order_and_surroundings() {
    let desk = Desk::new("document");
    let (jws, jwks) = signed();
    let (receipt, jwks) = (desk.put("receipt", &jws), desk.put("jwks.json", &jwks));
    let submission = json!({
        "id": "sub_1", "state": "granted", "service": "taxi-permit", "form": { "a": "я", "b": 1 },
        "attachments": [{ "id": "att_1", "digest": ATTACHED }],
    });
    for right in [document(), submission] {
        let path = desk.put("document.json", &right.to_string());
        assert!(verify(&receipt, &jwks, Some(&path)).is_ok_and(|text| text.contains("document: the same")));
    }
    for wrong in [
        json!({ "service": "taxi-permit", "form": { "b": 2, "a": "я" }, "attachments": [ATTACHED] }),
        json!({ "service": "taxi-permit", "form": { "b": 1, "a": "я" } }),
        json!({ "service": "taxi-permit", "form": { "b": 1, "a": "я" }, "attachments": ["x"] }),
        json!({ "form": {} }),
    ] {
        let path = desk.put("document.json", &wrong.to_string());
        assert!(verify(&receipt, &jwks, Some(&path)).is_err(), "{wrong}");
    }
}

#[test]
fn a_changed_view_a_strange_key_and_a_broken_file_are_told() {
    let desk = Desk::new("forged");
    let (jws, jwks) = signed();
    let jwks = desk.put("jwks.json", &jwks);
    let mut changed = view(&jws);
    changed["act"] = json!("withdrawn");
    let told = reason(verify(&desk.put("receipt", &changed.to_string()), &jwks, None));
    assert!(told.contains("`act`") && told.contains("lodged"), "{told}");
    let stranger = KeyRing::new(SigningKey::from_seed(&[2; 32])).jwks().to_string();
    let receipt = desk.put("receipt", &jws);
    assert!(reason(verify(&receipt, &desk.put("other.json", &stranger), None)).starts_with("not valid: "));
    assert!(reason(verify(&desk.put("receipt", "{}"), &jwks, None)).contains("no `jws`"));
    assert!(reason(verify(&desk.0.join("nothing"), &jwks, None)).contains("nothing"));
}
