//! What needs a backend and is no matter of SQL text: the binary jsonb that PostgreSQL really writes, and
//! errors as they cross the boundary.

#[pgrx::pg_schema]
mod tests {
    use pgrx::prelude::*;

    /// pg_test backends have the extension but no migrations: functions that need no table only.
    fn kpis(transcript: &str) -> String {
        Spi::get_one_with_args::<String>("select compute_kpis($1::jsonb)::text", &[transcript.into()])
            .unwrap()
            .unwrap()
    }

    fn sqlstate(sql: &str) -> String {
        let block = format!(
            "do $do$ begin {sql}; perform set_config('test.state', 'none', true);
             exception when others then perform set_config('test.state', sqlstate, true); end $do$"
        );
        Spi::run(&block).unwrap();
        Spi::get_one::<String>("select current_setting('test.state')").unwrap().unwrap()
    }

    #[pg_test]
    fn reads_what_postgres_stores_inline_compressed_and_external() {
        let utterance = |n: usize| {
            format!(
                r#"{{"speaker": "user", "text": "Um, can we talk about point {n}?", "start_ms": {}, "end_ms": {}, "extra": {{"deep": [1, [2, {{"x": null}}]]}}}}"#,
                n * 2000,
                n * 2000 + 1500
            )
        };
        for count in [1usize, 40, 4000] {
            let text = format!("[{}]", (0..count).map(utterance).collect::<Vec<_>>().join(", "));
            Spi::run("create temp table stored (compressed jsonb, external jsonb)").unwrap();
            Spi::run("alter table stored alter external set storage external").unwrap();
            Spi::run_with_args("insert into stored values ($1::jsonb, $1::jsonb)", &[text.as_str().into()])
                .unwrap();
            let same = Spi::get_one_with_args::<bool>(
                "select compute_kpis(compressed) = compute_kpis($1::jsonb) and compute_kpis(external) = compute_kpis($1::jsonb)
                    and (compute_kpis(compressed) ->> 'talk_ms')::int = 1500 * $2
                    and (compute_kpis(compressed) ->> 'filler_words')::int = $2
                    and (compute_kpis(compressed) ->> 'questions_asked')::int = $2 from stored",
                &[text.as_str().into(), (count as i32).into()],
            );
            assert_eq!(same, Ok(Some(true)), "{count} utterances");
            Spi::run("drop table stored").unwrap();
        }
    }

    /// Text and binary form of our own making are the server's, to the byte.
    #[pg_test]
    fn jsonb_is_written_as_the_server_writes_it() {
        use crate::jsonb::Jsonb;
        let texts = [
            r#"{"b": [1, -2.50, 1e30, 1e-20, 0.00, 12345678901234567890.123456789, 99999999, 100000000], "a": null}"#,
            r#"{"": "\"\\\b\f\n\r\t\u0001\u001f/é☃𝄞", "long key": {"nested": [[], {}, [true, false, [null]]]}}"#,
            r#""scalar""#,
            "12.340",
            "[]",
            &format!("[{}]", (0..500).map(|n| format!(r#"{{"k{n}": {n}}}"#)).collect::<Vec<_>>().join(",")),
            &format!("{}1{}", "[".repeat(500), "]".repeat(500)),
        ];
        for text in texts {
            // Within the connection, which the value belongs to.
            Spi::connect(|client| {
                let row =
                    client.select("select $1::jsonb, $1::jsonb::text", None, &[text.into()]).unwrap().first();
                let stored = row.get::<Jsonb>(1).unwrap().unwrap();
                assert_eq!(stored.to_text().unwrap(), row.get::<String>(2).unwrap().unwrap());
                // One that is nested too deeply for serde_json is left out; its numbers are as they came, and so is
                // their scale.
                if let Ok(value) = serde_json::from_str::<serde_json::Value>(text) {
                    assert_eq!(callcoach_core::jsonb::encode::encode(&value), stored.bytes(), "{text}");
                }
            });
        }
    }

    #[pg_test]
    fn times_are_read_exactly_from_numerics_of_every_form() {
        let at = |start: &str, end: &str| {
            kpis(&format!(r#"[{{"speaker": "user", "text": "Hi.", "start_ms": {start}, "end_ms": {end}}}]"#))
        };
        let talk = |start: &str, end: &str| {
            serde_json::from_str::<serde_json::Value>(&at(start, end)).unwrap()["talk_ms"].to_string()
        };
        assert_eq!(talk("0", "1"), "1");
        assert_eq!(talk("0", "10000"), "10000");
        assert_eq!(talk("0", "99990000"), "99990000");
        assert_eq!(talk("0.4999999999999999999999", "10.5"), "11");
        assert_eq!(talk("-5", "3"), "3");
        assert_eq!(talk("-0.5", "1e3"), "1000");
        assert_eq!(talk("1e-30", "2"), "2");
        assert_eq!(talk("0", "1e300"), "9007199254740992");
        assert_eq!(talk("0", "9007199254740993"), "9007199254740992");
        assert_eq!(talk("123456789012.5", "123456789013.4"), "0");
    }

    #[pg_test]
    fn the_eight_keys_are_known_to_rubrics() {
        let keys: Vec<String> =
            serde_json::from_str::<serde_json::Map<_, _>>(&kpis("[]")).unwrap().keys().cloned().collect();
        assert!(keys.len() >= 8);
        for key in keys {
            assert!(callcoach_core::scoring::KNOWN_KPIS.contains(&key.as_str()), "{key}");
        }
    }

    #[pg_test]
    fn errors_carry_their_sqlstate() {
        assert_eq!(sqlstate("perform compute_kpis('{}')"), "22023");
        assert_eq!(sqlstate("perform compute_kpis('null')"), "22023");
        assert_eq!(sqlstate("perform compute_kpis(null)"), "none");
        assert_eq!(sqlstate("perform enqueue_webhook(null, '{}')"), "22004");
        assert_eq!(sqlstate("perform enqueue_webhook('no.such', '{}')"), "22023");
        assert_eq!(sqlstate("perform enqueue_webhook('webhook.test', '{}')"), "42501");
    }

    #[pg_test]
    fn not_found_is_pt404_once_and_the_next_error_is_its_own() {
        Spi::run(
            "create table scenario_attempts (id uuid, org_id uuid, scenario_id uuid, evaluation jsonb, kpis jsonb,
                score_breakdown jsonb, score numeric)",
        )
        .unwrap();
        let missing = "perform score_attempt('00000000-0000-4000-8000-000000000001')";
        assert_eq!(sqlstate(missing), "PT404");
        assert_eq!(sqlstate("perform compute_kpis('{}')"), "22023");
        assert_eq!(sqlstate("perform 1/0"), "22012");
        assert_eq!(sqlstate(missing), "PT404");
    }

    #[pg_test]
    fn the_claim_reverts_with_savepoints_and_garbage_is_no_claim() {
        let claim = || Spi::get_one::<String>("select current_org_id()::text").unwrap();
        assert_eq!(claim(), None);
        for garbage in ["", "garbage", "00000000-0000-0000-0000-000000000000"] {
            Spi::run_with_args("select set_config('jwt.claims.org_id', $1, true)", &[garbage.into()])
                .unwrap();
            assert_eq!(claim(), None, "{garbage:?}");
        }
        Spi::run("select set_config('jwt.claims.org_id', 'a0000000-0000-4000-8000-000000000000', true)")
            .unwrap();
        assert_eq!(claim().as_deref(), Some("a0000000-0000-4000-8000-000000000000"));
    }
}
