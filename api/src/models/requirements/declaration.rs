//! Declarations of compliance on the wire.

use domain::{
    actor::AuthorityActor,
    compliance::{
        checklist::Score,
        declaration::{
            AnnulCommand, Annulment, AnnulmentGround, Declaration, DeclarationState, Declared, Registered,
        },
    },
    ids::{AuthorityId, BusinessId, DeclarationId, SelfCheckId},
    record::Stored,
    text::Text,
    time::Timestamp,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

use crate::{models::receipt::ReceiptView, reply::Versioned};

/// A declaration to register.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"authority_id": "aut_fns"}))]
pub struct NewDeclaration {
    /// The supervisor: compliance is declared with those examined requirements that it supervises.
    pub authority_id: AuthorityId,
}

/// An annulment of a declaration.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"ground": "violations_found", "reason": {"ru": "Выявлены нарушения: акт № 12.", "en": "Violations were found: report No. 12."}}))]
pub struct NewAnnulment {
    /// On what ground.
    pub ground: AnnulmentGround,
    /// Why, in words; no personal data.
    pub reason: Text,
}

impl NewAnnulment {
    /// The domain's command.
    pub fn into_command(self, actor: AuthorityActor, id: DeclarationId) -> AnnulCommand {
        let Self { ground, reason } = self;
        AnnulCommand { actor, id, ground, reason }
    }
}

/// A declaration as its parties see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeclarationView {
    /// Its id, by which it is found in the public register.
    pub id: DeclarationId,
    /// Whose it is.
    pub business_id: BusinessId,
    /// The self-check it was made upon.
    pub self_check_id: SelfCheckId,
    /// The supervisor with which it is registered.
    pub authority_id: AuthorityId,
    /// Whether it holds.
    pub state: DeclarationState,
    /// What it declares compliance with.
    pub requirements: Vec<Declared>,
    /// The score of all of them together.
    #[serde(flatten)]
    pub score: Score,
    /// The day of registration.
    #[schema(value_type = String, format = Date, example = "2026-11-23")]
    pub declared_on: Date,
    /// The last day on which it holds.
    #[schema(value_type = String, format = Date, example = "2027-11-23")]
    pub valid_until: Date,
    /// Why it was annulled.
    pub annulment: Option<Annulment>,
    /// Counts changes from 1.
    #[schema(example = 1)]
    pub version: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The receipt for it, in the answer to its registration; absent on plain reads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub receipt: Option<ReceiptView>,
}

impl Versioned for DeclarationView {
    fn version(&self) -> i64 {
        self.version
    }
}

impl DeclarationView {
    /// Where the public finds it.
    pub fn address(&self) -> String {
        format!("/v1/declarations/{}", self.id)
    }
}

impl From<Stored<Declaration>> for DeclarationView {
    fn from(stored: Stored<Declaration>) -> Self {
        let Stored { id, business, body, version, created_at: _, updated_at } = stored;
        let Declaration {
            self_check,
            authority,
            requirements,
            score,
            inn: _,
            declared_on,
            valid_until,
            state,
            annulment,
        } = body;
        Self {
            id,
            business_id: business,
            self_check_id: self_check,
            authority_id: authority,
            state,
            requirements,
            score,
            declared_on,
            valid_until,
            annulment,
            version,
            updated_at,
            receipt: None,
        }
    }
}

impl From<Registered> for DeclarationView {
    fn from(Registered { declaration, receipt }: Registered) -> Self {
        Self { receipt: Some(receipt.into()), ..declaration.into() }
    }
}

/// A declaration as the public register shows it: no personal data.
#[derive(Debug, Serialize, ToSchema)]
pub struct PublicDeclaration {
    /// Its id.
    pub id: DeclarationId,
    /// Taxpayer number of a legal entity; null for a person.
    #[schema(example = "9600989390")]
    pub inn: Option<String>,
    /// The supervisor with which it is registered.
    pub authority_id: AuthorityId,
    /// Whether it holds.
    pub state: DeclarationState,
    /// What it declares compliance with.
    pub requirements: Vec<Declared>,
    /// The day of registration.
    #[schema(value_type = String, format = Date, example = "2026-11-23")]
    pub declared_on: Date,
    /// The last day on which it holds, unless it is annulled.
    #[schema(value_type = String, format = Date, example = "2027-11-23")]
    pub valid_until: Date,
    /// When it was annulled.
    pub annulled_at: Option<Timestamp>,
}

impl From<Stored<Declaration>> for PublicDeclaration {
    fn from(stored: Stored<Declaration>) -> Self {
        let Declaration {
            self_check: _,
            authority,
            requirements,
            score: _,
            inn,
            declared_on,
            valid_until,
            state,
            annulment,
        } = stored.body;
        Self {
            id: stored.id,
            inn,
            authority_id: authority,
            state,
            requirements,
            declared_on,
            valid_until,
            annulled_at: annulment.map(|annulment| annulment.at),
        }
    }
}
