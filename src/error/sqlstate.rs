//! SQLSTATEs that pgrx's enum does not know.

use pgrx::pg_sys;
use std::cell::UnsafeCell;
use std::ffi::{c_int, c_void};

/// `PT404`: PostgREST answers PTxyz with HTTP status xyz.
pub const PT404: c_int = make(*b"PT404");

/// `PT409`, as above.
pub const PT409: c_int = make(*b"PT409");

const fn make(code: [u8; 5]) -> c_int {
    let mut value = 0;
    let mut i = 5;
    while i > 0 {
        i -= 1;
        value = (value << 6) + ((code[i] as c_int - b'0' as c_int) & 0x3F);
    }
    value
}

unsafe extern "C-unwind" {
    fn errcode(sqlerrcode: c_int) -> c_int;
}

struct Callback(UnsafeCell<pg_sys::ErrorContextCallback>);
// SAFETY: a backend runs one thread, and only that thread reports errors.
unsafe impl Sync for Callback {}

static CALLBACK: Callback = Callback(UnsafeCell::new(pg_sys::ErrorContextCallback {
    previous: std::ptr::null_mut(),
    callback: Some(set_code),
    arg: std::ptr::null_mut(),
}));

unsafe extern "C-unwind" fn set_code(code: *mut c_void) {
    // SAFETY: called by errfinish() while the error is being built, where errcode() belongs.
    unsafe { errcode(code as usize as c_int) };
}

/// Gives the error that is raised next the SQLSTATE `code`.
///
/// pgrx can raise only the codes of its own enum. PostgreSQL calls the error context callbacks
/// while it finishes an error, and whoever catches the error puts the callback stack back to
/// what it was, so a callback pushed right before the error acts on that error alone.
pub fn next_error_is(code: c_int) {
    // SAFETY: single-threaded; the callback is static, and points to the stack as it is now.
    unsafe {
        let callback = CALLBACK.0.get();
        (*callback).arg = code as usize as *mut c_void;
        if !std::ptr::eq(pg_sys::error_context_stack, callback) {
            (*callback).previous = pg_sys::error_context_stack;
            pg_sys::error_context_stack = callback;
        }
    }
}
