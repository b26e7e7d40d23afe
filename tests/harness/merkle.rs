//! Merkle trees as RFC 9162 §2.1 writes them down, slow and without the gateway's code: to hold the log against.

use reqwest::Method;
use sha2::{Digest as _, Sha256};

use crate::Client;

/// A hash.
pub type Hash = [u8; 32];

/// The hash of a leaf.
pub fn leaf(entry: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(entry).finalize().into()
}

/// The root over leaves' hashes.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(half(many.len()));
            Sha256::new()
                .chain_update([1])
                .chain_update(root(left))
                .chain_update(root(right))
                .finalize()
                .into()
        }
    }
}

/// The consistency proof from the first `first` leaves to all of them.
pub fn consistency(first: usize, leaves: &[Hash]) -> Vec<Hash> {
    subproof(first, leaves, true)
}

fn subproof(first: usize, leaves: &[Hash], whole: bool) -> Vec<Hash> {
    if first == leaves.len() {
        return if whole { Vec::new() } else { vec![root(leaves)] };
    }
    let (left, right) = leaves.split_at(half(leaves.len()));
    if first <= left.len() {
        let mut proof = subproof(first, left, whole);
        proof.push(root(right));
        proof
    } else {
        let mut proof = subproof(first - left.len(), right, false);
        proof.push(root(left));
        proof
    }
}

/// The largest power of two below `count`.
fn half(count: usize) -> usize {
    count.next_power_of_two() / 2
}

/// A checkpoint's size and root, its signatures unread.
pub fn head(note: &str) -> (usize, Hash) {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut lines = note.lines().skip(1);
    let size = lines.next().and_then(|size| size.parse().ok()).expect("the second line is the size");
    let root = lines.next().and_then(|root| STANDARD.decode(root).ok()).expect("the third line is base64");
    (size, root.try_into().expect("a root has 32 bytes"))
}

/// The log's checkpoint as it is now.
pub async fn checkpoint(client: &Client) -> String {
    let answer = client.get("/v1/log/checkpoint").await;
    assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
    String::from_utf8(answer.bytes).expect("a note is text")
}

/// The hashes of the first `size` leaves, read from the tiles.
pub async fn leaves(client: &Client, size: usize) -> Vec<Hash> {
    let mut hashes = Vec::new();
    for (number, start) in (0..size).step_by(256).enumerate() {
        let width = (size - start).min(256);
        let part = if width == 256 { String::new() } else { format!(".p%2F{width}") };
        let path = format!("/v1/log/tile/0/{number:03}{part}");
        let answer = client.send(client.request(Method::GET, &path)).await;
        assert_eq!((answer.status.as_u16(), answer.bytes.len()), (200, width * 32), "{path}");
        hashes.extend(answer.bytes.chunks_exact(32).map(|hash| Hash::try_from(hash).expect("32 bytes")));
    }
    hashes
}

/// Waits until the log has this size; returns its checkpoint.
pub async fn grown_to(client: &Client, size: usize) -> String {
    for _ in 0..300 {
        let note = checkpoint(client).await;
        if head(&note).0 >= size {
            return note;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the log does not grow to {size}: {}", checkpoint(client).await);
}
