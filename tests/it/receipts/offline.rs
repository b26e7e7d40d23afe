//! `shlyuz verify`: a receipt proves itself with nothing but files.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::{Value, json};
use tests::{
    Program,
    client::text,
    filing::{BY_HAND, Filer, certificate},
    program::binary,
};

tests::on_programs! { shared:
    a_receipt_verifies_offline
    an_answer_with_a_receipt_verifies_too
    a_bare_signature_verifies_too
    one_changed_byte_of_the_signature_is_noticed
    one_changed_member_of_the_receipt_is_noticed
    a_wrong_key_is_noticed
    the_document_is_proved
    another_document_is_noticed
}

/// Files of one verification, in a directory of their own.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }

    fn verify(&self, receipt: &Path, keys: &Value, document: Option<&Value>) -> Output {
        let jwks = self.put("jwks.json", keys.to_string());
        let mut command = Command::new(binary());
        // No settings, no network: not even the gateway's address is known.
        command.env_clear().current_dir(self.0.path());
        command.arg("verify").arg(receipt).arg("--jwks").arg(jwks);
        if let Some(document) = document {
            command.arg("--document").arg(self.put("document.json", document.to_string()));
        }
        command.output().expect("the program starts")
    }
}

fn holds(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.ends_with("valid\n"), "{said}");
}

fn fails(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(output.stdout.is_empty() && said.starts_with("shlyuz: "), "{said}");
}

async fn keys(program: &Program) -> Value {
    program.client().get("/.well-known/jwks.json").await.expect(200)
}

async fn lodged(program: &Program) -> Value {
    Filer::new(program, "cafe").await.lodge(certificate(BY_HAND)).await
}

async fn a_receipt_verifies_offline(program: &Program) {
    let (desk, lodged) = (Desk::new(), lodged(program).await);
    let receipt = desk.put("receipt.json", lodged["receipt"].to_string());
    let output = desk.verify(&receipt, &keys(program).await, None);
    holds(&output);
    assert!(String::from_utf8_lossy(&output.stdout).contains(&text(&lodged["id"])));
}

async fn an_answer_with_a_receipt_verifies_too(program: &Program) {
    let (desk, lodged) = (Desk::new(), lodged(program).await);
    let receipt = desk.put("answer.json", lodged.to_string());
    holds(&desk.verify(&receipt, &keys(program).await, None));
}

async fn a_bare_signature_verifies_too(program: &Program) {
    let (desk, lodged) = (Desk::new(), lodged(program).await);
    let receipt = desk.put("receipt.jws", text(&lodged["receipt"]["jws"]));
    holds(&desk.verify(&receipt, &keys(program).await, None));
}

async fn one_changed_byte_of_the_signature_is_noticed(program: &Program) {
    let (desk, lodged, keys) = (Desk::new(), lodged(program).await, keys(program).await);
    let jws = text(&lodged["receipt"]["jws"]);
    let parts: Vec<usize> = jws.match_indices('.').map(|(at, _)| at).collect();
    // A byte of the head, of the claims, of the signature.
    for at in [5, parts[0] + 20, parts[1] + 20] {
        let other = if jws.as_bytes()[at] == b'A' { "B" } else { "A" };
        let mut changed = jws.clone();
        changed.replace_range(at..=at, other);
        let receipt = desk.put("receipt.json", json!({ "jws": changed }).to_string());
        fails(&desk.verify(&receipt, &keys, None));
    }
}

async fn one_changed_member_of_the_receipt_is_noticed(program: &Program) {
    let (desk, lodged, keys) = (Desk::new(), lodged(program).await, keys(program).await);
    let other = json!("sub_01KAZ8Q3V5T2N4W6Y8B0D2F4H6");
    for (member, value) in
        [("subject", other), ("act", json!("withdrawn")), ("sequence", json!(1_000_000_000))]
    {
        let mut receipt = lodged["receipt"].clone();
        receipt[member] = value;
        let receipt = desk.put("receipt.json", receipt.to_string());
        fails(&desk.verify(&receipt, &keys, None));
    }
}

async fn a_wrong_key_is_noticed(program: &Program) {
    let (desk, lodged, keys) = (Desk::new(), lodged(program).await, keys(program).await);
    let receipt = desk.put("receipt.json", lodged["receipt"].to_string());
    // A key of the same name that the gateway never had: the base point of the curve.
    let mut wrong = keys.clone();
    for key in wrong["keys"].as_array_mut().expect("a list") {
        key["x"] = json!("WGZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmZmY");
    }
    fails(&desk.verify(&receipt, &wrong, None));
    fails(&desk.verify(&receipt, &json!({ "keys": [] }), None));
}

async fn the_document_is_proved(program: &Program) {
    let (desk, lodged, keys) = (Desk::new(), lodged(program).await, keys(program).await);
    let receipt = desk.put("receipt.json", lodged["receipt"].to_string());
    let bare = json!({ "service": lodged["service"], "form": lodged["form"], "attachments": [] });
    for document in [bare, lodged] {
        let output = desk.verify(&receipt, &keys, Some(&document));
        holds(&output);
        assert!(String::from_utf8_lossy(&output.stdout).contains("document: the same"));
    }
}

async fn another_document_is_noticed(program: &Program) {
    let (desk, lodged, keys) = (Desk::new(), lodged(program).await, keys(program).await);
    let receipt = desk.put("receipt.json", lodged["receipt"].to_string());
    let mut document = lodged;
    document["form"]["contact"]["email"] = json!("other@example.test");
    fails(&desk.verify(&receipt, &keys, Some(&document)));
}
