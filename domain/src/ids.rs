//! Prefixed, sortable identifiers: `sub_01J…`. The prefix says what a thing is, the ULID behind it sorts by birth.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize, Serializer};
use ulid::Ulid;

/// An identifier with its type's prefix, as callers see it. Cheap to clone: one act names the same few many times.
pub trait Id: Sized {
    /// What stands before the underscore.
    const PREFIX: &'static str;

    /// Wraps a fresh ULID.
    fn from_ulid(ulid: Ulid) -> Self;
}

/// The text is not an identifier of this type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected an identifier that starts with `{prefix}_`")]
pub struct IdError {
    /// What stands before the underscore in identifiers of this type.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $pattern:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "schema", schema(value_type = String, pattern = $pattern))]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;

            fn from_ulid(ulid: Ulid) -> Self {
                Self(format!("{}_{ulid}", $prefix).into())
            }
        }

        impl $name {
            /// The whole text, prefix included.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            /// Accepts `prefix_` and 1 to 64 letters, digits or underscores behind it.
            fn from_str(text: &str) -> Result<Self, IdError> {
                let body = text.strip_prefix($prefix).and_then(|rest| rest.strip_prefix('_'));
                match body {
                    Some(body) if is_body(body) => Ok(Self(text.into())),
                    _ => Err(IdError { prefix: $prefix }),
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.as_str().to_owned()
            }
        }
    )*};
}

fn is_body(body: &str) -> bool {
    (1..=64).contains(&body.len()) && body.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

ids! {
    /// An OAuth client: an accounting program, a representative's system, an authority's back office.
    ApplicationId = "app", "^app_[0-9A-Za-z_]{1,64}$";
    /// A business («клиент» of the standard).
    BusinessId = "biz", "^biz_[0-9A-Za-z_]{1,64}$";
    /// An authority or an authorised organisation.
    AuthorityId = "aut", "^aut_[0-9A-Za-z_]{1,64}$";
    /// A submission, from draft to decision.
    SubmissionId = "sub", "^sub_[0-9A-Za-z_]{1,64}$";
    /// A document that travels with a submission or with a decision.
    AttachmentId = "att", "^att_[0-9A-Za-z_]{1,64}$";
    /// An authority's request for information.
    RequestId = "req", "^req_[0-9A-Za-z_]{1,64}$";
    /// A signed receipt.
    ReceiptId = "rcp", "^rcp_[0-9A-Za-z_]{1,64}$";
    /// An event of the feed.
    EventId = "evt", "^evt_[0-9A-Za-z_]{1,64}$";
    /// A task in an authority's inbox.
    TaskId = "tsk", "^tsk_[0-9A-Za-z_]{1,64}$";
    /// An authority's hold on a task until it is acknowledged.
    LeaseId = "lse", "^lse_[0-9A-Za-z_]{1,64}$";
    /// A confirmation of a situation, a segment or a requirement.
    ConfirmationId = "cnf", "^cnf_[0-9A-Za-z_]{1,64}$";
    /// A declaration that a requirement does not apply.
    InapplicabilityId = "ina", "^ina_[0-9A-Za-z_]{1,64}$";
    /// What the state's resources said of a business and a requirement.
    EvidenceId = "evd", "^evd_[0-9A-Za-z_]{1,64}$";
    /// A dispute of what a state resource said.
    EvidenceDisputeId = "edp", "^edp_[0-9A-Za-z_]{1,64}$";
    /// An inquiry at the state's resources.
    EvidenceInquiryId = "inq", "^inq_[0-9A-Za-z_]{1,64}$";
    /// Evidence that the business supplied.
    EvidenceSupplyId = "esp", "^esp_[0-9A-Za-z_]{1,64}$";
    /// A caution of a supervisor.
    CautionId = "cau", "^cau_[0-9A-Za-z_]{1,64}$";
    /// What a supervisor recognised in a business's good faith.
    RecognitionId = "rcg", "^rcg_[0-9A-Za-z_]{1,64}$";
    /// A preventive visit.
    VisitId = "pvt", "^pvt_[0-9A-Za-z_]{1,64}$";
    /// A duty to submit information that an event or an authority started.
    DutyId = "idu", "^idu_[0-9A-Za-z_]{1,64}$";
    /// The ground on which an application acts for a business.
    MandateId = "mnd", "^mnd_[0-9A-Za-z_]{1,64}$";
    /// A request to represent a business.
    AccessRequestId = "arq", "^arq_[0-9A-Za-z_]{1,64}$";
    /// A business's assessment of a requirement.
    AssessmentId = "asm", "^asm_[0-9A-Za-z_]{1,64}$";
    /// An assessment as authorities name it: it tells neither who gave it nor when.
    AssessmentRef = "asr", "^asr_[0-9A-Za-z_]{1,64}$";
    /// A draft act.
    DraftActId = "dra", "^dra_[0-9A-Za-z_]{1,64}$";
    /// A business's opinion on a draft act: it tells neither who gave it nor when.
    OpinionId = "opn", "^opn_[0-9A-Za-z_]{1,64}$";
    /// The way of an assessment or an opinion to the regulation portal.
    TransferId = "trf", "^trf_[0-9A-Za-z_]{1,64}$";
    /// A cost estimate.
    CostEstimateId = "cst", "^cst_[0-9A-Za-z_]{1,64}$";
    /// A report of costs borne.
    CostReportId = "crp", "^crp_[0-9A-Za-z_]{1,64}$";
    /// A self-check of a business's compliance.
    SelfCheckId = "chk", "^chk_[0-9A-Za-z_]{1,64}$";
    /// A declaration of compliance.
    DeclarationId = "dec", "^dec_[0-9A-Za-z_]{1,64}$";
    /// The result of a check pack.
    PackResultId = "pck", "^pck_[0-9A-Za-z_]{1,64}$";
    /// An endpoint of an application to which events are brought.
    WebhookId = "whk", "^whk_[0-9A-Za-z_]{1,64}$";
    /// A message on its way to an endpoint.
    DeliveryId = "whd", "^whd_[0-9A-Za-z_]{1,64}$";
    /// A run of an algorithm.
    AlgorithmRunId = "run", "^run_[0-9A-Za-z_]{1,64}$";
    /// A consent to proactive service.
    ConsentId = "cns", "^cns_[0-9A-Za-z_]{1,64}$";
    /// A proactive offer.
    OfferId = "ofr", "^ofr_[0-9A-Za-z_]{1,64}$";
    /// A wish to be told when a service becomes possible.
    ServiceWatchId = "swt", "^swt_[0-9A-Za-z_]{1,64}$";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_keeps_its_text_and_refuses_a_foreign_prefix() {
        let id = SubmissionId::from_ulid(Ulid::from_parts(1, 2));
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        assert_eq!("biz_1".parse::<SubmissionId>(), Err(IdError { prefix: "sub" }));
        for bad in ["sub", "sub_", "sub_a-b", "sub_'", &format!("sub_{}", "a".repeat(65))] {
            assert!(bad.parse::<SubmissionId>().is_err(), "{bad}");
        }
    }
}
