//! `shlyuz verify` and `shlyuz verify-consistency`: the log proves itself with nothing but files.

use std::{path::PathBuf, process::Command, process::Output};

use serde_json::Value;
use tests::{
    Client, Program,
    client::text,
    filing::{BY_HAND, Filer, certificate},
    merkle,
    program::binary,
};

use super::proof_of;

tests::on_programs! { shared:
    a_receipt_with_its_proof_verifies_offline
    a_proof_with_one_changed_byte_is_noticed
    two_checkpoints_verify_offline
}

/// Files in a directory of their own, without a gateway in reach.
struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn put(&self, name: &str, content: &str) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).expect("the file is written");
        path
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(binary());
        command.env_clear().current_dir(self.0.path()).args(arguments).output().expect("the program starts")
    }

    fn verify(&self, vkey: &str) -> Output {
        self.run(&[
            "verify",
            "receipt.json",
            "--jwks",
            "jwks.json",
            "--proof",
            "receipt.tlog-proof",
            "--vkey",
            vkey,
        ])
    }
}

async fn vkey(client: &Client) -> String {
    let published = client.get("/v1/log/keys").await.expect(200);
    text(&published["keys"][0]["vkey"])
}

/// A desk with a receipt, its proof and the keys.
async fn desk(filer: &Filer) -> (Desk, String) {
    let receipt: Value = filer.lodge(certificate(BY_HAND)).await["receipt"].clone();
    let (desk, proof) = (Desk::new(), proof_of(&filer.client, &receipt).await);
    desk.put("receipt.json", &receipt.to_string());
    desk.put("receipt.tlog-proof", &proof);
    let jwks = filer.client.get("/.well-known/jwks.json").await.expect(200);
    desk.put("jwks.json", &jwks.to_string());
    (desk, proof)
}

async fn a_receipt_with_its_proof_verifies_offline(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let (desk, _) = desk(&filer).await;
    let output = desk.verify(&vkey(&filer.client).await);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.starts_with("log: ") && said.contains("leaf: ") && said.ends_with("valid\n"), "{said}");
    let stranger = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(desk.verify(stranger).status.code(), Some(1));
    assert_eq!(desk.verify("no key").status.code(), Some(2));
}

async fn a_proof_with_one_changed_byte_is_noticed(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    let (desk, proof) = desk(&filer).await;
    let vkey = vkey(&filer.client).await;
    // A character of each line: the head, the index, hashes, the checkpoint, its signature.
    let starts = std::iter::once(0).chain(proof.match_indices('\n').map(|(at, _)| at + 1));
    let lines: Vec<usize> = starts.filter(|start| proof[*start..].len() > 1).collect();
    for start in lines {
        let line = proof[start..].lines().next().unwrap_or_default();
        let Some(last) = line.char_indices().rev().nth(4).map(|(at, _)| start + at) else { continue };
        let Some(old) = proof[last..].chars().next() else { continue };
        let mut changed = proof.clone();
        changed.replace_range(last..last + old.len_utf8(), if old == '7' { "8" } else { "7" });
        desk.put("receipt.tlog-proof", &changed);
        let output = desk.verify(&vkey);
        assert_eq!(output.status.code(), Some(1), "{line}");
        assert!(output.stdout.is_empty());
    }
}

async fn two_checkpoints_verify_offline(program: &Program) {
    let filer = Filer::new(program, "cafe").await;
    proof_of(&filer.client, &filer.lodge(certificate("first@example.test")).await["receipt"]).await;
    let first = merkle::checkpoint(&filer.client).await;
    proof_of(&filer.client, &filer.lodge(certificate("second@example.test")).await["receipt"]).await;
    let second = merkle::checkpoint(&filer.client).await;
    let (one, two) = (merkle::head(&first).0, merkle::head(&second).0);
    let path = format!("/v1/log/proofs/consistency?first={one}&second={two}");
    let proof = filer.client.get(&path).await.expect(200);
    let (desk, vkey) = (Desk::new(), vkey(&filer.client).await);
    desk.put("first.note", &first);
    desk.put("second.note", &second);
    desk.put("proof.json", &proof.to_string());
    let verify = |first: &str, second: &str| {
        desk.run(&["verify-consistency", first, second, "--proof", "proof.json", "--vkey", &vkey])
    };
    let output = verify("first.note", "second.note");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).ends_with("valid\n"));
    assert_eq!(verify("second.note", "first.note").status.code(), Some(1));
    let mut other = proof.clone();
    other["hashes"][0] = other["first_root_hash"].clone();
    desk.put("proof.json", &other.to_string());
    assert_eq!(verify("first.note", "second.note").status.code(), Some(1));
}
