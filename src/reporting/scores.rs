//! The multiset of a scenario's scores as SQL sees it: one bytea that is added to and taken from.

use crate::error::Error;
use callcoach_core::jsonb::Numeric;
use callcoach_core::scores;
use pgrx::callconv::{Arg, ArgAbi};
use pgrx::datum::{Array, Datum, UnboxDatum};
use pgrx::pg_sys::panic::ErrorReport;
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable, TypeOrigin,
};
use pgrx::prelude::*;

/// The bytes of a numeric, its header included.
pub struct NumericBytes<'a>(&'a [u8]);

impl NumericBytes<'_> {
    /// As `Numeric::parse` reads them.
    pub fn bytes(&self) -> &[u8] {
        self.0
    }
}

// SAFETY: a numeric datum in an array is a varlena, which lives as long as the array.
unsafe impl UnboxDatum for NumericBytes<'_> {
    type As<'src>
        = NumericBytes<'src>
    where
        Self: 'src;

    unsafe fn unbox<'src>(datum: Datum<'src>) -> Self::As<'src>
    where
        Self: 'src,
    {
        // SAFETY: never compressed or external inside an array that has been detoasted.
        unsafe {
            let varlena = datum.sans_lifetime().cast_mut_ptr::<pg_sys::varlena>();
            NumericBytes(std::slice::from_raw_parts(varlena.cast(), pgrx::varsize_any(varlena)))
        }
    }
}

impl FromDatum for NumericBytes<'_> {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _: pg_sys::Oid) -> Option<Self> {
        if is_null {
            return None;
        }
        // SAFETY: the caller vouches for a numeric datum.
        unsafe {
            let varlena = pg_sys::pg_detoast_datum_packed(datum.cast_mut_ptr());
            Some(NumericBytes(std::slice::from_raw_parts(varlena.cast(), pgrx::varsize_any(varlena))))
        }
    }
}

// SAFETY: an argument of type numeric is a datum that from_polymorphic_datum() takes.
unsafe impl<'fcx> ArgAbi<'fcx> for NumericBytes<'fcx> {
    unsafe fn unbox_arg_unchecked(arg: Arg<'_, 'fcx>) -> Self {
        // SAFETY: PostgreSQL calls with the declared types; NULL never gets here (STRICT or Option).
        match unsafe { arg.unbox_arg_using_from_datum() } {
            Some(number) => number,
            None => pgrx::error!("numeric argument is null"),
        }
    }
}

// SAFETY: maps to PostgreSQL's own type numeric.
unsafe impl SqlTranslatable for NumericBytes<'_> {
    const TYPE_IDENT: &'static str = pgrx::pgrx_resolved_type!(NumericBytes);
    const TYPE_ORIGIN: TypeOrigin = TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::literal("numeric"));
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> =
        Ok(ReturnsRef::One(SqlMappingRef::literal("numeric")));
}

/// A multiset of scores with "by" more of each "score" (less where it is negative); NULL stands for the empty one.
/// XX001 where more of a score would be taken than there is.
#[pg_extern(immutable, parallel_safe, schema = "callcoach")]
fn apply_scores(
    scores: Option<&[u8]>,
    score: Array<NumericBytes>,
    by: Array<i32>,
) -> Result<Vec<u8>, ErrorReport> {
    let damaged = |_| Error::Internal("a numeric is damaged".into());
    let mut changes = Vec::with_capacity(score.len());
    for (score, by) in score.iter().zip(by.iter()) {
        if let (Some(NumericBytes(bytes)), Some(by)) = (score, by) {
            changes.push((Numeric::parse(bytes).map_err(damaged)?, i64::from(by)));
        }
    }
    Ok(scores::apply(scores.unwrap_or_default(), changes).map_err(Error::Scores)?)
}

/// The median, as percentile_cont(0.5) gives it; NULL of none.
#[pg_extern(immutable, strict, parallel_safe, schema = "callcoach")]
fn median_score(scores: &[u8]) -> Result<Option<f64>, ErrorReport> {
    Ok(scores::median(scores).map_err(Error::Scores)?)
}

/// How many scores there are.
#[pg_extern(immutable, strict, parallel_safe, schema = "callcoach")]
fn count_scores(scores: &[u8]) -> Result<i64, ErrorReport> {
    Ok(scores::count(scores).map_err(Error::Scores)?)
}
