//! Certificates made for a test: a gateway's, clients' own, and those of a certification authority.

use std::path::{Path, PathBuf};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, ExtendedKeyUsagePurpose,
    IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
};

use crate::{Client, Program};

/// A certificate with its private key.
pub struct Pair {
    /// PEM.
    pub certificate: String,
    /// PEM.
    pub key: String,
    /// DER.
    pub der: Vec<u8>,
}

/// What a certificate says of itself; in force unless changed.
pub fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).expect("an address is a name");
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// Makes the certificate expired.
pub fn expired(mut params: CertificateParams) -> CertificateParams {
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2021, 1, 1);
    params
}

impl Pair {
    /// Signed by its own key.
    pub fn own(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().expect("a key can be made");
        let made = params.self_signed(&key).expect("a key signs");
        Self { certificate: made.pem(), key: key.serialize_pem(), der: made.der().to_vec() }
    }

    /// Writes both into a directory.
    pub fn write(&self, directory: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) =
            (directory.join(format!("{name}.pem")), directory.join(format!("{name}.key.pem")));
        std::fs::write(&key, &self.key).expect("room for a file");
        std::fs::write(&certificate, &self.certificate).expect("room for a file");
        (certificate, key)
    }

    /// A client that shows this certificate.
    pub fn client(&self, program: &Program) -> Client {
        let pem = format!("{}{}", self.certificate, self.key);
        let identity = reqwest::Identity::from_pem(pem.as_bytes()).expect("a certificate and its key");
        let builder = trusting().identity(identity);
        Client::over(builder.build().expect("the settings are sound"), program.base_url())
    }
}

/// A client of a gateway whose certificate nobody vouches for.
pub fn trusting() -> reqwest::ClientBuilder {
    reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true)
}

/// A certification authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// PEM.
    pub certificate: String,
}

impl Authority {
    /// An authority with a key of its own.
    pub fn new(name: &str) -> Self {
        let mut params = named(name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.self_signed(&key).expect("a key signs").pem();
        Self { issuer: Issuer::new(params, key), certificate }
    }

    /// Issues a client's certificate.
    pub fn issue(
        &self,
        mut params: CertificateParams,
        serial: u64,
        purpose: ExtendedKeyUsagePurpose,
    ) -> Pair {
        params.serial_number = Some(SerialNumber::from(serial));
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().expect("a key can be made");
        let made = params.signed_by(&key, &self.issuer).expect("the authority signs");
        Pair { certificate: made.pem(), key: key.serialize_pem(), der: made.der().to_vec() }
    }

    /// The list of what it revoked.
    pub fn revoked(&self, serial: u64) -> String {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2025, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2025, 1, 1),
            next_update: date_time_ymd(2099, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(&self.issuer).expect("the authority signs").pem().expect("a list has a form")
    }
}
