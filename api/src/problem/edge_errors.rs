//! What the edge's own errors become on the wire: publishing, registering, enrolling; and those of the log.

use domain::{catalogue::CatalogueFault, error::Violation, log::published::ProveError, text::Text};
use serde_json::Value;

use super::{Code, Coded, ProblemDraft, both, violation};
use crate::{clients::RegisterError, enrol::EnrolError, publish::PublishError};

impl Coded for PublishError {
    const CODES: &'static [Code] = &[Code::NotFound, Code::ValidationFailed];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::Foreign { member, expected } => {
                let detail =
                    both(format!("Здесь должно быть «{expected}»."), format!("This must be `{expected}`."));
                let fix = both(format!("Поставьте «{expected}»."), format!("Put `{expected}` here."));
                let found = violation(format!("/{member}"), "foreign", detail, fix);
                ProblemDraft::plain(Code::ValidationFailed).violations(vec![found])
            }
            Self::Faults(faults) => ProblemDraft::plain(Code::ValidationFailed)
                .violations(faults.iter().map(fault_violation).collect()),
            Self::Store(error) => error.draft(),
        }
    }
}

fn fault_violation(fault: &CatalogueFault) -> Violation {
    let text = fault.to_string();
    let fix = both(
        "Исправьте документ услуги и отправьте его снова; формат — docs/catalogue.md.",
        "Mend the service document and send it again; its format is in docs/catalogue.md.",
    );
    violation(fault.pointer.clone(), "catalogue-fault", both(text.clone(), text), fix)
}

impl Coded for RegisterError {
    const CODES: &'static [Code] = &[Code::ValidationFailed];

    fn draft(self) -> ProblemDraft {
        let refused = |detail: Text, fix: Text| {
            ProblemDraft::plain(Code::ValidationFailed).violations(vec![violation(
                "/jwks",
                "unusable-keys",
                detail,
                fix,
            )])
        };
        match self {
            Self::Keys(error) => refused(
                both(
                    format!("Набор ключей не годится: {error}."),
                    format!("The key set cannot be used: {error}."),
                ),
                both(
                    "Дайте от 1 до 10 открытых ключей: Ed25519, P-256 или RSA от 2048 бит.",
                    "Give 1 to 10 public keys: Ed25519, P-256, or RSA of 2048 bits or more.",
                ),
            ),
            Self::Certificates => refused(
                both(
                    "У каждого ключа должен быть x5c с сертификатом X.509 (DER в base64).",
                    "Each key must bring x5c with an X.509 certificate (DER in base64).",
                ),
                both(
                    "Дайте от 1 до 10 ключей, у каждого x5c из одного сертификата.",
                    "Give 1 to 10 keys, each with an x5c of one certificate.",
                ),
            ),
            Self::KeysMismatch => refused(
                both(
                    "jwks нужен при private_key_jwt и self_signed_tls_client_auth и не нужен при client_secret_basic.",
                    "jwks belongs to private_key_jwt and self_signed_tls_client_auth, and not to client_secret_basic.",
                ),
                both("Добавьте или уберите jwks.", "Add or remove jwks."),
            ),
            Self::Store(error) => error.draft(),
        }
    }
}

impl Coded for EnrolError {
    const CODES: &'static [Code] = &[Code::ValidationFailed];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::UnknownProfile { known } => {
                let detail = both("Такого образца бизнеса нет.", "There is no such profile of a business.");
                let fix = both(
                    "Возьмите имя из GET /sandbox/scenarios.",
                    "Take a name from GET /sandbox/scenarios.",
                );
                let mut found = violation("/profile", "not-in-list", detail, fix);
                found.fix.allowed = known.into_iter().map(Value::from).collect();
                ProblemDraft::plain(Code::ValidationFailed).violations(vec![found])
            }
            Self::Invalid(violations) => ProblemDraft::plain(Code::Internal)
                .cause(format!("the sandbox made a bad profile: {violations:?}")),
            Self::Store(error) => error.draft(),
        }
    }
}

/// In how many seconds a receipt is in the log.
const LOGGED_WITHIN_S: u32 = 2;

impl Coded for ProveError {
    const CODES: &'static [Code] = &[Code::NotFound, Code::MalformedRequest];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::NotFound => ProblemDraft::plain(Code::NotFound),
            Self::NotLogged => {
                let detail = both(
                    "Последняя контрольная точка журнала об этом не говорит. Квитанция попадает в журнал за две секунды.",
                    "The log's last checkpoint does not speak of it. A receipt is in the log within two seconds.",
                );
                ProblemDraft::new(Code::NotFound, detail).retry_after(LOGGED_WITHIN_S)
            }
            Self::Beyond { size } => {
                let detail = both(
                    format!("Деревья сравниваются по возрастанию и не дальше размера {size}."),
                    format!("Trees are compared in growing order and no further than the size {size}."),
                );
                ProblemDraft::new(Code::MalformedRequest, detail).with("tree_size", size)
            }
            Self::Store(error) => error.draft(),
        }
    }
}
