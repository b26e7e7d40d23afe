//! Personal lists, exact at the moment of every answer: a list that is behind is drawn anew before it is shown.

use domain::{
    business::Business,
    clerk::Clerk,
    compliance::{self, Refusal},
    mandate::OnBehalf,
    ports::store::{StoreError, Tx},
    requirement::{
        list::PersonalList,
        refresh::{is_current, refresh},
    },
    time::{Stamp, Timestamp},
};

use crate::{gateway::Gateway, registry};

/// How often the registry may change between looking and drawing before the caller is told to come again.
const ATTEMPTS: usize = 5;

/// A list with all that it follows from.
pub struct Current {
    /// The registry it was drawn from, with the rest.
    pub clerk: Clerk,
    /// The business it was drawn for.
    pub business: Business,
    /// The list.
    pub list: PersonalList,
    /// The moment for which it holds.
    pub now: Timestamp,
}

/// What a look into the store found.
enum Look {
    /// A list that holds.
    Current(Box<(Business, PersonalList)>),
    /// A list that must be drawn anew, or none.
    Behind,
    /// The registry has changed: this gateway must take it over first.
    OtherEdition,
}

/// The business's list as it is now, drawn anew and stored where it was behind.
///
/// # Errors
/// [`Refusal::NotFound`] without a mandate, or what the store says.
pub async fn current(gateway: &Gateway, on_behalf: OnBehalf) -> Result<Current, Refusal> {
    for _ in 0..ATTEMPTS {
        let (clerk, stamp) = (gateway.clerk(), gateway.stamp());
        let (now, reader, who) = (stamp.now, clerk.clone(), on_behalf.clone());
        let mut look = gateway.store.read(move |tx| look(tx, &reader, &who, now)).await?;
        if matches!(look, Look::Behind) {
            let (writer, who) = (clerk.clone(), on_behalf.clone());
            look = gateway.store.write(move |tx| draw(tx, &writer, &who, stamp.clone())).await?;
        }
        match look {
            Look::Current(found) => {
                let (business, list) = *found;
                return Ok(Current { clerk, business, list, now });
            }
            Look::Behind => {}
            Look::OtherEdition => registry::refresh(gateway).await.map_err(StoreError::from)?,
        }
    }
    Err(StoreError::Overloaded.into())
}

/// Looks at the list in one snapshot with the profile and the edition that it must fit.
fn look(tx: &mut dyn Tx, clerk: &Clerk, who: &OnBehalf, now: Timestamp) -> Result<Look, Refusal> {
    let (_, business) = compliance::business(tx, who)?;
    if tx.registry().edition()? != clerk.registry.edition {
        return Ok(Look::OtherEdition);
    }
    Ok(match tx.lists().find(&business.id)? {
        Some(list) if is_current(&list, &clerk.registry, &business, now.moscow_date()) => {
            Look::Current(Box::new((business, list)))
        }
        Some(_) | None => Look::Behind,
    })
}

fn draw(tx: &mut dyn Tx, clerk: &Clerk, who: &OnBehalf, mut stamp: Stamp) -> Result<Look, Refusal> {
    let (_, business) = compliance::business(tx, who)?;
    if tx.registry().edition()? != clerk.registry.edition {
        return Ok(Look::OtherEdition);
    }
    let list = refresh(tx, clerk, &business, &mut stamp)?;
    Ok(Look::Current(Box::new((business, list))))
}
