-- Two organisations that are alike, with every role in each; world.mjs knows the ids. What one of them has, and
-- the other must not get, bears its letter: "secret of b".
create temp table letters on commit preserve rows as
select letter, (letter || '0000000-0000-4000-8000-000000000001')::uuid as org from unnest(array['a', 'b']) letter;
create function pg_temp.id(letter text, n int) returns uuid language sql
  return (letter || '0000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid;

insert into orgs (id, name, plan, stripe_customer_id, clerk_org_id, metadata)
select org, 'Organisation ' || letter, 'pro', 'cus_secret_of_' || letter, 'org_' || letter,
       jsonb_build_object('note', 'secret of ' || letter)
  from letters;

insert into org_members (org_id, user_id, role, metadata)
select org, format('user_%s_%s', letter, who), role::user_role,
       jsonb_build_object('name', who || ' of ' || letter, 'email', who || '@' || letter || '.example', 'team', team)
  from letters, (values ('trainee', 'trainee', 'north'), ('second', 'trainee', 'south'), ('manager', 'manager', null),
                        ('hr', 'hr', null), ('admin', 'admin', null), ('gone', 'admin', null)) as m (who, role, team);
-- One person in both; a second admin in a.
insert into org_members (org_id, user_id, role) values
  (pg_temp.id('a', 1), 'user_both', 'admin'), (pg_temp.id('b', 1), 'user_both', 'manager');
-- Who has left, and whose token does not know yet.
delete from org_members where user_id like '%_gone';

insert into scenarios (id, org_id, title, status, ai_prompt, rubric)
select pg_temp.id(letter, s.n), org, s.title || ' of ' || letter, s.status, 'secret of ' || letter,
       '{"criteria": [{"name": "Opening", "weight": 0.25}, {"name": "Close", "weight": 0.75}]}'
  from letters, (values (2, 'Cold call', 'active'), (3, 'Draft call', 'draft')) as s (n, title, status);
-- What only b has, and enough of it to be known to the planner's statistics.
insert into scenarios (org_id, title, status)
select pg_temp.id('b', 1), 'Project Nightjar', 'active' from generate_series(1, 400);

-- Nothing refers to the second.
insert into tracks (id, org_id, title)
select pg_temp.id(letter, t.n), org, t.title || ' of ' || letter
  from letters, (values (4, 'First week'), (12, 'Spare')) as t (n, title);
insert into track_scenarios (org_id, track_id, scenario_id, position)
select org, pg_temp.id(letter, 4), pg_temp.id(letter, 2), 1 from letters;

insert into assignments (id, org_id, assignee_user_id, assignee_team, type, scenario_id)
select pg_temp.id(letter, a.n), org, case when a.who is not null then format('user_%s_%s', letter, a.who) end, a.team,
       'scenario', pg_temp.id(letter, 2)
  from letters, (values (5, 'trainee', null), (6, 'second', null), (7, null, 'south')) as a (n, who, team);

-- Of scenario.completed and attempt.scored.low, which the attempts below cause: so there are deliveries.
insert into webhooks (id, org_id, name, url, secret, events)
select pg_temp.id(letter, w.n), org, w.name || ' of ' || letter, 'https://hooks.example.com/' || letter,
       'webhook secret of ' || letter, w.events
  from letters, (values (8, 'crm', array['scenario.completed', 'attempt.scored.low', 'user.added']),
                        (13, 'spare', array['user.promoted'])) as w (n, name, events);

-- One that has failed, and one that a sender is sending.
insert into webhook_deliveries (id, org_id, webhook_id, event, payload, body, status, next_retry_at)
select pg_temp.id(letter, d.n), org, pg_temp.id(letter, 8), 'user.added', '{}', 'secret of ' || letter, d.status,
       case d.status when 'pending' then now() end
  from letters, (values (14, 'failed'), (15, 'pending')) as d (n, status);
insert into webhook_claims (delivery_id, claim, by_worker, expires_at)
select pg_temp.id(letter, 15), pg_temp.id(letter, 16), false, now() + interval '1 day' from letters;

insert into track_completion_events (org_id, assignment_id, track_id, user_id)
select org, pg_temp.id(letter, 5), pg_temp.id(letter, 4), format('user_%s_trainee', letter) from letters;

insert into scenario_attempts (id, org_id, user_id, scenario_id, assignment_id, started_at, ended_at, status,
                               evaluation, transcript_text)
select pg_temp.id(letter, t.n), org, format('user_%s_%s', letter, t.who), pg_temp.id(letter, 2),
       pg_temp.id(letter, t.assignment), '2025-09-01 10:00Z',
       case t.status when 'completed' then timestamptz '2025-09-01 10:05Z' end, t.status, t.evaluation::jsonb,
       'secret of ' || letter || ', said by ' || t.who
  from letters, (values (9, 'trainee', 'completed', 5, '{"Opening": 40, "Close": 60}'),
                        (10, 'second', 'completed', 6, '{"Opening": 40, "Close": 60}'),
                        (11, 'trainee', 'in_progress', null, null)) as t (n, who, status, assignment, evaluation);
insert into fact_kpi_events (id, attempt_id, org_id, user_id, scenario_id, event_type, event_value, timestamp_ms)
select pg_temp.id(letter, 20 + n), pg_temp.id(letter, n), org, user_id, scenario_id, 'filler_word',
       to_jsonb('secret of ' || letter), 100
  from letters, (values (9), (10)) as t (n) join scenario_attempts a on true
 where a.id = pg_temp.id(letter, n);
-- Many people of b have had calls, and few of a.
insert into fact_scenario_attempts (attempt_id, org_id, user_id, score, started_at)
select gen_random_uuid(), pg_temp.id('b', 1), 'user_b_' || n, 50, '2025-09-01 10:00Z' from generate_series(1, 400) n;
-- Of this month: the hours that overviews count by.
insert into fact_scenario_attempts (attempt_id, org_id, user_id, scenario_id, score, started_at, ended_at)
select gen_random_uuid(), org, format('user_%s_trainee', letter), pg_temp.id(letter, 2), 50, hour, hour
  from letters, lateral (select date_trunc('day', now(), 'UTC') - interval '1 day'
                              + case letter when 'a' then interval '2 hours' else interval '5 hours' end as hour) as h;
select refresh_reporting();
-- A fold of each organisation's own, and changes that are not folded yet.
update fact_scenario_attempts set score = 51 where user_id like 'user\_%\_trainee';
select callcoach.fold_reporting(org, null) from letters;
update fact_scenario_attempts set score = 52 where user_id like 'user\_%\_trainee';

insert into articles (slug, title, content, category, published_at) values
  ('published', 'Published', 'For everyone', 'guide', now() - interval '1 day'),
  ('draft', 'Draft', 'secret draft', 'blog', null);

-- An application's own table beside callcoach, with the policy that tutorials write.
create table notes (id int generated always as identity primary key, org_id uuid not null, body text not null);
create index on notes (org_id);
alter table notes enable row level security;
create policy notes_own on notes
  using (org_id = (select current_setting('jwt.claims.org_id', true)::uuid))
  with check (org_id = (select current_setting('jwt.claims.org_id', true)::uuid));
grant select on notes to anon, authenticated, smith;
insert into notes (org_id, body) select org, 'secret of ' || letter from letters;

insert into storage.objects (bucket_id, name, owner_id, metadata)
select bucket, org || '/' || replace(path, '{letter}', letter), format('user_%s_trainee', letter),
       jsonb_build_object('eTag', 'secret of ' || letter)
  from letters, (values ('recordings', 'call.mp3'), ('transcripts', 'call.json'), ('org-assets', 'logo.png'),
                        ('scenario-assets', 'brief.pdf'), ('exports', 'user_{letter}_trainee/report.csv'),
                        ('exports', 'user_{letter}_second/report.csv'), ('tmp', 'upload.bin')) as o (bucket, path);

-- Only a year of the calendar: every test gets a copy.
delete from dim_time where date_key not between '2025-01-01' and '2025-12-31';
