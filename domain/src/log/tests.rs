//! The tree against RFC 9162's own vectors and against another implementation of it.

use ct_merkle::{
    ConsistencyProof, InclusionProof, RootHash, digest::Output, mem_backed_tree::MemoryBackedTree,
};
use sha2::Sha256;

use super::{
    Hash, Head,
    checkpoint::{Checkpoint, LoggedProof},
    leaf_hash,
    proof::{begins, includes},
    published::coordinates,
};
use tlog_tiles::{HashReader, prove_record, prove_tree, stored_hashes_for_record_hash, tree_hash};

/// The leaves of the vectors that RFC 6962's implementations share, and the roots of the trees of the first n.
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
const ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// A tree in memory.
#[derive(Default)]
struct Tree {
    size: u64,
    hashes: Vec<Hash>,
}

impl Tree {
    fn push(&mut self, leaf: Hash) {
        let fresh = stored_hashes_for_record_hash(self.size, leaf, &*self).expect("all is in memory");
        self.hashes.extend(fresh);
        self.size += 1;
    }

    fn head(&self, size: u64) -> Head {
        Head { size, root: tree_hash(size, self).expect("all is in memory") }
    }
}

impl HashReader for Tree {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.hashes[*index as usize]).collect())
    }
}

fn hex(hash: &Hash) -> String {
    hash.0.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn output(hash: &Hash) -> Output<Sha256> {
    Output::<Sha256>::from(hash.0)
}

#[test]
fn the_roots_are_those_of_the_rfc() {
    let mut tree = Tree::default();
    assert_eq!(hex(&tree.head(0).root), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    for (leaf, root) in LEAVES.iter().zip(ROOTS) {
        tree.push(tlog_tiles::record_hash(leaf));
        assert_eq!(hex(&tree.head(tree.size).root), root);
    }
}

#[test]
fn another_implementation_makes_the_same_trees_and_takes_the_same_proofs() {
    const SIZE: u64 = 70;
    let (mut ours, mut other) = (Tree::default(), MemoryBackedTree::<Sha256, Vec<u8>>::new());
    for number in 0..SIZE {
        let leaf = format!("receipt {number}");
        ours.push(leaf_hash(&leaf));
        other.push(leaf.into_bytes());
        let size = number + 1;
        let root = RootHash::<Sha256>::new(output(&ours.head(size).root), size);
        assert_eq!(root.as_bytes(), other.root().as_bytes());
        for index in 0..size {
            let proof = prove_record(size, index, &ours).expect("it is in the tree");
            let leaf = format!("receipt {index}").into_bytes();
            let digests: Vec<_> = proof.iter().map(output).collect();
            let theirs = InclusionProof::from_digests(&digests);
            root.verify_inclusion(&leaf, index, &theirs).expect("they take our proof");
            assert_eq!(other.prove_inclusion(index as usize).as_bytes(), theirs.as_bytes());
        }
        for first in 1..=size {
            let proof = prove_tree(size, first, &ours).expect("it is a beginning");
            let digests: Vec<_> = proof.iter().map(output).collect();
            let before = RootHash::<Sha256>::new(output(&ours.head(first).root), first);
            let theirs = ConsistencyProof::from_digests(&digests);
            root.verify_consistency(&before, &theirs).expect("they take our proof");
        }
    }
}

#[test]
fn f51_a_proof_with_anything_changed_proves_nothing() {
    let mut tree = Tree::default();
    (0..11).for_each(|number| tree.push(leaf_hash(&format!("receipt {number}"))));
    let (head, leaf) = (tree.head(11), leaf_hash("receipt 4"));
    let proof = prove_record(11, 4, &tree).expect("it is in the tree");
    assert_eq!(includes(&head, 4, leaf, &proof), Ok(()));
    for bit in 0..proof.len() * 256 {
        let mut forged = proof.clone();
        forged[bit / 256].0[bit % 256 / 8] ^= 1 << (bit % 8);
        assert!(includes(&head, 4, leaf, &forged).is_err(), "bit {bit}");
    }
    for index in (0..11).filter(|index| *index != 4).chain([11, u64::MAX]) {
        assert!(includes(&head, index, leaf, &proof).is_err(), "index {index}");
    }
    for size in [0, 4, 5, u64::MAX] {
        assert!(includes(&Head { size, ..head }, 4, leaf, &proof).is_err(), "size {size}");
    }
    assert!(includes(&head, 4, leaf_hash("receipt 5"), &proof).is_err());
    assert!(includes(&head, 4, leaf, &proof[1..]).is_err() && includes(&head, 4, leaf, &[]).is_err());
}

#[test]
fn a_tree_begins_another_only_where_it_does() {
    let mut tree = Tree::default();
    (0..13).for_each(|number| tree.push(leaf_hash(&format!("receipt {number}"))));
    let mut forked = Tree::default();
    (0..13).for_each(|number| forked.push(leaf_hash(&format!("other {number}"))));
    for (first, second) in (1..=13).flat_map(|second| (1..=second).map(move |first| (first, second))) {
        let (before, after) = (tree.head(first), tree.head(second));
        let proof = prove_tree(second, first, &tree).expect("it is a beginning");
        assert_eq!(begins(&before, &after, &proof), Ok(()));
        assert!(begins(&forked.head(first), &after, &proof).is_err());
        assert!(begins(&before, &forked.head(second), &proof).is_err());
        assert!(first == second || begins(&after, &before, &proof).is_err());
    }
    let (none, some) = (tree.head(0), tree.head(3));
    assert_eq!(begins(&none, &some, &[]), Ok(()));
    assert!(begins(&none, &some, &[some.root]).is_err());
    assert!(begins(&Head { size: 0, root: some.root }, &some, &[]).is_err());
    assert!(begins(&some, &none, &[]).is_err());
}

#[test]
fn texts_read_back_and_have_one_spelling() {
    let mut tree = Tree::default();
    (0..5).for_each(|number| tree.push(leaf_hash(&format!("receipt {number}"))));
    let checkpoint = Checkpoint { origin: "shlyuz.test/v1/log".into(), head: tree.head(5) };
    let text = checkpoint.to_string();
    assert_eq!(Checkpoint::parse(&text), Ok(checkpoint));
    for bad in [format!("{text}extension\n"), text.replace("\n5\n", "\n05\n"), text.trim_end().to_owned()] {
        assert!(Checkpoint::parse(&bad).is_err(), "{bad}");
    }
    let hashes = prove_record(5, 2, &tree).expect("it is in the tree");
    let proof = LoggedProof { index: 2, hashes, note: format!("{text}\n\u{2014} name c2ln\n") };
    let text = proof.to_string();
    assert!(text.starts_with("c2sp.org/tlog-proof@v1\nindex 2\n"), "{text}");
    assert_eq!(LoggedProof::parse(&text), Ok(proof));
    let respelt =
        [text.replace("index 2", "index +2"), text.replace("@v1", "@v2"), text.replacen('\n', "\r\n", 1)];
    for bad in respelt {
        assert!(LoggedProof::parse(&bad).is_err(), "{bad}");
    }
}

#[test]
fn a_tile_s_path_has_one_spelling() {
    assert_eq!(coordinates("000"), Some((0, 256)));
    assert_eq!(coordinates("x001/x234/067.p/9"), Some((1_234_067, 9)));
    let bad = [
        "",
        "0",
        "000.p/256",
        "000.p/01",
        "000.p/0",
        "000.p/00",
        "x000/000",
        "000/",
        "-01",
        "../000",
        "000.p/",
    ];
    for bad in
        bad.into_iter().chain(["x999/x999/x999/x999/x999/x999/x999/999", "000.p/0/0", "data", "000.p/0 "])
    {
        assert_eq!(coordinates(bad), None, "{bad}");
    }
}
