//! Foreign keys whose look-ups are left out.

use pgrx::pg_sys;
use std::ffi::CStr;

/// The foreign key of these columns to that table.
///
/// # Safety
/// The relation is open.
pub unsafe fn foreign_key(
    relation: pg_sys::Relation,
    keys: &[(&CStr, &CStr)],
    of: pg_sys::Oid,
) -> Option<pg_sys::Oid> {
    // SAFETY: as the caller promises; the list is the relation cache's, of this kind of node.
    unsafe {
        let list = pg_sys::RelationGetFKeyList(relation);
        let count = if list.is_null() { 0 } else { (*list).length };
        (0..count as usize)
            .map(|n| &*(*(*list).elements.add(n)).ptr_value.cast::<pg_sys::ForeignKeyCacheInfo>())
            .find(|key| {
                let matches = |n: usize| {
                    let (from, to) = (i32::from(key.conkey[n]), i32::from(key.confkey[n]));
                    keys.iter().any(|(column, other)| {
                        pg_sys::SPI_fnumber((*relation).rd_att, column.as_ptr()) == from
                            && i32::from(pg_sys::get_attnum(of, other.as_ptr())) == to
                    })
                };
                key.confrelid == of && key.nkeys as usize == keys.len() && (0..keys.len()).all(matches)
            })
            .map(|key| key.conoid)
    }
}

/// Takes the trigger that looks up each new row's key out of the target's own copy of the triggers.
///
/// # Safety
/// A target of the caller's own making.
pub unsafe fn leave_out_check(target: *mut pg_sys::ResultRelInfo, constraint: pg_sys::Oid) {
    // SAFETY: as the caller promises; the copy has that many triggers, and fewer afterwards.
    unsafe {
        let Some(triggers) = (*target).ri_TrigDesc.as_mut() else { return };
        let count = triggers.numtriggers as usize;
        let all = std::slice::from_raw_parts_mut(triggers.triggers, count);
        let is_check = |trigger: &pg_sys::Trigger| {
            trigger.tgconstraint == constraint
                && trigger.tgfoid == pg_sys::Oid::from(pg_sys::F_RI_FKEY_CHECK_INS)
        };
        if let Some(at) = all.iter().position(is_check) {
            all[at..].rotate_left(1);
            triggers.numtriggers -= 1;
            let after_row = |trigger: &pg_sys::Trigger| {
                let kind = trigger.tgtype as u32;
                let has = |bit: u32| kind & bit != 0;
                has(pg_sys::TRIGGER_TYPE_ROW)
                    && has(pg_sys::TRIGGER_TYPE_INSERT)
                    && !has(pg_sys::TRIGGER_TYPE_BEFORE)
            };
            triggers.trig_insert_after_row = all[..count - 1].iter().any(after_row);
        }
    }
}
