//! Assessments counted by many at once, and what can be learnt from the difference of two published figures.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    assessment::{
        Assessment, Content, Procedure, Proposal,
        count::count,
        recount::recount,
        tally::{Bins, Instrument, Place, Slice, Standing},
    },
    ids::BusinessId,
    ports::store::{StoreError, Tx},
    requirement::{builtin::builtin, registry::Registry},
};

use super::{
    fixture::Fixture,
    samples::{at, business, id},
};

/// The least number of businesses behind a difference.
const LEAST: u32 = 5;

const PROCEDURES: [Procedure; 2] = [Procedure::ActualImpact, Procedure::Enforcement];

fn registry() -> Registry {
    Registry::compile(1, &builtin()).expect("the program's registry holds")
}

/// A small generator of numbers: a test's run can be repeated.
#[derive(Clone)]
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        u32::try_from((self.0 >> 33) % u64::from(sides)).expect("a remainder is small")
    }

    fn score(&mut self) -> Option<u8> {
        u8::try_from(self.throw(6)).ok().filter(|score| *score > 0)
    }

    fn content(&mut self) -> Content {
        let (clarity, feasibility) = (self.score(), self.score());
        let duplicates = if self.throw(4) == 0 { vec!["OT-900".to_owned()] } else { Vec::new() };
        let proposal = Proposal { text: "Короче".into(), reasons: "Длинно".into() };
        Content {
            clarity,
            feasibility,
            duplicates,
            contradictions: Vec::new(),
            costs: None,
            proposal: (self.throw(3) == 0).then_some(proposal),
            disclose_identity: false,
        }
    }
}

/// Gives the business's assessment, or another content to the one it has, and counts it.
fn assess(
    tx: &mut dyn Tx,
    registry: &Registry,
    (who, requirement, procedure): (u32, &str, Procedure),
    (n, content): (u32, Content),
) -> Result<(), StoreError> {
    let business = id(who);
    let assessment = match tx.assessments().newest(&business, requirement, procedure)? {
        Some(mut known) => {
            known.content = content;
            known.version += 1;
            tx.assessments().update(&known)?;
            known
        }
        None => {
            let made = Assessment {
                id: id(n),
                reference: id(n),
                business,
                requirement: requirement.to_owned(),
                procedure,
                year: 2026,
                content,
                considerations: Vec::new(),
                version: 1,
                said_in: 1,
                given_at: at(0),
                revised_at: at(0),
            };
            tx.assessments().insert(&made)?;
            made
        }
    };
    count(tx, registry, LEAST, &assessment)
}

async fn businesses(fixture: &Fixture, many: u32) {
    fixture.write(move |tx| (1..=many).try_for_each(|n| tx.businesses().insert(&business(n)))).await;
}

/// Eight callers, fifty thousand assessments, a few at a time in a unit of work.
pub async fn fifty_thousand_assessments_equal_their_recount(fixture: Fixture) {
    const CALLERS: u32 = 8;
    const UNITS: u32 = 125;
    const IN_A_UNIT: u32 = 50;
    businesses(&fixture, 400).await;
    let callers: Vec<_> = (0..CALLERS)
        .map(|caller| {
            let store = fixture.store.clone();
            tokio::spawn(async move {
                let registry = std::sync::Arc::new(registry());
                let codes: Vec<String> =
                    registry.requirements().take(40).map(|entry| entry.requirement.code.clone()).collect();
                for unit in 0..UNITS {
                    let (registry, codes) = (registry.clone(), codes.clone());
                    let giving = store.write(move |tx| {
                        let mut dice = Dice(u64::from(caller * UNITS + unit) + 1);
                        for nth in 0..IN_A_UNIT {
                            let (who, code) = (1 + dice.throw(400), dice.throw(40) as usize);
                            let cell = (who, codes[code].as_str(), PROCEDURES[dice.throw(2) as usize]);
                            let n = (caller * UNITS + unit) * IN_A_UNIT + nth;
                            assess(tx, &registry, cell, (n, dice.content()))?;
                        }
                        Ok::<_, StoreError>(())
                    });
                    giving.await.expect("the unit is committed");
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("the caller ends");
    }
    let found = fixture.read(recount).await;
    assert!(found.differences.is_empty(), "{:#?}", found.differences);
    assert!(found.assessments > 20_000 && found.cells == 80 && found.slices > 40, "{found:?}");
}

/// Who carries a published figure, and how: the finest that anybody could take from it.
type Carriers = BTreeSet<(String, Procedure, BusinessId, Bins)>;

/// Every published state of every slice that ever was, told apart by its carriers.
#[derive(Default)]
struct Published(BTreeMap<Instrument, BTreeSet<Carriers>>);

impl Published {
    fn note(&mut self, registry: &Registry, standings: &[Standing], slices: &[Slice]) {
        let places: BTreeSet<&Place> = slices.iter().map(|slice| &slice.place).collect();
        for instrument in [Instrument::Clarity, Instrument::Feasibility, Instrument::Marks] {
            for place in &places {
                let carriers = carriers(registry, standings, place, instrument);
                let slice = slices.iter().find(|slice| slice.place == **place).expect("it is one of them");
                let counted: i64 = slice.told.get(&instrument).into_iter().flat_map(BTreeMap::values).sum();
                let carried: usize = carriers.iter().map(|(.., bins)| bins.len()).sum();
                assert_eq!(usize::try_from(counted), Ok(carried), "{place:?} {instrument:?}");
                self.0
                    .entry(instrument)
                    .or_insert_with(|| BTreeSet::from([Carriers::new()]))
                    .insert(carriers);
            }
        }
    }
}

fn carriers(registry: &Registry, standings: &[Standing], place: &Place, instrument: Instrument) -> Carriers {
    use domain::assessment::scope::places;
    let inside = standings
        .iter()
        .filter(|standing| places(registry, &standing.requirement, standing.procedure).contains(place));
    let told = inside.filter_map(|standing| {
        let part = standing.parts.get(&instrument).filter(|part| !part.told.is_empty())?;
        let Standing { requirement, procedure, business, .. } = standing;
        Some((requirement.clone(), *procedure, business.clone(), part.told.clone()))
    });
    told.collect()
}

/// Takes every pair of published figures, of one slice or of two, of one moment or of two: whatever is learnt from their
/// difference is carried by nobody or by enough. Scores change often between few values, so that many come back to what
/// they had said before.
pub async fn no_difference_of_published_figures_is_carried_by_few(fixture: Fixture) {
    const CODES: [&str; 3] = ["OT-001", "OT-005", "OT-019"];
    businesses(&fixture, 18).await;
    let registry = std::sync::Arc::new(registry());
    let mut published = Published::default();
    let mut last = Vec::new();
    for n in 0..700_u32 {
        let own = registry.clone();
        let giving = move |tx: &mut dyn Tx| {
            let mut dice = Dice(u64::from(n) * 977 + 5);
            let cell =
                (1 + dice.throw(18), CODES[dice.throw(3) as usize], PROCEDURES[dice.throw(2) as usize]);
            let content = dice.content();
            let content = Content { clarity: content.clarity.map(|score| 1 + score % 3), ..content };
            assess(tx, &own, cell, (n, content))
        };
        fixture.write(giving).await;
        let slices = fixture.read(|tx| tx.assessments().all_slices()).await;
        if slices != last {
            let standings = fixture.read(|tx| {
                let mut all = Vec::new();
                for code in CODES {
                    all.extend(tx.assessments().standings(code)?);
                }
                Ok(all)
            });
            published.note(&registry, &standings.await, &slices);
            last = slices;
        }
    }
    assert_differences_have_enough(&published);
    let found = fixture.read(recount).await;
    assert!(found.differences.is_empty(), "{:#?}", found.differences);
}

fn assert_differences_have_enough(published: &Published) {
    let mut pairs = 0;
    for (instrument, states) in &published.0 {
        assert!(states.len() > 20, "{instrument:?} hardly moved: {}", states.len());
        let states: Vec<&Carriers> = states.iter().collect();
        for (nth, one) in states.iter().enumerate() {
            for other in &states[..nth] {
                let who: BTreeSet<&BusinessId> =
                    one.symmetric_difference(other).map(|(_, _, business, _)| business).collect();
                assert!(who.len() >= LEAST as usize, "{instrument:?}: {} businesses differ", who.len());
                pairs += 1;
            }
        }
    }
    assert!(pairs > 1000, "{pairs}");
}
