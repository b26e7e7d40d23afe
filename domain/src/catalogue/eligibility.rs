//! Which services concern a business, and what would open those that are closed to it (4.5.3, 4.6.3.6).

use std::{cmp::Reverse, collections::BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Catalogue,
    expression::Facts,
    model::{Audience, RuleKind, ServiceDocument, Stage, Unmet},
    rules::{Findings, UnmetRule},
    service::Service,
    wording::say,
};
use crate::text::Text;

/// A service as it stands to one business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Offer {
    /// The service's code.
    #[cfg_attr(feature = "schema", schema(example = "microloan"))]
    pub service: String,
    /// Whether nothing known of the business speaks against it.
    pub available: bool,
    /// The conditions that would open it once they are met.
    pub unmet: Vec<UnmetRule>,
    /// Facts that its conditions ask for and the profile does not hold: until they are known nothing is certain.
    pub questions: Vec<String>,
    /// Why it is offered, most telling first.
    pub reasons: Vec<Text>,
}

impl Catalogue {
    /// The codes of the segments that a business belongs to. A segment that needs an absent fact does not count.
    pub fn segments_of(&self, profile: &Map<String, Value>, today: Date) -> Vec<&str> {
        let no_form = Map::new();
        let facts = Facts::new(&no_form, profile, today);
        let members = self
            .segments
            .iter()
            .zip(&self.segment_tests)
            .filter(|(_, test)| test.holds(&facts) == Some(true));
        members.map(|(segment, _)| segment.code.as_str()).collect()
    }

    /// Every service in use, those open to the business first, then by how many of its segments and life situations
    /// ask for them, then by code. Judged by the profile alone: rules about the form are left for the form.
    pub fn ordered_for(&self, profile: &Map<String, Value>, today: Date) -> Vec<Offer> {
        let no_form = Map::new();
        let facts = Facts::new(&no_form, profile, today);
        let segments = self.segments_of(profile, today).into_iter().collect::<BTreeSet<_>>();
        let in_use = self.services().filter(|service| service.document.stage != Stage::Retired);
        let mut offers =
            in_use.map(|service| self.offer(service, profile, &facts, &segments)).collect::<Vec<_>>();
        offers.sort_by_key(|offer| (!offer.available, Reverse(offer.reasons.len()), offer.service.clone()));
        offers
    }

    /// The same for one service; None where the catalogue has none in use under this code.
    pub fn standing_of(&self, code: &str, profile: &Map<String, Value>, today: Date) -> Option<Offer> {
        let no_form = Map::new();
        let facts = Facts::new(&no_form, profile, today);
        let segments = self.segments_of(profile, today).into_iter().collect::<BTreeSet<_>>();
        let found = self.service(code).filter(|service| service.document.stage != Stage::Retired)?;
        Some(self.offer(found, profile, &facts, &segments))
    }

    fn offer(
        &self,
        service: &Service,
        profile: &Map<String, Value>,
        facts: &Facts<'_>,
        segments: &BTreeSet<&str>,
    ) -> Offer {
        let mut unmet: Vec<UnmetRule> = wrong_audience(&service.document, profile).into_iter().collect();
        let by_profile = || service.rules.iter().filter(|rule| rule.judges_profile());
        unmet.extend(Findings::judge(by_profile(), facts).unmet);
        let asked = by_profile().flat_map(|rule| rule.profile_facts()).collect::<BTreeSet<_>>();
        let absent = asked.into_iter().filter(|fact| !profile.contains_key(*fact));
        Offer {
            service: service.document.code.clone(),
            available: unmet.is_empty(),
            unmet,
            questions: absent.map(str::to_owned).collect(),
            reasons: self.reasons(&service.document, segments),
        }
    }

    fn reasons(&self, document: &ServiceDocument, segments: &BTreeSet<&str>) -> Vec<Text> {
        let shared = self.segments.iter().filter(|segment| {
            document.segments.contains(&segment.code) && segments.contains(segment.code.as_str())
        });
        let situations = self.situations.iter().filter(|situation| {
            document.life_situations.contains(&situation.code)
                && situation.segments.iter().any(|code| segments.contains(code.as_str()))
        });
        let by_segment = shared.map(|segment| {
            say(
                format!("Нужна сегменту «{}».", segment.title.ru),
                format!("Needed by the segment “{}”.", segment.title.en),
            )
        });
        let by_situation = situations.map(|situation| {
            say(
                format!("Входит в жизненную ситуацию «{}».", situation.title.ru),
                format!("Part of the life situation “{}”.", situation.title.en),
            )
        });
        by_segment.chain(by_situation).collect()
    }
}

/// The condition that the business be of a kind that may ask for the service; none where its kind is not known.
fn wrong_audience(document: &ServiceDocument, profile: &Map<String, Value>) -> Option<UnmetRule> {
    let kind = profile.get("kind")?.as_str()?;
    if document.audience.iter().any(|audience| <&str>::from(*audience) == kind) {
        return None;
    }
    let names = document.audience.iter().map(|audience| audience_name(*audience)).collect::<Vec<_>>();
    let ru = names.iter().map(|name| name.ru.as_str()).collect::<Vec<_>>().join(", ");
    let en = names.iter().map(|name| name.en.as_str()).collect::<Vec<_>>().join(", ");
    Some(UnmetRule {
        code: "audience".into(),
        kind: RuleKind::Eligibility,
        pointer: String::new(),
        message: say(
            format!("Услуга предназначена для других заявителей: {ru}."),
            format!("The service is for other applicants: {en}."),
        ),
        fix: say(
            "Услуга откроется после изменения правового статуса бизнеса.",
            "The service opens once the legal status of the business changes.",
        ),
        legal_basis: document
            .legal_basis
            .first()
            .map(|basis| format!("{}, {}", basis.act, basis.provision))
            .unwrap_or_default(),
        unmet: Unmet::Refused,
    })
}

fn audience_name(audience: Audience) -> Text {
    match audience {
        Audience::LegalEntity => say("юридические лица", "legal entities"),
        Audience::SoleTrader => say("индивидуальные предприниматели", "sole traders"),
        Audience::SelfEmployed => say("самозанятые", "self-employed persons"),
        Audience::Farm => say("крестьянские (фермерские) хозяйства", "farms"),
        Audience::Association => say("объединения без прав юридического лица", "associations"),
        Audience::ForeignPerson => say("иностранные лица", "foreign persons"),
    }
}
