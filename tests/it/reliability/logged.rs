//! The log over receipts under `kill -9`: none missing, none twice, and no checkpoint contradicts another.

use tests::{Client, client::text, merkle};

use super::journal::Entry;
use crate::log::replicas::follows;

/// The checkpoint that was seen last.
#[derive(Default)]
pub struct Followed(Option<String>);

impl Followed {
    /// Looks at the checkpoint now; it follows the one before.
    pub async fn look(&mut self, client: &Client) {
        let now = merkle::checkpoint(client).await;
        if let Some(before) = self.0.take() {
            follows(client, &before, &now).await;
        }
        self.0 = Some(now);
    }

    /// Every receipt is in the log, once, in the order of its event, and nothing else is.
    pub async fn holds(&mut self, client: &Client, all: &[Entry]) {
        let note = merkle::grown_to(client, all.len()).await;
        let (size, root) = merkle::head(&note);
        let leaves = merkle::leaves(client, size).await;
        let mut receipts: Vec<(i64, merkle::Hash)> = all
            .iter()
            .map(|entry| {
                let receipt = &entry.view()["receipt"];
                let place = receipt["sequence"].as_i64().expect("a number");
                (place, merkle::leaf(text(&receipt["jws"]).as_bytes()))
            })
            .collect();
        receipts.sort_unstable();
        let expected: Vec<merkle::Hash> = receipts.into_iter().map(|(_, leaf)| leaf).collect();
        assert_eq!(leaves, expected);
        assert_eq!(merkle::root(&leaves), root);
        self.look(client).await;
    }
}
