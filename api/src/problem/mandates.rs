//! What a mandate that does not carry an act becomes on the wire: what is missing, and who can mend it.

use domain::mandate::{MandateRefusal, Right};

use super::{Code, Coded, ProblemDraft, both};

impl Coded for MandateRefusal {
    const CODES: &'static [Code] = &[
        Code::MandateEnded,
        Code::MandateExpired,
        Code::MandateNotYetValid,
        Code::MandatePending,
        Code::PowerInsufficient,
        Code::PrincipalInactive,
    ];

    fn draft(self) -> ProblemDraft {
        match self {
            Self::Ended { at } => {
                let detail =
                    both(format!("Полномочие прекращено {at}."), format!("The mandate was ended at {at}."));
                ProblemDraft::new(Code::MandateEnded, detail).with("ended_at", at.to_string())
            }
            Self::Pending => ProblemDraft::plain(Code::MandatePending),
            Self::NotYetValid { from } => {
                let detail = both(
                    format!("Полномочие действует с {from}."),
                    format!("The mandate holds from {from}."),
                );
                ProblemDraft::new(Code::MandateNotYetValid, detail).with("valid_from", from.to_string())
            }
            Self::Expired { until } => {
                let detail = both(
                    format!("Срок полномочия истёк {until}."),
                    format!("The mandate's term ended at {until}."),
                );
                ProblemDraft::new(Code::MandateExpired, detail).with("valid_until", until.to_string())
            }
            Self::Insufficient { right, sufficient } => insufficient(right, sufficient),
            Self::PrincipalInactive => ProblemDraft::plain(Code::PrincipalInactive),
        }
    }
}

fn insufficient(right: Right, sufficient: &'static [String]) -> ProblemDraft {
    let (name, codes) = (right.name(), sufficient.join(", "));
    let detail = if sufficient.is_empty() {
        both(
            format!("На {name} имеет право только собственное приложение бизнеса."),
            format!("Only the business's own application has the right {name}."),
        )
    } else {
        both(
            format!("Для {name} нужно одно из полномочий: {codes}."),
            format!("{name} needs one of the powers {codes}."),
        )
    };
    let draft = ProblemDraft::new(Code::PowerInsufficient, detail);
    draft.with("required_right", name).with("sufficient_powers", sufficient)
}
