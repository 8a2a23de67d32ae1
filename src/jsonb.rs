//! jsonb as it is: the binary form is read in place, without text or serde_json in between.

use crate::error::Error;
use callcoach_core::jsonb::{self, Value};
use pgrx::callconv::{ArgAbi, BoxRet, FcInfo};
use pgrx::pgrx_sql_entity_graph::metadata::{
    ArgumentError, ReturnsError, ReturnsRef, SqlMappingRef, SqlTranslatable, TypeOrigin,
};
use pgrx::{AnyNumeric, FromDatum, IntoDatum, direct_function_call_as_datum, pg_sys};
use std::ffi::CString;
use std::ptr::NonNull;

/// The largest jsonb that becomes a serde_json value, in bytes: that takes many times the memory, outside
/// PostgreSQL's memory contexts.
pub const MAX_VALUE_BYTES: usize = 1 << 20;

/// A detoasted jsonb value, valid as long as the memory context it was read in: one call.
#[derive(Clone, Copy)]
pub struct Jsonb(NonNull<pg_sys::varlena>);

impl Jsonb {
    /// The binary form, without the varlena header.
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: detoasted, so a plain four-byte header and that many bytes behind it.
        unsafe { pgrx::varlena::varlena_to_byte_slice(self.0.as_ptr()) }
    }

    /// The text form, as jsonb_out gives it.
    pub fn to_text(self) -> Result<String, Error> {
        let mut tick = || {
            pgrx::check_for_interrupts!();
        };
        Ok(jsonb::to_text(self.bytes(), &mut tick)?)
    }

    /// As serde_json has it: for small values such as rubrics. `what` names it in an error.
    pub fn to_value(self, what: &'static str) -> Result<serde_json::Value, Error> {
        let size = self.bytes().len();
        if size > MAX_VALUE_BYTES {
            return Err(Error::TooLarge(what, size));
        }
        serde_json::from_str(&self.to_text()?).map_err(|_| Error::Json(what))
    }

    /// From the binary form, without the varlena header, of our own making.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let size = pg_sys::VARHDRSZ + bytes.len();
        // SAFETY: room for the header and the bytes behind it, in the current memory context; palloc gives no NULL.
        let varlena = unsafe {
            let varlena = pg_sys::palloc(size).cast::<u8>();
            pgrx::varlena::set_varsize_4b(varlena.cast(), size as i32);
            varlena.add(pg_sys::VARHDRSZ).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
            varlena
        };
        match NonNull::new(varlena.cast()) {
            Some(jsonb) => Self(jsonb),
            None => pgrx::error!("palloc gave nothing"),
        }
    }

    /// Is this an object in which `key` is true?
    pub fn is_true(&self, key: &str) -> Result<bool, Error> {
        Ok(matches!(self.field(key)?, Some(Value::Bool(true))))
    }

    /// The number that `key` has, if this is an object and it has one.
    pub fn number(&self, key: &str) -> Result<Option<AnyNumeric>, Error> {
        match self.field(key)? {
            Some(Value::Number(number)) => AnyNumeric::try_from(number.to_plain_string().as_str())
                .map(Some)
                .map_err(|e| Error::Internal(e.to_string())),
            _ => Ok(None),
        }
    }

    fn field(&self, key: &str) -> Result<Option<Value<'_>>, Error> {
        match jsonb::root(self.bytes())? {
            Value::Object(object) => {
                let [found] = object.fields([key], &mut || ())?;
                Ok(found.map(|node| node.value()).transpose()?)
            }
            _ => Ok(None),
        }
    }

    /// From JSON text of our own making.
    pub fn from_text(text: String) -> Result<Self, Error> {
        let text = CString::new(text).map_err(|_| Error::Internal("NUL in JSON text".into()))?;
        // SAFETY: jsonb_in takes one C string and gives a palloc'ed jsonb.
        let datum = unsafe { direct_function_call_as_datum(pg_sys::jsonb_in, &[Some(text.as_ptr().into())]) };
        datum
            .and_then(|d| NonNull::new(d.cast_mut_ptr()))
            .map(Self)
            .ok_or_else(|| Error::Internal("jsonb_in gave nothing".into()))
    }
}

/// A numeric as it is within a jsonb: with its four-byte varlena header, for as long as the current memory context.
///
/// # Safety
/// The datum is a numeric.
pub unsafe fn numeric_bytes<'a>(datum: pg_sys::Datum) -> &'a [u8] {
    // SAFETY: as the caller promises; detoasted, so with that header and as long as it says.
    unsafe {
        let varlena = pg_sys::pg_detoast_datum(datum.cast_mut_ptr());
        std::slice::from_raw_parts(varlena.cast(), pgrx::varsize_any(varlena))
    }
}

impl FromDatum for Jsonb {
    unsafe fn from_polymorphic_datum(datum: pg_sys::Datum, is_null: bool, _: pg_sys::Oid) -> Option<Self> {
        if is_null {
            return None;
        }
        // SAFETY: the caller vouches for a jsonb datum.
        NonNull::new(unsafe { pg_sys::pg_detoast_datum(datum.cast_mut_ptr()) }).map(Self)
    }
}

impl IntoDatum for Jsonb {
    fn into_datum(self) -> Option<pg_sys::Datum> {
        Some(self.0.as_ptr().into())
    }

    fn type_oid() -> pg_sys::Oid {
        pg_sys::JSONBOID
    }
}

// SAFETY: an argument of type jsonb is a datum that from_polymorphic_datum() takes.
unsafe impl<'fcx> ArgAbi<'fcx> for Jsonb {
    unsafe fn unbox_arg_unchecked(arg: pgrx::callconv::Arg<'_, 'fcx>) -> Self {
        // SAFETY: PostgreSQL calls with the declared types; NULL never gets here (STRICT or Option).
        match unsafe { arg.unbox_arg_using_from_datum() } {
            Some(jsonb) => jsonb,
            None => pgrx::error!("jsonb argument is null"),
        }
    }
}

// SAFETY: a jsonb datum in the current memory context is what PostgreSQL expects back.
unsafe impl BoxRet for Jsonb {
    unsafe fn box_into<'fcx>(self, fcinfo: &mut FcInfo<'fcx>) -> pgrx::datum::Datum<'fcx> {
        // SAFETY: as above.
        unsafe { fcinfo.return_raw_datum(self.0.as_ptr().into()) }
    }
}

// SAFETY: maps to PostgreSQL's own type jsonb.
unsafe impl SqlTranslatable for Jsonb {
    const TYPE_IDENT: &'static str = pgrx::pgrx_resolved_type!(Jsonb);
    const TYPE_ORIGIN: TypeOrigin = TypeOrigin::External;
    const ARGUMENT_SQL: Result<SqlMappingRef, ArgumentError> = Ok(SqlMappingRef::literal("jsonb"));
    const RETURN_SQL: Result<ReturnsRef, ReturnsError> = Ok(ReturnsRef::One(SqlMappingRef::literal("jsonb")));
}
