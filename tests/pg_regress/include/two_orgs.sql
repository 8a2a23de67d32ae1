-- Two organisations, A and B, each with one row of everything, under ids that a test can name.
\set org_a        'a0000000-0000-4000-8000-000000000000'
\set scenario_a   'a1000000-0000-4000-8000-000000000000'
\set track_a      'a2000000-0000-4000-8000-000000000000'
\set assignment_a 'a3000000-0000-4000-8000-000000000000'
\set attempt_a    'a4000000-0000-4000-8000-000000000000'
\set webhook_a    'a5000000-0000-4000-8000-000000000000'
\set org_b        'b0000000-0000-4000-8000-000000000000'
\set scenario_b   'b1000000-0000-4000-8000-000000000000'
\set track_b      'b2000000-0000-4000-8000-000000000000'
\set assignment_b 'b3000000-0000-4000-8000-000000000000'
\set attempt_b    'b4000000-0000-4000-8000-000000000000'
\set webhook_b    'b5000000-0000-4000-8000-000000000000'
\set missing      'f0000000-0000-4000-8000-000000000000'

insert into orgs (id, name, stripe_customer_id, clerk_org_id) values
  (:'org_a', 'Acme', 'cus_a', 'org_acme'),
  (:'org_b', 'Birch', 'cus_b', 'org_birch');
insert into org_members (org_id, user_id, role, metadata) values
  (:'org_a', 'ana', 'trainee', '{"name": "Ana"}'),
  (:'org_b', 'bob', 'trainee', '{"name": "Bob"}');
insert into scenarios (id, org_id, title, status, rubric) values
  (:'scenario_a', :'org_a', 'Refinance', 'active',
   '{"criteria": [{"name": "Rapport", "weight": 0.25}, {"name": "Closing", "weight": 0.75}]}'),
  (:'scenario_b', :'org_b', 'Renewal', 'active',
   '{"criteria": [{"name": "Secret of B", "weight": 1}]}');
insert into tracks (id, org_id, title) values
  (:'track_a', :'org_a', 'Basics of A'),
  (:'track_b', :'org_b', 'Basics of B');
insert into track_scenarios (org_id, track_id, scenario_id, position) values
  (:'org_a', :'track_a', :'scenario_a', 1),
  (:'org_b', :'track_b', :'scenario_b', 1);
insert into assignments (id, org_id, assignee_user_id, type, scenario_id) values
  (:'assignment_a', :'org_a', 'ana', 'scenario', :'scenario_a'),
  (:'assignment_b', :'org_b', 'bob', 'scenario', :'scenario_b');
insert into webhooks (id, org_id, name, url, secret, events) values
  (:'webhook_a', :'org_a', 'CRM of A', 'https://a.example/hook', 'a secret of sixteen', '{scenario.completed,attempt.scored.low}'),
  (:'webhook_b', :'org_b', 'CRM of B', 'https://b.example/hook', 'b secret of sixteen', '{scenario.completed,attempt.scored.low}');
-- Thirty seconds each: the trainee speaks 6 s, the AI 4 s.
insert into scenario_attempts (id, org_id, user_id, scenario_id, assignment_id, started_at, ended_at, transcript_json)
select id::uuid, org_id::uuid, user_id, scenario_id::uuid, assignment_id::uuid,
       '2026-01-05 10:00:00+00', '2026-01-05 10:00:30+00',
       '[{"speaker": "user", "text": "What rate do you pay now?", "start_ms": 0, "end_ms": 6000},
         {"speaker": "assistant", "text": "Six and a half.", "start_ms": 6500, "end_ms": 10500}]'
  from (values (:'attempt_a', :'org_a', 'ana', :'scenario_a', :'assignment_a'),
               (:'attempt_b', :'org_b', 'bob', :'scenario_b', :'assignment_b'))
       as v (id, org_id, user_id, scenario_id, assignment_id);
