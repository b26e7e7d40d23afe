//! The register of applications: the operator's way to let a program into the live gateway, and to put it out.

use std::path::{Path, PathBuf};

use api::{
    access::{certificate::PeerCertificate, jwks::PublicKeys, scope::ScopeSet, thumbprint::encode},
    clients::scopes_of,
};
use aws_lc_rs::rand::{SecureRandom, SystemRandom};
use clap::{Args, Subcommand};
use domain::{
    actor::Side,
    application::{Application, Authentication},
    digest::Digest,
    ids::{ApplicationId, AuthorityId},
    ports::{clock::Clock as _, store::StoreError},
    time::{Stamp, Timestamp},
};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use serde_json::{Value, json};

use crate::{clock::SystemClock, config::Config, failure::Failure};

/// What can be done with applications.
#[derive(Debug, Subcommand)]
pub enum Applications {
    /// Registers an application and prints its client id.
    Register(Registration),
    /// Prints every application, a line of JSON each.
    List,
    /// Ends an application's access: it gets no tokens, and those it has count no longer within a second.
    Suspend {
        /// The client id.
        id: ApplicationId,
    },
    /// Lets a suspended application in again.
    Resume {
        /// The client id.
        id: ApplicationId,
    },
    /// Replaces how an application proves itself; to change keys without a failed request, name the old and the new.
    Rekey {
        /// The client id.
        id: ApplicationId,
        #[command(flatten)]
        proof: Proof,
    },
}

/// Who is registered.
#[derive(Debug, Args)]
pub struct Registration {
    /// How its maker calls it.
    #[arg(long)]
    name: String,
    /// The authority whose back office it is, such as aut_fns; without it the application is a business's.
    #[arg(long)]
    authority: Option<AuthorityId>,
    /// The scopes it may be given, separated by spaces; all of its side but roles where nothing is said.
    #[arg(long)]
    scopes: Option<String>,
    #[command(flatten)]
    proof: Proof,
}

/// How it proves itself: one of three.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Proof {
    /// private_key_jwt: a file with its public keys as a JWK set.
    #[arg(long, value_name = "FILE")]
    jwks: Option<PathBuf>,
    /// self_signed_tls_client_auth: its certificate as PEM; several while it changes them.
    #[arg(long, value_name = "FILE")]
    certificate: Vec<PathBuf>,
    /// tls_client_auth: the subject of its certificate from the authority of server.tls_client_ca, as RFC 4514 writes it.
    #[arg(long, value_name = "NAME")]
    subject: Option<String>,
}

/// Does what is asked, also beside a running gateway.
///
/// # Errors
/// Where the database does not open, or what is asked does not hold.
pub async fn run(config: &Config, command: Applications) -> Result<(), Failure> {
    config.make_data_dir()?;
    let opened = persistence::open_beside(config.store_options(|_| {}));
    let opened = opened.map_err(|error| Failure::of("the database does not open", error))?;
    let (store, now) = (opened.store, SystemClock.now());
    let lines = match command {
        Applications::Register(asked) => {
            let application = asked.application(now)?;
            let kept = application.clone();
            let stored = store.write(move |tx| tx.applications().insert(&kept)).await;
            stored.map(|()| vec![line(&application)]).map_err(store_failed)
        }
        Applications::List => {
            let all = store.read(|tx| tx.applications().all()).await;
            all.map(|all| all.iter().map(line).collect()).map_err(store_failed)
        }
        Applications::Suspend { id } => {
            change(&store, id, move |application| application.suspended_at = Some(now)).await
        }
        Applications::Resume { id } => {
            change(&store, id, |application| application.suspended_at = None).await
        }
        Applications::Rekey { id, proof } => {
            let authentication = proof.read()?;
            change(&store, id, move |application| application.authentication = authentication.clone()).await
        }
    };
    opened.handle.close();
    lines?.iter().for_each(|line| println!("{line}"));
    Ok(())
}

async fn change(
    store: &domain::ports::store::Store,
    id: ApplicationId,
    change: impl Fn(&mut Application) + Send + 'static,
) -> Result<Vec<Value>, Failure> {
    let asked = id.clone();
    let changing = move |tx: &mut dyn domain::ports::store::Tx| {
        let Some(mut application) = tx.applications().find(&asked)? else { return Ok(None) };
        change(&mut application);
        tx.applications().update(&application)?;
        Ok::<_, StoreError>(Some(application))
    };
    let changed = store.write(changing).await.map_err(store_failed)?;
    let application = changed.ok_or_else(|| Failure::of(id, "there is no such application"))?;
    Ok(vec![line(&application)])
}

/// What is told where the store fails a command.
pub fn store_failed(error: StoreError) -> Failure {
    Failure::of("the database did not answer", error)
}

impl Registration {
    fn application(self, now: Timestamp) -> Result<Application, Failure> {
        let side = if self.authority.is_some() { Side::Authority } else { Side::Business };
        let scopes = self.scopes.unwrap_or_else(|| scopes_of(side));
        let known = ScopeSet::parse(&scopes).map_err(|error| Failure::Usage(error.to_string()))?;
        if !known.fits(side) {
            return Err(Failure::Usage(format!("the scopes {known} are not all for this side")));
        }
        Ok(Application {
            id: stamp(now)?.id(),
            name: self.name,
            side,
            authority: self.authority,
            authentication: self.proof.read()?,
            scopes,
            created_at: now,
            suspended_at: None,
        })
    }
}

/// Ids for a unit of work of a command.
pub fn stamp(now: Timestamp) -> Result<Stamp, Failure> {
    let mut random = [0; 16];
    SystemRandom::new()
        .fill(&mut random)
        .map_err(|error| Failure::of("the system's random source", error))?;
    let millis = u64::try_from(now.micros() / 1000).unwrap_or(0);
    Ok(Stamp::new(now, ulid::Ulid::from_parts(millis, u128::from_le_bytes(random))))
}

impl Proof {
    fn read(&self) -> Result<Authentication, Failure> {
        if let Some(path) = &self.jwks {
            let text = std::fs::read(path).map_err(|error| Failure::of(path.display(), error))?;
            PublicKeys::read(&text).map_err(|error| Failure::of(path.display(), error))?;
            let text = String::from_utf8(text).map_err(|error| Failure::of(path.display(), error))?;
            return Ok(Authentication::Keys(text));
        }
        if let Some(subject) = &self.subject {
            return Ok(Authentication::Subject(subject.clone()));
        }
        let known = self.certificate.iter().map(|path| certificate(path)).collect::<Result<_, _>>()?;
        Ok(Authentication::Certificates(known))
    }
}

fn certificate(path: &Path) -> Result<Digest, Failure> {
    let der = CertificateDer::from_pem_file(path).map_err(|error| Failure::of(path.display(), error))?;
    let read = PeerCertificate::read(&der, false).map_err(|error| Failure::of(path.display(), error))?;
    Ok(read.digest)
}

fn line(application: &Application) -> Value {
    let Application { id, name, side, authority, authentication, scopes, created_at, suspended_at } =
        application;
    let (method, shown) = match authentication {
        Authentication::Secret(_) => ("client_secret_basic", Value::Null),
        Authentication::Keys(_) => ("private_key_jwt", Value::Null),
        Authentication::Certificates(known) => {
            ("self_signed_tls_client_auth", known.iter().map(encode).collect::<Vec<_>>().into())
        }
        Authentication::Subject(subject) => ("tls_client_auth", json!(subject)),
    };
    json!({ "client_id": id, "client_name": name, "side": <&str>::from(*side), "authority_id": authority,
        "token_endpoint_auth_method": method, "certificate": shown, "scope": scopes, "registered_at": created_at,
        "suspended_at": suspended_at })
}
