-- Large transcripts finish, with the numbers a hand gives; a cancelled query stops.

-- 100,000 utterances of a second each, user and assistant in turn. The user: 50,000 s of talk, 6 words, 1 filler and
-- 1 question each time: 50,000 * 6 words * 60,000 / 50,000,000 ms = 360 a minute.
select k -> 'talk_ms' as talk_ms, k -> 'listen_ms' as listen_ms, k -> 'talk_listen_ratio' as ratio,
       k -> 'words_per_minute' as wpm, k -> 'filler_words' as fillers, k -> 'questions_asked' as questions,
       k -> 'interruptions' as interruptions
  from (select compute_kpis(jsonb_agg(jsonb_build_object(
                 'speaker', case n % 2 when 0 then 'user' else 'assistant' end, 'text', 'Um, what is the rate now?',
                 'start_ms', n * 1000, 'end_ms', n * 1000 + 1000))) as k
          from generate_series(0, 99999) as n) as x;

-- All 50,000 of the user's inside one utterance of the assistant's: 50,000 interruptions, in one sweep.
select k -> 'interruptions' as interruptions, k -> 'listen_ms' as listen_ms
  from (select compute_kpis(jsonb_agg(jsonb_build_object('speaker', 'user', 'text', 'No, listen to me.',
                 'start_ms', 1000 + n * 1000, 'end_ms', 1900 + n * 1000))
               || '[{"speaker": "assistant", "text": "x", "start_ms": 0, "end_ms": 60000000}]') as k
          from generate_series(0, 49999) as n) as x;

-- Utterances that all overlap, sorted the wrong way round: 0 to 100,000.
select compute_kpis(jsonb_agg(jsonb_build_object('speaker', 'user', 'text', 'x', 'start_ms', 100000 - n, 'end_ms', 100000)))
       -> 'talk_ms' as talk_ms
  from generate_series(0, 100000) as n;

-- One utterance of 10 MB, a minute long: 1,310,720 times "um rate ".
select k -> 'words_per_minute' as words, k -> 'filler_words' as fillers, k -> 'questions_asked' as questions
  from (select compute_kpis(jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', repeat('um rate ', 1310720),
                 'start_ms', 0, 'end_ms', 60000))) as k) as x;
-- 10 MB without a space is one word; 10 MB of question marks ask once at most, 10 MB of sentences ask each time.
select compute_kpis(jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', repeat('x', 10485760),
         'start_ms', 0, 'end_ms', 60000))) -> 'words_per_minute' as words;
select compute_kpis(jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', 'What is it' || repeat('?', 10485760)))) -> 'questions_asked' as questions;
select compute_kpis(jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', repeat('Is it? ', 1000000)))) -> 'questions_asked' as questions;

-- A million utterances take longer than 20 ms: the query can be cancelled.
create temp table huge as
select jsonb_agg(jsonb_build_object('speaker', 'user', 'text', 'I mean, it is honestly the best of all the rates we have, you know.',
                 'start_ms', n, 'end_ms', n + 1000)) as t
  from generate_series(1, 1000000) as n;
set statement_timeout = '20ms';
select compute_kpis(t) -> 'talk_ms' from huge;
\echo :LAST_ERROR_SQLSTATE
reset statement_timeout;
-- The session goes on.
select compute_kpis('[]') -> 'talk_ms' as talk_ms;
