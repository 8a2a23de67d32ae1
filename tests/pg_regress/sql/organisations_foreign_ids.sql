-- The plan and the ids at Stripe and Clerk are not a member's to write: whoever claims another's id there
-- receives its people.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set ECHO none
begin;
\i :include
\set ECHO all
select set_org_claim(:'org_b') \g /dev/null
set local role authenticated;
update orgs set clerk_org_id = 'org_victim';
update orgs set plan = 'enterprise';
update orgs set stripe_customer_id = 'cus_a';
delete from orgs;
insert into orgs (id, name) values (:'org_b', 'again');
update orgs set name = 'Birch & Co' returning name;
rollback;
