//! The certificate at the other end of a TLS connection (RFC 8705).

use domain::{digest::Digest, time::Timestamp};
use x509_cert::{Certificate, der::Decode as _};

/// What a client showed in the handshake, in which it proved that it holds the private key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The SHA-256 of the certificate, its name in `cnf` and in the register of applications.
    pub digest: Digest,
    /// Its subject as RFC 4514 writes it, if the operator's certification authority vouches for it.
    pub vouched_subject: Option<String>,
    from_s: i64,
    until_s: i64,
}

/// The bytes are not a certificate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an X.509 certificate in DER")]
pub struct CertificateError;

impl PeerCertificate {
    /// Reads a certificate; `vouched` tells whether a certification authority's chain was checked.
    ///
    /// # Errors
    ///
    /// [`CertificateError`] for other bytes.
    pub fn read(der: &[u8], vouched: bool) -> Result<Self, CertificateError> {
        let certificate = Certificate::from_der(der).map_err(|_| CertificateError)?.tbs_certificate;
        let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs());
        Ok(Self {
            digest: Digest::of(der),
            vouched_subject: vouched.then(|| certificate.subject.to_string()),
            from_s: seconds(certificate.validity.not_before).map_err(|_| CertificateError)?,
            until_s: seconds(certificate.validity.not_after).map_err(|_| CertificateError)?,
        })
    }

    /// Whether the certificate is in force.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        (self.from_s..=self.until_s).contains(&now.seconds())
    }
}
