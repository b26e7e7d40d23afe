//! How opinions count in public: as assessments do, a cell for each discussion of a draft, and slices over drafts by the
//! parameters of 4.7.2.1.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    DiscussionKind, DraftAct,
    opinion::{Opinion, StoredOpinion},
};
use crate::{
    assessment::{
        Procedure,
        count::{Said, count_said},
        give,
        recount::{Newest, bins},
        scope::Dimension,
        tally::{Matter, Place},
    },
    clerk::Clerk,
    page::PageRequest,
    ports::store::{StoreError, Tx},
    record::{RecordFilter, Stored},
    requirement::registry::Registry,
    time::Stamp,
};

/// How many opinions are read at a time.
const AT_ONCE: u32 = 1000;

/// Counts an opinion in the summary of its draft's discussion, and in the slices that hold the draft, by the rules of
/// assessments.
pub(super) fn count(
    tx: &mut dyn Tx,
    clerk: &Clerk,
    opinion: &StoredOpinion,
    stamp: &Stamp,
) -> Result<(), StoreError> {
    let least = give::rules(clerk, stamp)?.least_businesses;
    let Opinion { draft, discussion, .. } = &opinion.body;
    let draft = tx.draft_acts().find(draft)?.ok_or_else(gone)?;
    let (subject, voice) = (discussion.subject(&draft.id), opinion.body.voice());
    let procedure = discussion.procedure();
    let said = Said { subject: &subject, procedure, business: &opinion.business, voice: voice.as_ref() };
    count_said(tx, least, &said, || places(&draft, &clerk.registry, procedure))
}

fn gone() -> StoreError {
    StoreError::Corrupt("an opinion's draft is gone".into())
}

/// The slices that hold a draft's opinions within a procedure.
pub fn places(draft: &DraftAct, registry: &Registry, procedure: Procedure) -> Vec<Place> {
    let content = &draft.body.content;
    let mut places = BTreeSet::new();
    let mut put = |dimension, value: &str| {
        places.insert(Place { matter: Matter::Drafts, dimension, value: value.to_owned() });
    };
    put(Dimension::Procedure, procedure.into());
    put(Dimension::Developer, draft.developer.as_str());
    put(Dimension::Level, content.level.into());
    put(Dimension::ActKind, content.act_kind.into());
    content.life_situations.iter().for_each(|code| put(Dimension::LifeSituation, code));
    content.keywords.iter().for_each(|word| put(Dimension::Keyword, &word.to_lowercase()));
    for code in content.requirements.iter().filter_map(|one| one.code.as_ref()) {
        put(Dimension::Requirement, code);
        if let Some(entry) = registry.requirement(code) {
            put(Dimension::Act, &entry.requirement.act);
        }
    }
    places.into_iter().collect()
}

/// How every business's opinions on a draft must count, by the subject of each discussion, and how many opinions there
/// are.
///
/// # Errors
/// Only what the store says.
pub fn spoken(tx: &mut dyn Tx, draft: &DraftAct) -> Result<(BTreeMap<String, Newest>, usize), StoreError> {
    let kinds = <DiscussionKind as strum::VariantArray>::VARIANTS.iter();
    let mut subjects: BTreeMap<String, Newest> =
        kinds.map(|kind| (kind.subject(&draft.id), Newest::new())).collect();
    let filter = RecordFilter { requirement: Some(draft.id.to_string()), state: None };
    let (mut page, mut opinions) = (PageRequest { after: None, limit: AT_ONCE }, 0);
    loop {
        let read = Stored::<Opinion>::of_authority(tx, &draft.developer, &filter, &page)?;
        opinions += read.items.len();
        for opinion in &read.items {
            let (kind, voice) = (opinion.body.discussion, opinion.body.voice());
            let subject = subjects.entry(kind.subject(&draft.id)).or_default();
            if let Some(voice) = voice {
                subject.insert((kind.procedure(), opinion.business.clone()), (0, bins(&voice)));
            }
        }
        match read.next {
            Some(key) => page.after = Some(key),
            None => return Ok((subjects, opinions)),
        }
    }
}
