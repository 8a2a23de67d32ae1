-- The data both sides work on, generated once in a template database: schema bench, nothing of either
-- side's own. The same settings give the same bytes on every machine.
--   attempts   how many attempts are waiting to be completed
--   short      how many different transcripts of 150 utterances (about 23 KB of jsonb text)
--   medium     how many of 300 (about 4,100 words, 48 KB): a call of half an hour
--   long       how many of 600 (about 92 KB)
\set ON_ERROR_STOP on
set client_min_messages = warning;
set synchronous_commit = off;
-- One plan, one order of random(): parallel workers would deal the numbers out anew every time.
set max_parallel_workers_per_gather = 0;
set jit = off; -- the generator's estimates are far off, and would have every call compiled
select setseed(0.2718);

create schema bench;

-- 12 decimal digits are 12 hex digits, so pgbench can write an id with plain arithmetic.
create function bench.id(kind int, n bigint) returns uuid language sql immutable parallel safe
return (lpad(kind::text, 8, '0') || '-0000-4000-8000-' || (100000000000 + n)::text)::uuid;

create table bench.orgs as
select n, bench.id(1, n) as id, 'Organisation ' || n as name, 'cus_bench_' || n as stripe_customer_id
  from generate_series(1, 20) n;

create table bench.scenarios as
select bench.id(2, o.n * 100 + s) as id, o.id as org_id, 'Scenario ' || s as title,
       (array['easy', 'medium', 'hard'])[1 + s % 3] as difficulty,
       '{"role": "First-time buyer", "name": "Dana", "objections": ["the rate", "the fees"]}'::jsonb as persona,
       '{"criteria": [{"name": "Rapport", "weight": 0.25, "threshold": 60},
                      {"name": "Discovery", "weight": 0.3, "threshold": 60},
                      {"name": "Objections", "weight": 0.25, "threshold": 60},
                      {"name": "Next step", "weight": 0.2, "threshold": 60}]}'::jsonb as rubric
  from bench.orgs o, generate_series(1, 12) s;

-- Three endpoints that want scenario.completed, one that wants something else, one switched off.
create table bench.webhooks as
select bench.id(3, o.n * 100 + h) as id, o.id as org_id, 'endpoint ' || h as name,
       'https://hooks' || h || '.example.com/callcoach/' || o.n as url,
       md5('a' || o.n || h) || md5('b' || o.n || h) as secret, h <> 5 as enabled,
       case when h = 4 then array['user.added'] else array['scenario.completed', 'track.completed'] end as events
  from bench.orgs o, generate_series(1, 5) h;

-- Transcripts: both sides in turn, about twelve words each. One turn in eight begins half a second or more
-- before the other side has finished (an interruption), one in eight a little before; no side ever talks
-- over itself, so that sums and unions of its times are the same.
create table bench.words (words text[]);
alter table bench.words alter words set storage plain; -- read for every word: not to be decompressed every time
insert into bench.words
select array_agg(word order by n)
  from regexp_split_to_table(
    'the the the the to to to and and and a a a of of in in is is you you you your it that that for on with '
    'have we we we our are be this what do if just not my me would but about will how they there when which '
    'so at or as get see let make take tell give look say really pretty maybe still already again now then '
    'today tomorrow week month year years time minute call calls email number name team company manager '
    'customer customers account accounts contract price pricing budget quote discount fee fees rate rates '
    'payment monthly annual plan plans seats licence renewal upgrade support ticket issue problem solution '
    'feature features product platform system data report reports dashboard integration setup onboarding '
    'training demo trial proposal agreement decision timeline deadline schedule meeting follow next step '
    'value cost costs saving savings return risk concern concerns question questions answer reason example '
    'market competitor competitors vendor option options choice difference benefit goal goals priority '
    'mortgage loan lender deposit credit score income house home closing interest insurance equity appraisal '
    'understand think know want need help hear feel sounds looks works going thinking wondering comparing '
    'happy worried excited curious sure exactly absolutely definitely probably great good fine perfect '
    'thanks thank sorry please yes yeah no okay right well ', '\s+') with ordinality as w (word, n)
 where word <> '';

create function bench.transcript(utterances int, least_words int) returns jsonb language sql volatile as $$
  with turn as (
    select k, case when k % 2 = 1 then 'assistant' else 'user' end as speaker,
           least_words + floor(random() * 10)::int as words, 230 + floor(random() * 150)::int as ms_a_word,
           random() as ending, random() as gap_kind, random() as gap_size
      from generate_series(1, utterances) k
  ), timed as (
    select turn.*, words * ms_a_word as ms,
           case when gap_kind < 0.125 then -(510 + 130 * gap_size)::int
                when gap_kind < 0.25 then -(350 * gap_size)::int
                else (80 + 900 * gap_size)::int end as gap
      from turn
  ), placed as (
    select timed.*, (3000 + sum(ms + gap) over (order by k))::int as end_ms from timed
  )
  select jsonb_agg(
           jsonb_build_object('speaker', speaker, 'text', said.text, 'start_ms', end_ms - ms, 'end_ms', end_ms)
           order by k)
    from placed
   cross join lateral (
     select upper(left(joined, 1)) || rtrim(substr(joined, 2), ',')
            || case when ending < 0.2 then '?' when ending < 0.9 then '.' else '' end as text
       from (select string_agg(word, ' ' order by j) as joined
               from (select j, case when r < 0.015 then 'um' when r < 0.025 then 'uh' when r < 0.033 then 'you know'
                                    when r < 0.04 then 'basically' when r < 0.047 then 'actually'
                                    when r < 0.053 then 'sort of'
                                    else list.words[1 + floor(random() * cardinality(list.words))::int]
                                         || case when r > 0.94 then ',' else '' end end as word
                       from (select j, random() as r from generate_series(1, placed.words) j) drawn,
                            bench.words list) picked) line
   ) said
$$;

-- A row each, so that every call of the generator is one of its own.
create table bench.transcripts (utterances int, n int, transcript jsonb not null, primary key (utterances, n));
do $$
declare
  count_of jsonb := jsonb_build_object('150', current_setting('bench.short'), '600', current_setting('bench.long'),
                                       '300', current_setting('bench.medium'));
  length text;
begin
  for length in select jsonb_object_keys(count_of) loop
    for i in 1 .. (count_of ->> length)::int loop
      insert into bench.transcripts values (length::int, i, bench.transcript(length::int, case length when '300' then 9 else 8 end));
    end loop;
  end loop;
end
$$;

-- Attempts that only have to be completed: the call is recorded, the judge has marked it.
create table bench.attempts as
select n, bench.id(4, n) as id, bench.id(1, org) as org_id, 'user_' || org || '_' || 1 + n % 37 as user_id,
       bench.id(2, org * 100 + 1 + n % 12) as scenario_id,
       timestamptz '2025-01-01 08:00:00+00' + n * interval '13 minutes' as started_at,
       timestamptz '2025-01-01 08:15:00+00' + n * interval '13 minutes' as ended_at, 900 as duration_seconds,
       jsonb_build_object('Rapport', 60 + n % 41, 'Discovery', 62 + n % 37, 'Objections', 61 + n % 31,
                          'Next step', 64 + n % 29) as score_breakdown,
       1 + n % current_setting('bench.short')::int as transcript
  from (select n, (1 + n % 20)::int as org from generate_series(1, current_setting('bench.attempts')::int) n) dealt;
create unique index on bench.attempts (n);

-- What an application would say about a completed call, in 1 KB.
create table bench.payload as
select jsonb_build_object(
         'attempt_id', bench.id(4, 1), 'user_id', 'user_2_2', 'scenario_id', bench.id(2, 202), 'score', 81.5,
         'duration_seconds', 912, 'feedback', rpad('Good rapport and a clear next step. ', 560, 'Slow down when the fee comes up. '),
         'kpis', '{"talk_ms": 280954, "listen_ms": 288093, "filler_words": 58, "interruptions": 10,
                   "questions_asked": 23, "sentiment_score": 0.31, "words_per_minute": 203,
                   "talk_listen_ratio": "49:51"}'::jsonb) as payload;
