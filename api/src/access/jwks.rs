//! Public keys read from a JWKS document (RFC 7517), and the choice of one for a signature.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm as Cipher, DecodingKey};
use serde_json::{Map, Value};

use super::{
    edwards::is_sound_point,
    json::{JsonError, read_object},
    jws::{Algorithm, JwsError, is_plain},
};

/// The most keys a client may register.
pub const MAX_CLIENT_KEYS: usize = 10;
/// The largest JWKS document that is read, in bytes (security.md, row C10).
pub const MAX_DOCUMENT_BYTES: usize = 64 * 1024;
/// The longest `kid`, in bytes.
pub const MAX_KEY_ID_BYTES: usize = 128;

/// Members that only private or symmetric keys have (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
/// 65537, the only public exponent taken: FIPS 186-5 wants more than 2^16, and nobody uses another.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// Why a JWKS document is refused as a whole.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// The document is too long.
    #[error("{bytes} bytes, at most {MAX_DOCUMENT_BYTES} are read")]
    TooLarge {
        /// The length met.
        bytes: usize,
    },
    /// The document is not one clear JSON object.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// `keys` is absent or not a list of objects.
    #[error("`keys` is not a list of objects")]
    NotAKeySet,
    /// The list is too long.
    #[error("{count} keys, at most {limit} are allowed")]
    TooMany {
        /// How many there are.
        count: usize,
        /// The longest allowed.
        limit: usize,
    },
    /// Every key is meant for something other than signatures, or there is none.
    #[error("no key in the set may verify signatures")]
    NoUsableKey,
    /// A private or symmetric key was published.
    #[error("key {index} carries `{member}`, which belongs to a secret")]
    Private {
        /// The place of the key in the list, from 0.
        index: usize,
        /// The member of the key.
        member: &'static str,
    },
    /// The key type is unknown or symmetric.
    #[error("the `kty` of key {index} is not OKP, EC or RSA")]
    Type {
        /// The place of the key in the list, from 0.
        index: usize,
    },
    /// The curve is not taken.
    #[error("the `crv` of key {index} is not Ed25519 or P-256")]
    Curve {
        /// The place of the key in the list, from 0.
        index: usize,
    },
    /// `alg` names an algorithm that is not taken or not for this key.
    #[error("the `alg` of key {index} is not one for its type")]
    Algorithm {
        /// The place of the key in the list, from 0.
        index: usize,
    },
    /// A member is absent, of the wrong type, or not in its one canonical form.
    #[error("`{member}` of key {index} is missing or malformed")]
    Member {
        /// The place of the key in the list, from 0.
        index: usize,
        /// The member of the key.
        member: &'static str,
    },
    /// The key is not on its curve, or of small order.
    #[error("key {index} is not a point of its curve")]
    Point {
        /// The place of the key in the list, from 0.
        index: usize,
    },
    /// The RSA modulus is too short or too long.
    #[error("key {index} has {bits} bits, from 2048 to 4096 are allowed")]
    Size {
        /// The place of the key in the list, from 0.
        index: usize,
        /// The length of the modulus.
        bits: usize,
    },
}

/// The public keys one party signs with. Never empty.
#[derive(Debug, Clone)]
pub struct PublicKeys(Vec<PublicKey>);

impl PublicKeys {
    /// Reads a client's JWKS document as it came over the wire, refusing repeated keys in the JSON.
    ///
    /// # Errors
    ///
    /// Refuses the whole set for one bad key: a client that publishes a private key has to hear of it.
    pub fn read(document: &[u8]) -> Result<Self, KeySetError> {
        if document.len() > MAX_DOCUMENT_BYTES {
            return Err(KeySetError::TooLarge { bytes: document.len() });
        }
        Self::from_object(&read_object(document)?, MAX_CLIENT_KEYS)
    }

    /// Takes a client's JWKS document that was stored after [`PublicKeys::read`] accepted it.
    ///
    /// # Errors
    ///
    /// As [`PublicKeys::read`].
    pub fn from_jwks(document: &Value) -> Result<Self, KeySetError> {
        Self::from_value(document, MAX_CLIENT_KEYS)
    }

    pub(super) fn from_value(document: &Value, limit: usize) -> Result<Self, KeySetError> {
        Self::from_object(document.as_object().ok_or(KeySetError::NotAKeySet)?, limit)
    }

    fn from_object(document: &Map<String, Value>, limit: usize) -> Result<Self, KeySetError> {
        let listed = document.get("keys").and_then(Value::as_array).ok_or(KeySetError::NotAKeySet)?;
        if listed.len() > limit {
            return Err(KeySetError::TooMany { count: listed.len(), limit });
        }
        let mut keys = Vec::with_capacity(listed.len());
        for (index, entry) in listed.iter().enumerate() {
            let jwk = Jwk { index, members: entry.as_object().ok_or(KeySetError::NotAKeySet)? };
            keys.extend(jwk.read()?);
        }
        if keys.is_empty() { Err(KeySetError::NoUsableKey) } else { Ok(Self(keys)) }
    }

    /// Chooses the key for a signature (security.md, rows A5, A17, A18).
    ///
    /// With a `kid`: the one key of that name that fits the algorithm. Without: the only key of the set.
    ///
    /// # Errors
    ///
    /// `KeyUnknown`, `KeyMismatch` where the named key is for another algorithm, `KeyAmbiguous` where several fit.
    pub fn choose(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&PublicKey, JwsError> {
        choose(&self.0, kid, algorithm)
    }
}

/// The rule of [`PublicKeys::choose`] over any list of keys.
pub(super) fn choose<'k>(
    keys: impl IntoIterator<Item = &'k PublicKey>,
    kid: Option<&str>,
    algorithm: Algorithm,
) -> Result<&'k PublicKey, JwsError> {
    let named: Vec<&PublicKey> =
        keys.into_iter().filter(|key| kid.is_none() || key.kid.as_deref() == kid).collect();
    if named.is_empty() {
        return Err(JwsError::KeyUnknown);
    }
    if kid.is_none() && named.len() > 1 {
        return Err(JwsError::KeyAmbiguous { count: named.len() });
    }
    let fitting: Vec<&PublicKey> = named.into_iter().filter(|key| key.kind.fits(algorithm)).collect();
    match fitting.as_slice() {
        [key] => Ok(key),
        [] => Err(JwsError::KeyMismatch { algorithm }),
        several => Err(JwsError::KeyAmbiguous { count: several.len() }),
    }
}

/// What a key is, and so which algorithm it verifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ed25519,
    P256,
    Rsa { bytes: usize },
}

impl Kind {
    /// One key, one algorithm; `EdDSA` over this curve and `Ed25519` are the same (RFC 9864).
    fn fits(self, algorithm: Algorithm) -> bool {
        match algorithm {
            Algorithm::EdDsa | Algorithm::Ed25519 => self == Self::Ed25519,
            Algorithm::Es256 => self == Self::P256,
            Algorithm::Ps256 => matches!(self, Self::Rsa { .. }),
        }
    }

    fn signature_bytes(self) -> usize {
        match self {
            Self::Ed25519 | Self::P256 => 64,
            Self::Rsa { bytes } => bytes,
        }
    }

    fn cipher(self) -> Cipher {
        match self {
            Self::Ed25519 => Cipher::EdDSA,
            Self::P256 => Cipher::ES256,
            Self::Rsa { .. } => Cipher::PS256,
        }
    }
}

/// One public key.
#[derive(Debug, Clone)]
pub struct PublicKey {
    kid: Option<Box<str>>,
    kind: Kind,
    key: DecodingKey,
}

impl PublicKey {
    /// An Ed25519 key of our own, known to be sound because its pair was made or loaded here.
    pub(super) fn ed25519(kid: &str, bytes: &[u8]) -> Self {
        Self { kid: Some(kid.into()), kind: Kind::Ed25519, key: DecodingKey::from_ed_der(bytes) }
    }

    /// Reads the one public key that a signature brings along as a JWK.
    ///
    /// # Errors
    ///
    /// As [`PublicKeys::read`], for a set of this key alone.
    pub fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, KeySetError> {
        Jwk { index: 0, members: jwk }.read()?.ok_or(KeySetError::NoUsableKey)
    }

    /// The key's name in its set.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// Whether the key signs with this algorithm.
    pub(super) fn fits(&self, algorithm: Algorithm) -> bool {
        self.kind.fits(algorithm)
    }

    /// Checks a base64url signature over `message`.
    ///
    /// # Errors
    ///
    /// `SignatureLength` before any arithmetic, `SignatureWrong` after.
    pub(super) fn check(&self, message: &str, signature: &str) -> Result<(), JwsError> {
        let expected = self.kind.signature_bytes();
        if signature.len() != base64::encoded_len(expected, false).unwrap_or(0) {
            return Err(JwsError::SignatureLength { expected });
        }
        match jsonwebtoken::crypto::verify(signature, message.as_bytes(), &self.key, self.kind.cipher()) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(JwsError::SignatureWrong),
        }
    }
}

/// One entry of a document, with its place for the error.
struct Jwk<'d> {
    index: usize,
    members: &'d Map<String, Value>,
}

impl Jwk<'_> {
    /// Reads the key; None where it is a sound public key meant for something other than signatures.
    fn read(&self) -> Result<Option<PublicKey>, KeySetError> {
        let index = self.index;
        if let Some(member) = PRIVATE.into_iter().find(|member| self.members.contains_key(*member)) {
            return Err(KeySetError::Private { index, member });
        }
        let kty = self.members.get("kty").and_then(Value::as_str).unwrap_or_default();
        if !["OKP", "EC", "RSA"].contains(&kty) {
            return Err(KeySetError::Type { index });
        }
        if !self.is_for_signatures()? {
            return Ok(None);
        }
        let (kind, key) = match kty {
            "OKP" => self.ed25519()?,
            "EC" => self.p256()?,
            _ => self.rsa()?,
        };
        self.check_algorithm(kind)?;
        Ok(Some(PublicKey { kid: self.kid()?, kind, key }))
    }

    fn text(&self, member: &'static str) -> Result<Option<&str>, KeySetError> {
        match self.members.get(member) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or(KeySetError::Member { index: self.index, member }),
        }
    }

    fn is_for_signatures(&self) -> Result<bool, KeySetError> {
        let used = self.text("use")?.is_none_or(|purpose| purpose == "sig");
        let member = "key_ops";
        let Some(operations) = self.members.get(member) else { return Ok(used) };
        let operations = operations.as_array().ok_or(KeySetError::Member { index: self.index, member })?;
        Ok(used && operations.iter().any(|operation| operation == "verify"))
    }

    fn kid(&self) -> Result<Option<Box<str>>, KeySetError> {
        match self.text("kid")? {
            Some(kid) if !is_plain(kid, MAX_KEY_ID_BYTES) => {
                Err(KeySetError::Member { index: self.index, member: "kid" })
            }
            kid => Ok(kid.map(Into::into)),
        }
    }

    fn check_algorithm(&self, kind: Kind) -> Result<(), KeySetError> {
        let Some(name) = self.text("alg")? else { return Ok(()) };
        let fits = Algorithm::parse(name).is_some_and(|algorithm| kind.fits(algorithm));
        if fits { Ok(()) } else { Err(KeySetError::Algorithm { index: self.index }) }
    }

    fn bytes(&self, member: &'static str) -> Result<Vec<u8>, KeySetError> {
        let fault = KeySetError::Member { index: self.index, member };
        let text = self.text(member)?.ok_or(fault.clone())?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| fault)
    }

    /// A coordinate in exactly 32 bytes, leading zeros included (RFC 7518 §6.2.1.2, RFC 8037 §2).
    fn coordinate(&self, member: &'static str) -> Result<[u8; 32], KeySetError> {
        self.bytes(member)?.try_into().map_err(|_| KeySetError::Member { index: self.index, member })
    }

    fn expect_curve(&self, name: &str) -> Result<(), KeySetError> {
        if self.text("crv")? == Some(name) { Ok(()) } else { Err(KeySetError::Curve { index: self.index }) }
    }

    fn ed25519(&self) -> Result<(Kind, DecodingKey), KeySetError> {
        self.expect_curve("Ed25519")?;
        let x = self.coordinate("x")?;
        if !is_sound_point(&x) {
            return Err(KeySetError::Point { index: self.index });
        }
        Ok((Kind::Ed25519, DecodingKey::from_ed_der(&x)))
    }

    fn p256(&self) -> Result<(Kind, DecodingKey), KeySetError> {
        self.expect_curve("P-256")?;
        let point = [&[4][..], &self.coordinate("x")?, &self.coordinate("y")?].concat();
        match ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &point) {
            Ok(_) => Ok((Kind::P256, DecodingKey::from_ec_der(&point))),
            Err(_) => Err(KeySetError::Point { index: self.index }),
        }
    }

    fn rsa(&self) -> Result<(Kind, DecodingKey), KeySetError> {
        let index = self.index;
        let modulus = self.bytes("n")?;
        if self.bytes("e")? != EXPONENT {
            return Err(KeySetError::Member { index, member: "e" });
        }
        let (Some(first), Some(last)) = (modulus.first(), modulus.last()) else {
            return Err(KeySetError::Member { index, member: "n" });
        };
        if *first == 0 || last % 2 == 0 {
            return Err(KeySetError::Member { index, member: "n" });
        }
        let bits = modulus.len() * 8 - first.leading_zeros() as usize;
        if !(2048..=4096).contains(&bits) {
            return Err(KeySetError::Size { index, bits });
        }
        let key = DecodingKey::from_rsa_raw_components(&modulus, &EXPONENT);
        Ok((Kind::Rsa { bytes: modulus.len() }, key))
    }
}
