//! TLS of the gateway's own: its certificate, exchanged without a pause, and the certificates of clients.
//!
//! A client may show any certificate (RFC 8705): the handshake proves that it holds the key, and who it is is for the
//! register of applications to say. Only what the operator's certification authority calls revoked or expired ends the
//! handshake.

use std::{
    any::Any,
    fmt, fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::{dev::Extensions, rt::net::TcpStream};
use api::access::certificate::PeerCertificate;
use arc_swap::ArcSwap;
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConfig,
    SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, UnixTime, pem::PemObject},
    server::{
        ClientHello, ResolvesServerCert, WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
    sign::CertifiedKey,
    version::{TLS12, TLS13},
};

use crate::config::Config;

/// Why TLS cannot be offered.
type Fault = Box<dyn std::error::Error>;

/// Where everything is read from.
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_ca: Option<PathBuf>,
    client_crl: Option<PathBuf>,
}

/// What was read, as one.
struct Material {
    own: Arc<CertifiedKey>,
    authority: Option<Arc<dyn ClientCertVerifier>>,
}

/// TLS as it is in force.
pub struct Transport {
    files: Files,
    provider: Arc<CryptoProvider>,
    material: ArcSwap<Material>,
    /// When each file was changed last before it was read.
    read_at: Mutex<Vec<Option<SystemTime>>>,
}

impl Transport {
    /// Reads the files that the settings name; None where there is no certificate to serve with.
    ///
    /// # Errors
    /// What cannot be read, or does not go together.
    pub fn open(config: &Config) -> Result<Option<Arc<Self>>, Fault> {
        let server = &config.server;
        let (Some(certificate), Some(key)) = (server.tls_certificate.clone(), server.tls_key.clone()) else {
            return Ok(None);
        };
        let (client_ca, client_crl) = (server.tls_client_ca.clone(), server.tls_client_crl.clone());
        let files = Files { certificate, key, client_ca, client_crl };
        let provider = Arc::new(aws_lc_rs::default_provider());
        let read_at = Mutex::new(files.changed_at());
        let material = ArcSwap::from_pointee(files.read(&provider)?);
        Ok(Some(Arc::new(Self { files, provider, material, read_at })))
    }

    /// The settings of every connection; what may change is looked up at each handshake.
    ///
    /// # Errors
    /// Where the cryptographic library lacks a version.
    pub fn server_config(self: &Arc<Self>) -> Result<ServerConfig, Fault> {
        let builder = ServerConfig::builder_with_provider(Arc::clone(&self.provider));
        let builder = builder.with_protocol_versions(&[&TLS13, &TLS12])?;
        let clients = Arc::new(Clients(Arc::clone(self)));
        Ok(builder.with_client_cert_verifier(clients).with_cert_resolver(Arc::new(Own(Arc::clone(self)))))
    }

    /// Notes the certificate of a connection for its requests.
    pub fn note(&self, connection: &dyn Any, extensions: &mut Extensions) {
        let Some(stream) = connection.downcast_ref::<TlsStream<TcpStream>>() else { return };
        let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
        let Some((own, others)) = chain.split_first() else { return };
        match PeerCertificate::read(own, self.vouches_for(own, others).is_ok()) {
            Ok(certificate) => drop(extensions.insert(certificate)),
            Err(error) => tracing::info!(%error, "a client's certificate cannot be read"),
        }
    }

    /// Reads changed files again. What cannot be read, or does not go together yet, leaves what was in force.
    pub fn refresh(&self) {
        let changed_at = self.files.changed_at();
        let mut read_at = self.read_at.lock().unwrap_or_else(PoisonError::into_inner);
        if *read_at == changed_at {
            return;
        }
        match self.files.read(&self.provider) {
            Ok(material) => {
                self.material.store(Arc::new(material));
                tracing::info!("the certificate or the lists for TLS were exchanged");
                *read_at = changed_at;
            }
            Err(error) => {
                tracing::warn!(%error, "the changed files for TLS do not hold, those before stay in force")
            }
        }
    }

    fn vouches_for(&self, own: &CertificateDer<'_>, others: &[CertificateDer<'_>]) -> Result<(), Error> {
        let material = self.material.load();
        let unknown = || Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let authority = material.authority.as_ref().ok_or_else(unknown)?;
        authority.verify_client_cert(own, others, UnixTime::now()).map(drop)
    }
}

impl Files {
    fn changed_at(&self) -> Vec<Option<SystemTime>> {
        let named =
            [Some(&self.certificate), Some(&self.key), self.client_ca.as_ref(), self.client_crl.as_ref()];
        let changed = |path: &PathBuf| fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
        named.into_iter().flatten().map(changed).collect()
    }

    fn read(&self, provider: &Arc<CryptoProvider>) -> Result<Material, Fault> {
        let told =
            |path: &PathBuf, error: &dyn fmt::Display| Fault::from(format!("{}: {error}", path.display()));
        let chain = certificates(&self.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| told(&self.key, &error))?;
        let own =
            CertifiedKey::from_der(chain, key, provider).map_err(|error| told(&self.certificate, &error))?;
        Ok(Material { own: Arc::new(own), authority: self.authority(provider)? })
    }

    fn authority(
        &self,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, Fault> {
        let Some(path) = &self.client_ca else { return Ok(None) };
        let mut roots = RootCertStore::empty();
        for certificate in certificates(path)? {
            roots.add(certificate)?;
        }
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider));
        if let Some(path) = &self.client_crl {
            let lists = CertificateRevocationListDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>()?;
            builder = builder.with_crls(lists).allow_unknown_revocation_status();
        }
        Ok(Some(builder.build()?))
    }
}

fn certificates(path: &PathBuf) -> Result<Vec<CertificateDer<'static>>, Fault> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let read = read.map_err(|error| format!("{}: {error}", path.display()))?;
    if read.is_empty() { Err(format!("{}: no certificate", path.display()).into()) } else { Ok(read) }
}

/// The gateway's own certificate.
struct Own(Arc<Transport>);

impl ResolvesServerCert for Own {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.material.load().own))
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Own")
    }
}

/// The certificates of clients: asked for, not required.
struct Clients(Arc<Transport>);

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clients")
    }
}

impl ClientCertVerifier for Clients {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        match self.0.vouches_for(own, others) {
            Err(error) if ended(&error) => Err(error),
            Ok(()) | Err(_) => Ok(ClientCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether the certification authority itself says that its certificate counts no longer.
fn ended(error: &Error) -> bool {
    let Error::InvalidCertificate(fault) = error else { return false };
    matches!(
        fault,
        CertificateError::Revoked
            | CertificateError::Expired
            | CertificateError::ExpiredContext { .. }
            | CertificateError::NotValidYet
            | CertificateError::NotValidYetContext { .. }
    )
}
