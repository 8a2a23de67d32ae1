-- compute_kpis on what is no transcript, or half of one.
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :include
\set ECHO all

select compute_kpis(null);

-- Not an array: 22023, with a hint that shows the form.
select compute_kpis('{"speaker": "user", "text": "Hi."}');
\echo :LAST_ERROR_SQLSTATE
select input, e.code, e.detail
  from unnest(array['{}', '1', '"x"', 'true', 'null']) as input,
       pg_temp.tried(format('select compute_kpis(%L)', input)) as e;

create temp view eight as
select array['talk_ms', 'listen_ms', 'talk_listen_ratio', 'words_per_minute', 'filler_words', 'interruptions',
             'questions_asked', 'sentiment_score'] as keys;
create function pg_temp.eight(transcript jsonb) returns jsonb language sql as $$
  select jsonb_object_agg(key, value) from jsonb_each(compute_kpis(transcript)), eight where key = any (keys) $$;

select pg_temp.eight('[]') as empty;

-- Elements that are no utterances are skipped; the one good one ("Hi there.", 2 words in 1 s) counts all the same.
create temp view good as select '{"speaker": "user", "text": "Hi there.", "start_ms": 0, "end_ms": 1000}'::jsonb as u;
select element, pg_temp.eight(jsonb_build_array(element::jsonb, u)) = pg_temp.eight(jsonb_build_array(u)) as skipped
  from good, unnest(array[
    '1', 'null', 'true', '"user"', '[]', '{}', '[[{"speaker": "user", "text": "um"}]]',
    '{"text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "user", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": null, "text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": 1, "text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": ["user"], "text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "user", "text": null, "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "user", "text": 5, "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "user", "text": {"um": "um"}, "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "agent", "text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "", "text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"speaker": "users", "text": "um um um", "start_ms": 0, "end_ms": 5000}',
    '{"Speaker": "user", "Text": "um um um", "start_ms": 0, "end_ms": 5000}']) as element;
select pg_temp.eight(jsonb_build_array(u)) as good from good;

-- Times that are none: the words count ("um", 1 filler), the time does not.
select times, k -> 'talk_ms' as talk_ms, k -> 'words_per_minute' as words_per_minute, k -> 'filler_words' as filler_words
  from unnest(array[
    '{}', '{"start_ms": 0}', '{"end_ms": 900}', '{"start_ms": null, "end_ms": 900}', '{"start_ms": "0", "end_ms": "900"}',
    '{"start_ms": 0, "end_ms": "900"}', '{"start_ms": 0, "end_ms": true}', '{"start_ms": [0], "end_ms": [900]}',
    '{"start_ms": {"ms": 0}, "end_ms": 900}', '{"start_ms": 901, "end_ms": 900}']) as times,
  lateral (select compute_kpis(jsonb_build_array('{"speaker": "user", "text": "um fine"}'::jsonb || times::jsonb)) as k) as x;

-- Numbers of any size are times: rounded half away from zero, clamped to 0 .. 2^53 = 9007199254740992.
select times, k -> 'talk_ms' as talk_ms
  from unnest(array[
    '{"start_ms": 0.4999, "end_ms": 900.5}',        -- 0 to 901
    '{"start_ms": -0.5, "end_ms": 900}',            -- 0 to 900
    '{"start_ms": -1e300, "end_ms": 900}',          -- 0 to 900
    '{"start_ms": -9, "end_ms": -5}',               -- 0 to 0
    '{"start_ms": 9.0071992547409905e15, "end_ms": 1e300}', -- 9007199254740990.5 is …991: 1
    '{"start_ms": 1e300, "end_ms": 2e300}',         -- both are 2^53: 0
    '{"start_ms": 1e-300, "end_ms": 9e2}']) as times, -- 0 to 900
  lateral (select compute_kpis(jsonb_build_array('{"speaker": "user", "text": "um fine"}'::jsonb || times::jsonb)) as k) as x;
select compute_kpis(jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', 'x', 'start_ms', 0,
         'end_ms', ('1' || repeat('0', 100000))::numeric))) -> 'talk_ms' as a_number_of_100001_digits;
select compute_kpis('[{"speaker": "user", "text": "a b", "start_ms": 0, "end_ms": 0.4},
                      {"speaker": "user", "text": "c d", "start_ms": 0, "end_ms": 1}]') -> 'words_per_minute' as four_words_in_1_ms;

-- NUL and lone surrogates never get here: jsonb does not take them.
select e.* from pg_temp.tried($$select compute_kpis('[{"speaker": "user", "text": "a\u0000b"}]')$$) as e;
select e.* from pg_temp.tried($$select compute_kpis('[{"speaker": "user", "text": "a\ud800b"}]')$$) as e;
select e.* from pg_temp.tried($$select compute_kpis('[{"speaker": "user", "text": "a\udc00b"}]')$$) as e;

-- Text of all kinds: words a minute say how many words were seen (one minute of talk).
select label, hand, compute_kpis(jsonb_build_array(jsonb_build_object(
                      'speaker', 'user', 'text', said, 'start_ms', 0, 'end_ms', 60000))) -> 'words_per_minute' as words
  from (values
    ('nothing', 0, ''),
    ('white space', 0, E' \t\r\n\u00a0\u3000 '),
    ('neither letters nor digits', 0, '... !!! ??? — ''' ),
    ('emoji', 0, '😀 🎉👍🏽 👨‍👩‍👧'),
    ('emoji between words', 2, 'fine 😀 thanks'),
    ('Hebrew', 2, 'שלום עולם'),
    ('Arabic', 3, 'مرحبا بالعالم الجميل'),
    ('ideographs, one each', 4, '你好世界'),
    ('accents', 2, 'naïve café'),
    ('combining marks', 1, E'e\u0301te\u0301'),
    ('a zero-width space is no space', 1, E'zero\u200bwidth'),
    ('a control character is no space', 1, E'a\u0001b'),
    ('noises', 0, '[noise] [laughs] ‹unk›'),
    ('letters and digits', 2, 'one2three 4')) as t (label, hand, said);

-- Deeply nested elements are skipped without recursion.
select pg_temp.eight(jsonb_build_array(nested, u)) = pg_temp.eight(jsonb_build_array(u)) as skipped
  from good, lateral (select (repeat('[', 4000) || repeat(']', 4000))::jsonb as nested) as n;
select pg_temp.eight(jsonb_build_array(u || jsonb_build_object('extra', nested))) = pg_temp.eight(jsonb_build_array(u)) as unaffected
  from good, lateral (select (repeat('{"a":', 3000) || '1' || repeat('}', 3000))::jsonb as nested) as n;
-- The last of two equal keys is the one jsonb keeps.
select compute_kpis('[{"speaker": "system", "speaker": "user", "text": "um a", "text": "b", "start_ms": 0, "end_ms": 60000}]')
       -> 'words_per_minute' as one_word;
