-- Endpoints for the delivery cases: 10 organisations with two each. :port is the receiver's.
\set ON_ERROR_STOP on
insert into orgs (id, name) select md5('org ' || n)::uuid, 'Organisation ' || n from generate_series(1, 10) as n;
insert into webhooks (org_id, name, url, events)
select id, 'Endpoint ' || n, 'http://127.0.0.1:' || :port || '/ok', '{scenario.completed}'
  from orgs, generate_series(1, 2) as n;
-- What a case is at, for those that watch it.
create table bench_phase (name text);
