-- Two organisations, alike in everything but their names; support.mjs knows the ids.
insert into orgs (id, name, clerk_org_id) values
  ('a0000000-0000-4000-8000-000000000001', 'Lakeside Home Loans', 'org_lakeside'),
  ('b0000000-0000-4000-8000-000000000001', 'Harbour Insurance', 'org_harbour');

insert into org_members (org_id, user_id, role, metadata) values
  ('a0000000-0000-4000-8000-000000000001', 'user_ada', 'admin', '{"name": "Ada", "team": "north"}'),
  ('a0000000-0000-4000-8000-000000000001', 'user_both', 'manager', '{"name": "Bo"}'),
  ('b0000000-0000-4000-8000-000000000001', 'user_bea', 'admin', '{"name": "Bea"}'),
  ('b0000000-0000-4000-8000-000000000001', 'user_both', 'trainee', '{"name": "Bo"}');

insert into scenarios (id, org_id, title, status, rubric)
select (o.letter || '0000000-0000-4000-8000-000000000002')::uuid,
       (o.letter || '0000000-0000-4000-8000-000000000001')::uuid, 'Cold call', 'active',
       '{"criteria": [{"name": "Opening", "weight": 0.25}, {"name": "Close", "weight": 0.75}]}'
  from (values ('a'), ('b')) as o (letter);

insert into tracks (id, org_id, title)
select (o.letter || '0000000-0000-4000-8000-000000000003')::uuid,
       (o.letter || '0000000-0000-4000-8000-000000000001')::uuid, 'First week'
  from (values ('a'), ('b')) as o (letter);
insert into track_scenarios (org_id, track_id, scenario_id, position)
select (o.letter || '0000000-0000-4000-8000-000000000001')::uuid,
       (o.letter || '0000000-0000-4000-8000-000000000003')::uuid,
       (o.letter || '0000000-0000-4000-8000-000000000002')::uuid, 1
  from (values ('a'), ('b')) as o (letter);
insert into assignments (org_id, assignee_user_id, type, scenario_id)
select (o.letter || '0000000-0000-4000-8000-000000000001')::uuid, 'user_both', 'scenario',
       (o.letter || '0000000-0000-4000-8000-000000000002')::uuid
  from (values ('a'), ('b')) as o (letter);

-- Of scenario.completed: two endpoints of a hear, and one of b. The disabled and the other do not.
insert into webhooks (id, org_id, name, url, secret, enabled, events)
select (w.letter || '0000000-0000-4000-8000-00000000001' || w.n)::uuid,
       (w.letter || '0000000-0000-4000-8000-000000000001')::uuid, w.name, 'https://hooks.example.com/' || w.letter || w.n,
       'not much of a secret ' || w.letter || w.n, w.enabled, w.events
  from (values ('a', 1, 'crm', true, array['scenario.completed']),
               ('a', 2, 'coach', true, array['scenario.completed', 'attempt.scored.low']),
               ('a', 3, 'switched off', false, array['scenario.completed', 'attempt.scored.low', 'user.added']),
               ('a', 4, 'people', true, array['user.added', 'user.promoted']),
               ('b', 1, 'crm', true, array['scenario.completed', 'attempt.scored.low', 'user.added'])
       ) as w (letter, n, name, enabled, events);

-- One completed attempt each: 0.25 · 40 + 0.75 · 80 = 70, and so a fact and deliveries too.
insert into scenario_attempts (id, org_id, user_id, scenario_id, started_at, ended_at, status, evaluation)
select (o.letter || '0000000-0000-4000-8000-000000000004')::uuid,
       (o.letter || '0000000-0000-4000-8000-000000000001')::uuid, 'user_both',
       (o.letter || '0000000-0000-4000-8000-000000000002')::uuid,
       '2025-09-01 10:00Z', '2025-09-01 10:05Z', 'completed', '{"Opening": 40, "Close": 80}'
  from (values ('a'), ('b')) as o (letter);

insert into articles (slug, title, content, category, published_at) values
  ('how-to-open-a-call', 'How to open a call', '# Open', 'guide', now() - interval '1 day'),
  ('next-month', 'Next month', '# Soon', 'blog', now() + interval '30 days'),
  ('a-draft', 'A draft', '# Draft', 'blog', null);

-- What a careless project might have beside callcoach, made after installing it: a table without row level
-- security, and a function that leaves a claim on the pooled session, past its transaction.
create table nobody_granted (note text);
insert into nobody_granted values ('for the server');
create function leave_claim_behind(org_id uuid) returns void
  language sql security definer set search_path = pg_catalog
  as $$ select set_config('jwt.claims.org_id', org_id::text, false) $$;
