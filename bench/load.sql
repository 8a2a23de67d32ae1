-- From the generated data into a side's own tables; the same statements on both sides.
\set ON_ERROR_STOP on
set synchronous_commit = off;
-- Transcripts as the side's own table stores them: written anew, since a copied value keeps its compression.
do $$
declare
  method text := (select case attcompression when 'l' then 'lz4' when 'p' then 'pglz' else 'default' end from pg_attribute
                   where attrelid = 'scenario_attempts'::regclass and attname = 'transcript_json');
begin
  execute format('alter table bench.transcripts alter transcript set compression %s', method);
end
$$;
update bench.transcripts set transcript = transcript || '[]';
vacuum full bench.transcripts;
insert into orgs (id, name, stripe_customer_id) select id, name, stripe_customer_id from bench.orgs;
insert into scenarios (id, org_id, title, persona, difficulty, rubric, status)
select id, org_id, title, persona, difficulty, rubric, 'active' from bench.scenarios;
insert into webhooks (id, org_id, name, url, secret, enabled, events)
select id, org_id, name, url, secret, enabled, events from bench.webhooks;
insert into scenario_attempts (id, org_id, user_id, scenario_id, started_at, ended_at, duration_seconds, transcript_json,
                               score_breakdown)
select a.id, a.org_id, a.user_id, a.scenario_id, a.started_at, a.ended_at, a.duration_seconds, t.transcript || '[]', a.score_breakdown
  from bench.attempts a
  join bench.transcripts t on t.utterances = 150 and t.n = a.transcript
 order by a.n;
vacuum (analyze);
