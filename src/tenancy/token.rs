//! What a request brings along, as PostgREST leaves it in settings: its token and its headers.

use pgrx::pg_sys;
use serde_json::Value;
use std::cell::RefCell;
use std::ffi::CStr;
use std::rc::Rc;
use uuid::Uuid;

/// How a token names an organisation.
pub enum Named {
    /// By our id.
    Id(Uuid),
    /// By the identity provider's id (`orgs.clerk_org_id`).
    ProviderId(String),
}

/// The token's claims that matter here.
pub struct Token {
    /// The organisation it names: Supabase's app_metadata, Clerk's v2 `o.id`, v1 `org_id`.
    /// Never user_metadata, which its user may write.
    pub org: Option<Named>,
    /// Whose it is: `sub`.
    pub user: Option<String>,
}

/// The text that was parsed last, and the token it is.
type Parsed = Option<(Box<CStr>, Rc<Token>)>;

thread_local! {
    /// Policies ask several times a query.
    static LAST: RefCell<Parsed> = const { RefCell::new(None) };
}

impl Token {
    /// The token in `request.jwt.claims`; `None` where no request set one.
    pub fn current() -> Option<Rc<Self>> {
        with_setting(c"request.jwt.claims", |text| {
            LAST.with_borrow_mut(|last| match last {
                Some((parsed, token)) if **parsed == *text => token.clone(),
                _ => {
                    let token = Rc::new(Self::parse(text));
                    *last = Some((text.into(), token.clone()));
                    token
                }
            })
        })
    }

    /// What cannot be parsed still is a token: one that names nobody.
    fn parse(text: &CStr) -> Self {
        let claims: Value = serde_json::from_slice(text.to_bytes()).unwrap_or(Value::Null);
        // PostgreSQL's text holds no NUL: what is named with one is nobody.
        let is_name = |text: &&str| !text.is_empty() && !text.contains('\0');
        let text_at = |path| claims.pointer(path).and_then(Value::as_str).filter(is_name);
        let org = ["/app_metadata/org_id", "/o/id", "/org_id"].into_iter().find_map(text_at);
        Self {
            org: org.map(|name| match Uuid::try_parse(name) {
                Ok(id) => Named::Id(id),
                Err(_) => Named::ProviderId(name.to_owned()),
            }),
            user: text_at("/sub").map(str::to_owned),
        }
    }
}

/// A header of the request, by its name in lower case.
pub fn header(name: &str) -> Option<String> {
    with_setting(c"request.headers", |text| {
        let headers: Value = serde_json::from_slice(text.to_bytes()).ok()?;
        headers.get(name)?.as_str().map(str::to_owned)
    })?
}

/// Hands over a run-time setting's value; `None` where it does not exist, or is empty.
fn with_setting<R>(name: &CStr, read: impl FnOnce(&CStr) -> R) -> Option<R> {
    // SAFETY: missing_ok; the value stays as it is until a setting is written, which `read` does not do.
    let value = unsafe {
        let value = pg_sys::GetConfigOption(name.as_ptr(), true, false);
        if value.is_null() { None } else { Some(CStr::from_ptr(value)) }
    };
    value.filter(|value| !value.is_empty()).map(read)
}
