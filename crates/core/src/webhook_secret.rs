//! Endpoints' secrets as Standard Webhooks write them: `whsec_` and the key in base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Bytes of a key that is made here: as many as SHA-256 gives.
pub const KEY_BYTES: usize = 32;

/// The secret of this key.
pub fn encode(key: &[u8; KEY_BYTES]) -> String {
    format!("whsec_{}", STANDARD.encode(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signatures::svix::{self, Message};

    #[test]
    fn what_is_made_is_a_secret_of_standard_webhooks() {
        let secret = encode(&[0xA5; KEY_BYTES]);
        assert_eq!(secret, "whsec_paWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaU=");
        // Known by its own signature, and not by that of another.
        for (key, known) in [([0xA5; KEY_BYTES], true), ([0xA6; KEY_BYTES], false)] {
            let signed = ring::hmac::sign(
                &ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key),
                b"msg_1.1700000000.{}",
            );
            let signature = format!("v1,{}", STANDARD.encode(signed));
            let message =
                Message { payload: "{}", id: "msg_1", timestamp: "1700000000", signature: &signature };
            assert_eq!(svix::verify(&message, &secret, 300, 1_700_000_000), known);
        }
    }
}
