-- callcoach.apply_retention: what is over goes after callcoach.webhook_retention days.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
update webhooks set enabled = false where id = :'webhook_b';
-- body tells what a row is.
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, created_at, redelivered_at, next_retry_at)
select w.org_id, w.id, v.event, '{}', body, status, now() - age, now() - again, case status when 'pending' then now() end
  from (values (:'webhook_a', 'scenario.completed', 'delivered, old', 'success', interval '30 days 1 s', null::interval),
               (:'webhook_a', 'scenario.completed', 'failed, old', 'failed', '31 days', null),
               (:'webhook_a', 'scenario.completed', 'delivered, not old', 'success', '29 days 23 hours', null),
               (:'webhook_a', 'scenario.completed', 'failed, old, sent again lately', 'failed', '90 days', '1 day'),
               (:'webhook_a', 'scenario.completed', 'failed, old, sent again long ago', 'failed', '90 days', '31 days'),
               (:'webhook_a', 'scenario.completed', 'waiting, old', 'pending', '90 days', null),
               (:'webhook_b', 'scenario.completed', 'waiting, old, endpoint off', 'pending', '31 days', null),
               (:'webhook_b', 'scenario.completed', 'waiting, endpoint off', 'pending', '29 days', null),
               (:'webhook_b', 'scenario.completed', 'waiting, sent again, endpoint off', 'pending', '31 days', '1 day'))
       as v (webhook, event, body, status, age, again)
  join webhooks w on w.id = webhook::uuid;
insert into webhook_claims (delivery_id, claim, by_worker, expires_at, settled_at)
select gen_random_uuid(), gen_random_uuid(), false, clock_timestamp() - ended, null
  from unnest('{2 hours,1 hour,59 min,-1 min}'::interval[]) as ended;
\set ECHO all
select callcoach.apply_retention();
select body from webhook_deliveries order by 1;
select date_trunc('minute', now() - expires_at) as ended from webhook_claims order by 1;
select callcoach.apply_retention();
-- 20,000 rows a call.
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, created_at)
select :'org_a', :'webhook_a', 'scenario.completed', '{}', 'many', 'success', now() - n * interval '1 s' - interval '40 days' from generate_series(1, 20003) n;
select callcoach.apply_retention(), callcoach.apply_retention(), callcoach.apply_retention();
select count(*) from webhook_deliveries where body = 'many';
-- For the owner only.
set local role service_role;
select e.code from pg_temp.tried('select callcoach.apply_retention()') as e;
reset role;
rollback;

-- The setting: a reload away. 0: for ever.
begin;
\set ECHO none
\i :include
\set ECHO all
insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, created_at)
select :'org_a', :'webhook_a', 'scenario.completed', '{}', 'old', 'success', now() - n * interval '1 day' from unnest(array[2, 31]) n;
commit;
alter system set callcoach.webhook_retention = 0;
select pg_reload_conf(), pg_sleep(0.5);
select callcoach.apply_retention();
alter system set callcoach.webhook_retention = 1;
select pg_reload_conf(), pg_sleep(0.5);
select callcoach.apply_retention();
alter system reset callcoach.webhook_retention;
select pg_reload_conf(), pg_sleep(0.5);
delete from orgs where id in (:'org_a', :'org_b');
