//! «Сообщите, когда станет возможно» (4.5.7.11): a business that was refused, or to which a service is closed, is told when
//! it opens.
//!
//! waiting → possible | cancelled.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{all_at_once, unknown_code};
use crate::{
    business::Business,
    catalogue::{self, Stage, UnmetRule},
    clerk::{Clerk, Happening, Mover, tell},
    compliance::{Refusal, business},
    event::EventKind,
    ids::{AuthorityId, ServiceWatchId, SubmissionId},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    receipt::{Act, Receipt, Received},
    record::{Kept, RecordFilter, RecordKind, Stored},
    submission::{Desk, State},
    text::Text,
    time::{Stamp, Timestamp},
};

/// How a watch stands.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum WatchState {
    /// The service is not open to the business yet, or nothing has changed since it was refused.
    Waiting,
    /// It is open: the feed told.
    Possible,
    /// The business no longer wants to know.
    Cancelled,
}

/// What changed, so that a service became possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub enum WhatChanged {
    /// The facts of the business.
    Profile,
    /// The service or its rules.
    Service,
    /// The day alone.
    Day,
}

/// A wish to be told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServiceWatch {
    /// The service, by code.
    #[cfg_attr(feature = "schema", schema(example = "alcohol-retail-licence"))]
    pub service: String,
    /// The refused submission that it began with.
    pub submission_id: Option<SubmissionId>,
    /// How it stands.
    pub state: WatchState,
    /// Whether the service was open when the wish was kept: then something must change first.
    pub was_open: bool,
    /// What stood in the way then.
    pub unmet: Vec<UnmetRule>,
    /// The version of the profile then.
    pub profile_version: i64,
    /// The version of the service then.
    pub service_version: i64,
    /// When it became possible.
    pub possible_at: Option<Timestamp>,
    /// What had changed.
    pub because: Option<WhatChanged>,
}

impl Kept for ServiceWatch {
    const KIND: RecordKind = RecordKind::ServiceWatch;
    type Id = ServiceWatchId;

    fn requirement(&self) -> Option<&str> {
        Some(&self.service)
    }

    fn authority(&self) -> Option<&AuthorityId> {
        None
    }

    fn state(&self) -> &'static str {
        self.state.into()
    }

    fn due_at(&self) -> Option<Timestamp> {
        None
    }
}

/// A wish to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchService {
    /// Who asks.
    pub on_behalf: OnBehalf,
    /// The service, by code.
    pub service: String,
    /// The refused submission, where it begins with one.
    pub submission: Option<SubmissionId>,
}

/// Keeps the wish to be told when a service opens; what stands in the way now is kept with it.
///
/// # Errors
/// [`Refusal`]; nothing is kept then.
pub fn watch(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    command: &WatchService,
    received: &Received,
    mut stamp: Stamp,
) -> Result<(Stored<ServiceWatch>, Receipt), Refusal> {
    let (actor, business) = business(tx, &command.on_behalf)?;
    let Some(service) = clerk.catalogue.service(&command.service) else {
        let known = clerk.catalogue.services().map(|one| one.document.code.as_str());
        return Err(unknown_code("/service", &command.service, known, "/v1/services"));
    };
    if let Some(id) = &command.submission {
        let found = tx.submissions().find(&business.id, id)?;
        let fits = found.is_some_and(|one| one.state == State::Refused && one.service == command.service);
        if !fits {
            return Err(not_refused());
        }
    }
    let standing = standing(&clerk.catalogue, &business, &command.service, stamp.now);
    let watch = ServiceWatch {
        service: command.service.clone(),
        submission_id: command.submission.clone(),
        state: WatchState::Waiting,
        was_open: standing.as_ref().is_some_and(|offer| offer.available),
        unmet: standing.map(|offer| offer.unmet).unwrap_or_default(),
        profile_version: business.version,
        service_version: service.document.version,
        possible_at: None,
        because: None,
    };
    let kept = Stored::insert(tx, &business.id, watch, &mut stamp)?;
    tx.looks().begin(&business.id)?;
    let document = json!({ "service": command.service, "submission_id": command.submission });
    let happening = happening(&kept, EventKind::ServiceWatched);
    let receipt =
        clerk.accept(tx, happening, (Act::ServiceWatched, &document), (&actor, received), &mut stamp)?;
    Ok((kept, receipt))
}

/// Gives the wish up.
///
/// # Errors
/// [`Refusal`]; nothing is changed then.
pub fn cancel(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    (on_behalf, id): (&OnBehalf, &ServiceWatchId),
    mut stamp: Stamp,
) -> Result<Stored<ServiceWatch>, Refusal> {
    let (actor, business) = business(tx, on_behalf)?;
    let mut watch = Stored::<ServiceWatch>::find(tx, &business.id, id)?.ok_or(Refusal::NotFound)?;
    if watch.body.state != WatchState::Waiting {
        let state = watch.body.state.into();
        return Err(Refusal::State { state, attempted: "cancel", allowed: Vec::new() });
    }
    watch.body.state = WatchState::Cancelled;
    watch.update(tx, stamp.now)?;
    let mover = Mover::Business(&actor);
    clerk.tell(tx, happening(&watch, EventKind::ServiceWatchCancelled), &mover, &mut stamp)?;
    Ok(watch)
}

/// Tells of every service that the business waits for and that is open to it now.
pub(super) fn tell_possible(
    tx: &mut dyn Tx,
    desk: &Desk,
    business: &Business,
    stamp: &mut Stamp,
) -> Result<(), StoreError> {
    let state: &'static str = WatchState::Waiting.into();
    let filter = RecordFilter { state: Some(state.into()), ..RecordFilter::default() };
    let waiting = Stored::<ServiceWatch>::list(tx, &business.id, &filter, &all_at_once())?.items;
    for mut watch in waiting {
        let Some(because) = opened(desk, business, &watch.body, stamp.now) else { continue };
        watch.body.state = WatchState::Possible;
        watch.body.possible_at = Some(stamp.now);
        watch.body.because = Some(because);
        watch.update(tx, stamp.now)?;
        tell(tx, happening(&watch, EventKind::ServicePossible), &Mover::Gateway, stamp)?;
    }
    Ok(())
}

/// What opened the service, if it is open and was not, or if something changed since it was refused.
fn opened(desk: &Desk, business: &Business, watch: &ServiceWatch, now: Timestamp) -> Option<WhatChanged> {
    let service = desk.catalogue.service(&watch.service)?;
    let open = standing(&desk.catalogue, business, &watch.service, now)?.available;
    let changed = if service.document.version != watch.service_version {
        WhatChanged::Service
    } else if business.version != watch.profile_version {
        WhatChanged::Profile
    } else {
        WhatChanged::Day
    };
    let enough = !watch.was_open || changed != WhatChanged::Day;
    (open && enough && service.document.stage != Stage::Retired).then_some(changed)
}

fn standing(
    catalogue: &catalogue::Catalogue,
    business: &Business,
    service: &str,
    now: Timestamp,
) -> Option<catalogue::Offer> {
    catalogue.standing_of(service, &business.profile, now.moscow_date())
}

fn happening(watch: &Stored<ServiceWatch>, kind: EventKind) -> Happening<'_> {
    let ServiceWatch { service, submission_id, state, because, .. } = &watch.body;
    let data = json!({ "service": service, "submission_id": submission_id, "state": state,
        "because": because });
    Happening { kind, business: &watch.business, authority: None, subject: watch.id.as_str(), data }
}

fn not_refused() -> Refusal {
    Refusal::because(
        "/submission_id",
        "not-refused",
        Text::new(
            "Это не отказанное обращение за этой услугой.",
            "This is not a refused submission for this service.",
        ),
        Text::new(
            "Назовите обращение в состоянии refused или уберите submission_id.",
            "Name a submission in the state refused, or leave submission_id out.",
        ),
    )
}
