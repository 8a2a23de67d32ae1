//! What holds whatever happens.

use proptest::prelude::*;

use super::*;

proptest! {
    /// Whatever happens, all that is added is started, once, and the limits are kept.
    #[test]
    fn nothing_is_lost_and_nothing_twice(
        limits in (1usize..12, 1usize..8, 1usize..5),
        steps in prop::collection::vec((0u8..10, 0u128..4, 0u128..3, 0i64..40 * SECOND, 0usize..5), 1..250),
    ) {
        let verdicts =
            [Verdict::Success, Verdict::Failure, Verdict::Failure, Verdict::Rejected, Verdict::Unknown];
        let (total, organisation, of_endpoint) = limits;
        let mut bed = Bed::new(total, organisation, of_endpoint);
        let (mut now, mut item, mut in_flight, mut seen) = (NOW, 0u32, Vec::new(), Vec::new());
        for (step, organisation, number, pause, choice) in steps {
            match step {
                0..4 => {
                    let per_second = NonZeroU32::new(number as u32);
                    let limits = EndpointLimits { per_second, ..NO_LIMITS };
                    bed.0.add(id(organisation), endpoint(organisation, number), limits, item);
                    item += 1;
                }
                4..6 => in_flight.extend(bed.start(now)),
                6..8 if !in_flight.is_empty() => {
                    let start = in_flight.swap_remove(choice % in_flight.len());
                    seen.push(start.item);
                    bed.0.complete(start.ticket, verdicts[choice], now);
                }
                8 => now += pause,
                _ if choice == 0 => now -= pause,
                _ if choice == 1 => seen.extend(bed.0.take(endpoint(organisation, number))),
                _ => bed.0.tidy(now),
            }
            bed.check(now);
        }
        // With endpoints that work, everything comes to its end.
        while bed.0.queued() > 0 || !in_flight.is_empty() {
            in_flight.extend(bed.start(now));
            for start in in_flight.drain(..) {
                seen.push(start.item);
                bed.0.complete(start.ticket, Verdict::Success, now);
            }
            bed.check(now);
            if bed.0.queued() > 0 {
                now = bed.0.wake_at().unwrap_or(now).max(now);
            }
        }
        seen.sort_unstable();
        prop_assert!(seen.into_iter().eq(0..item));
        // Lanes that were emptied by hand leave the turns at theirs.
        prop_assert!(bed.start(now).is_empty());
        bed.0.tidy(now + 2 * DAY);
        prop_assert_eq!(bed.0.endpoints(), 0);
    }
}
