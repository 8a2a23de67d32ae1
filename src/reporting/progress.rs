//! How far a rebuild has come, for whoever waits for it.

use pgrx::prelude::*;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// How often a line is written, and after how many facts the clock is read.
const EVERY: Duration = Duration::from_secs(2);
const FACTS_A_LOOK: u64 = 65_536;

/// What a rebuild reads the facts for, in that order.
const STAGES: [&str; 3] = ["people and months", "the last 31 days", "scenarios"];

#[derive(Clone, Copy)]
struct Progress {
    began: Instant,
    told: Instant,
    stage: i32,
    facts: u64,
    expected: i64,
}

thread_local! {
    static REBUILD: Cell<Option<Progress>> = const { Cell::new(None) };
}

/// Counts while `rebuild` runs; `expected` facts, as far as the planner knows.
pub fn of<R>(expected: i64, rebuild: impl FnOnce() -> R) -> R {
    /// Also after an error.
    struct Done;
    impl Drop for Done {
        fn drop(&mut self) {
            REBUILD.set(None);
        }
    }
    let now = Instant::now();
    REBUILD.set(Some(Progress { began: now, told: now, stage: 0, facts: 0, expected }));
    let _done = Done;
    rebuild()
}

/// One more fact is read for this part of a rebuild: says so every two seconds. Always true.
#[pg_extern(volatile, strict, parallel_unsafe, schema = "callcoach")]
fn rebuilding(stage: i32) -> bool {
    REBUILD.with(|cell| {
        let Some(mut now) = cell.get() else { return };
        if now.stage != stage {
            (now.stage, now.facts) = (stage, 0);
        }
        now.facts += 1;
        if now.facts.is_multiple_of(FACTS_A_LOOK) && now.told.elapsed() >= EVERY {
            now.told = Instant::now();
            let name =
                usize::try_from(stage - 1).ok().and_then(|n| STAGES.get(n)).copied().unwrap_or_default();
            notice!(
                "rebuild_reporting: {name} (part {stage} of 3): {} of about {} facts, {:.1} s",
                now.facts,
                now.expected.max(i64::try_from(now.facts).unwrap_or(i64::MAX)),
                now.began.elapsed().as_secs_f64()
            );
        }
        cell.set(Some(now));
    });
    true
}
