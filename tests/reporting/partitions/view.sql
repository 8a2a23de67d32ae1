-- What somebody has built upon the facts.
create view facts_by_person with (security_invoker = true) as
select org_id, user_id, count(*) as facts, max(date_key) as last_day from fact_scenario_attempts group by 1, 2;
comment on view facts_by_person is 'Facts of each person.';
create view facts_by_org with (security_invoker = true) as
select p.org_id, sum(p.facts) as facts, (select count(*) from fact_scenario_attempts) as of_all from facts_by_person p group by 1;
revoke all on facts_by_person, facts_by_org from anon, service_role;
create index facts_by_ended_at on fact_scenario_attempts (org_id, ended_at) where score is not null;
alter table fact_scenario_attempts add column note text;
alter table fact_scenario_attempts drop column note;
alter table fact_scenario_attempts add column label text not null default 'none';
comment on column fact_scenario_attempts.label is 'A column of somebody''s own.';
