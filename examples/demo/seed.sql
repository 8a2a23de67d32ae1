-- Two organisations, their people, scenarios, endpoints and attempts. Transcripts, scenarios and marks are the
-- files beside this folder; psql's backticks read them (from the repository's root). Endpoints are those of :receiver.
\set mortgage_transcript `cat examples/mortgage_rate_shopper/transcript.json`
\set mortgage_scenario   `cat examples/mortgage_rate_shopper/scenario.json`
\set mortgage_evaluation `cat examples/mortgage_rate_shopper/evaluation.json`
\set claims_transcript   `cat examples/claims_intake/transcript.json`
\set claims_scenario     `cat examples/claims_intake/scenario.json`
\set claims_evaluation   `cat examples/claims_intake/evaluation.json`
\set renewal_transcript  `cat examples/saas_renewal/transcript.json`
\set renewal_scenario    `cat examples/saas_renewal/scenario.json`
\set renewal_evaluation  `cat examples/saas_renewal/evaluation.json`
\set short_transcript    `cat examples/short_call/transcript.json`
\set short_scenario      `cat examples/short_call/scenario.json`
\set short_evaluation    `cat examples/short_call/evaluation.json`

begin;
insert into orgs (id, name, stripe_customer_id, plan, clerk_org_id) values
  ('a0000000-0000-4000-8000-000000000000', 'Harbor Lending', 'cus_harbor', 'enterprise', 'org_harbor'),
  ('b0000000-0000-4000-8000-000000000000', 'Northwind Software', 'cus_northwind', 'pro', 'org_northwind');

insert into org_members (org_id, user_id, role, metadata) values
  ('a0000000-0000-4000-8000-000000000000', 'user_ana', 'trainee', '{"name": "Ana Reyes"}'),
  ('a0000000-0000-4000-8000-000000000000', 'user_ben', 'trainee', '{"name": "Ben Okafor"}'),
  ('a0000000-0000-4000-8000-000000000000', 'user_mia', 'manager', '{"name": "Mia Tan"}'),
  ('b0000000-0000-4000-8000-000000000000', 'user_noa', 'trainee', '{"name": "Noa Lind"}'),
  ('b0000000-0000-4000-8000-000000000000', 'user_max', 'admin', '{"name": "Max Weber"}');

insert into scenarios (id, org_id, title, description, difficulty, persona, rubric, status)
select s.id::uuid, s.org_id::uuid, doc ->> 'title', doc ->> 'description', doc ->> 'difficulty',
       doc -> 'persona', doc -> 'rubric', 'active'
  from (values
    ('a1000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', :'mortgage_scenario'::jsonb),
    ('a2000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', :'claims_scenario'::jsonb),
    ('a3000000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', :'short_scenario'::jsonb),
    ('b1000000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000', :'renewal_scenario'::jsonb)
  ) as s (id, org_id, doc);

insert into webhooks (org_id, name, url, secret, events, enabled) values
  ('a0000000-0000-4000-8000-000000000000', 'CRM', :'receiver' || '/busy-crm', 'demo secret of the crm', '{scenario.completed,attempt.scored.low}', true),
  ('a0000000-0000-4000-8000-000000000000', 'Warehouse', :'receiver' || '/warehouse', 'demo secret of the etl', '{scenario.completed}', true),
  ('a0000000-0000-4000-8000-000000000000', 'Old CRM', :'receiver' || '/old', 'demo secret of the old', '{scenario.completed}', false),
  ('b0000000-0000-4000-8000-000000000000', 'Slack bridge', :'receiver' || '/bridge', 'demo secret of slack', '{attempt.scored.low,scenario.completed}', true);

-- Calls as they stand when the line drops: the transcript is there, the judge's marks are there or still to come.
insert into scenario_attempts (id, org_id, user_id, scenario_id, started_at, transcript_json, evaluation) values
  ('a1100000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'user_ana',
   'a1000000-0000-4000-8000-000000000000', now() - interval '8 minutes', :'mortgage_transcript', :'mortgage_evaluation'),
  ('a2100000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'user_ben',
   'a2000000-0000-4000-8000-000000000000', now() - interval '7 minutes', :'claims_transcript', null),
  ('a3100000-0000-4000-8000-000000000000', 'a0000000-0000-4000-8000-000000000000', 'user_ben',
   'a3000000-0000-4000-8000-000000000000', now() - interval '1 minute', :'short_transcript', :'short_evaluation'),
  ('b1100000-0000-4000-8000-000000000000', 'b0000000-0000-4000-8000-000000000000', 'user_noa',
   'b1000000-0000-4000-8000-000000000000', now() - interval '9 minutes', :'renewal_transcript', :'renewal_evaluation');
commit;
