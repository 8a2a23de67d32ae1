//! What waits here for its turn, and what else is to be claimed: enough for every endpoint and organisation, and of
//! none so much that the others' has no room.

use super::claim::{Claimed, Wanted};
use callcoach_core::webhook::fair::{Limits, Scheduler};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What was left behind by the last claim, as there was enough of it here.
#[derive(Default)]
pub struct Stock {
    /// Endpoints that had more than so many, which were taken.
    deep: HashMap<Uuid, usize>,
    /// Organisations that were left out, or had more than their share, which was taken.
    organisations: HashSet<Uuid>,
}

/// Whose deliveries are not to be claimed now.
pub struct LeftOut {
    endpoints: Vec<Uuid>,
    /// Those of the endpoints that have enough here.
    stocked: HashSet<Uuid>,
    organisations: Vec<Uuid>,
    /// What is taken of one of the others at most.
    share: usize,
}

type Waiting = Scheduler<Claimed>;

impl Stock {
    /// Would more be taken?
    pub fn has_room(&self, waiting: &Waiting, limits: &Limits) -> bool {
        waiting.queued() < limits.total || self.moving(waiting, limits) < limits.total
    }

    /// Has what was left out run short by now?
    pub fn is_short(&self, waiting: &Waiting, limits: &Limits) -> bool {
        self.deep.iter().any(|deep| !is_stocked(waiting, deep))
            || self.organisations.iter().any(|&org| waiting.queued_of(org) <= limits.organisation / 2)
    }

    /// Those that have enough here, beside endpoints that are left out for another reason.
    pub fn left_out(
        &self,
        waiting: &Waiting,
        limits: &Limits,
        others: impl Iterator<Item = Uuid>,
    ) -> LeftOut {
        let stocked: HashSet<Uuid> = self
            .deep
            .iter()
            .filter(|deep| is_stocked(waiting, *deep))
            .map(|(&endpoint, _)| endpoint)
            .collect();
        LeftOut {
            endpoints: others.chain(stocked.iter().copied()).collect(),
            stocked,
            organisations: waiting.organisations_with(limits.organisation),
            share: limits.organisation * 2,
        }
    }

    /// As much as there is room for.
    pub fn wanted<'a>(&self, waiting: &Waiting, limits: &Limits, left_out: &'a LeftOut) -> Wanted<'a> {
        Wanted {
            most: (limits.total * 2).saturating_sub(self.moving(waiting, limits)),
            each: (limits.endpoint * 4).max(64),
            of_organisation: left_out.share,
            not_endpoints: &left_out.endpoints,
            not_organisations: &left_out.organisations,
            only_organisation: None,
        }
    }

    /// Takes note of what a claim has brought.
    pub fn note(&mut self, left_out: LeftOut, taken: &[Claimed]) {
        // Endpoints that were left out for another reason come back in their time.
        self.deep.retain(|endpoint, _| left_out.stocked.contains(endpoint));
        self.organisations = left_out.organisations.into_iter().collect();
        let (mut of_endpoints, mut of_organisations) = (HashMap::new(), HashMap::new());
        for claimed in taken {
            if count(&mut of_endpoints, claimed.endpoint) == claimed.each {
                self.deep.insert(claimed.endpoint, claimed.each);
            }
            if count(&mut of_organisations, claimed.organisation) == left_out.share {
                self.organisations.insert(claimed.organisation);
            }
        }
    }

    /// How many wait here for their turn, but for those of endpoints and organisations that have enough of them:
    /// these may hang.
    fn moving(&self, waiting: &Waiting, limits: &Limits) -> usize {
        let stocked = self.deep.iter().filter(|deep| is_stocked(waiting, *deep));
        let of_endpoints: usize = stocked.map(|(&endpoint, _)| waiting.queued_for(endpoint)).sum();
        let organisations = waiting.organisations_with(limits.organisation);
        let of_organisations: usize = organisations.into_iter().map(|org| waiting.queued_of(org)).sum();
        waiting.queued().saturating_sub(of_endpoints).saturating_sub(of_organisations)
    }
}

/// One more of these.
fn count(counts: &mut HashMap<Uuid, usize>, id: Uuid) -> usize {
    let count = counts.entry(id).or_default();
    *count += 1;
    *count
}

/// Is there enough of this endpoint's for a while?
fn is_stocked(waiting: &Waiting, (&endpoint, &taken): (&Uuid, &usize)) -> bool {
    waiting.queued_for(endpoint) > taken / 2
}
