//! What a fresh sandbox holds: one business's application, one authority's, and the credentials of both on disk.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use api::{
    access::{scope::ROLES, secret::ClientSecret},
    clients::scopes_of,
    gateway::Gateway,
};
use domain::{
    actor::Side,
    application::{Application, Authentication},
    ids::{ApplicationId, AuthorityId, BusinessId},
    mandate::enrol::enrol,
    ports::store::{StoreError, Tx},
};
use sandbox::{
    Credentials, TestBusiness,
    credentials::{AuthorityCredentials, BusinessCredentials},
};

/// The authority that a developer plays: the tax service.
const AUTHORITY: &str = "aut_fns";

/// The credentials of this sandbox: those on disk while the store knows them, else new ones. Writes `sandbox.json`.
///
/// # Errors
/// What the store or the file system says.
pub async fn seed(gateway: &Gateway, data_dir: &Path) -> Result<Credentials, Box<dyn std::error::Error>> {
    let path = data_dir.join("sandbox.json");
    let credentials = match kept(&path).filter(kept_side_matches) {
        Some(kept) if known(gateway, &kept).await? => {
            Credentials::new(&gateway.base_url, kept.business, kept.authority)
        }
        Some(_) | None => fresh(gateway).await?,
    };
    write_private(&path, &serde_json::to_vec_pretty(&credentials)?)?;
    Ok(credentials)
}

fn kept(path: &Path) -> Option<Credentials> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn kept_side_matches(kept: &Credentials) -> bool {
    kept.authority.authority_id.as_str() == AUTHORITY
}

async fn known(gateway: &Gateway, kept: &Credentials) -> Result<bool, StoreError> {
    let (business, authority) = (kept.business.client_id.clone(), kept.authority.client_id.clone());
    let both = gateway.store.read(move |tx| {
        Ok::<_, StoreError>((tx.applications().find(&business)?, tx.applications().find(&authority)?))
    });
    Ok(matches!(both.await?, (Some(_), Some(_))))
}

async fn fresh(gateway: &Gateway) -> Result<Credentials, Box<dyn std::error::Error>> {
    let authority_id: AuthorityId = AUTHORITY.parse()?;
    let (first, first_secret) = application(gateway, "Sandbox accounting program", None);
    let (second, second_secret) = application(gateway, "Sandbox back office", Some(authority_id.clone()));
    let (client, office) = (first.id.clone(), second.id.clone());
    let business_id = gateway.store.write(insert(gateway, first, second)).await?;
    let business = BusinessCredentials { client_id: client, client_secret: first_secret, business_id };
    let authority = AuthorityCredentials { client_id: office, client_secret: second_secret, authority_id };
    Ok(Credentials::new(&gateway.base_url, business, authority))
}

/// Both applications, and the sandbox's cafe if this store does not know it yet.
fn insert(
    gateway: &Gateway,
    first: Application,
    second: Application,
) -> impl FnMut(&mut dyn Tx) -> Result<BusinessId, StoreError> + Send + 'static {
    let stamp = gateway.stamp();
    let cafe = TestBusiness::default_cafe();
    let other = TestBusiness::synthesise(sandbox::Profile::Cafe, u32::from_le_bytes(gateway.random_bytes()));
    move |tx| {
        tx.applications().insert(&first)?;
        tx.applications().insert(&second)?;
        let mut stamp = stamp.clone();
        let enrolled = enrol(tx, &first.id, &cafe.facts, stamp.split());
        match enrolled {
            Err(StoreError::Conflict) => Ok(enrol(tx, &first.id, &other.facts, stamp)?.id),
            enrolled => Ok(enrolled?.id),
        }
    }
}

fn application(gateway: &Gateway, name: &str, authority: Option<AuthorityId>) -> (Application, String) {
    let issued = ClientSecret::generate(gateway.random_bytes());
    let side = if authority.is_some() { Side::Authority } else { Side::Business };
    let mut scopes = scopes_of(side);
    if side == Side::Authority {
        // The sandbox's one authority is the registry's operator, too.
        scopes = format!("{scopes} {}", ROLES.join(" "));
    }
    let id: ApplicationId = gateway.stamp().id();
    let application = Application {
        id,
        name: name.to_owned(),
        side,
        authority,
        authentication: Authentication::Secret(*issued.kept.digest()),
        scopes,
        created_at: gateway.wall_clock.now(),
        suspended_at: None,
    };
    (application, issued.plain)
}

/// Replaces the file as a whole, readable by its owner alone.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = path.with_extension("json.new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&fresh, path)
}
