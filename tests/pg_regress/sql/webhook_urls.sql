-- An endpoint's URL is checked when it is written: form, port, and a host that is an address.
\set SHOW_CONTEXT never
\set ON_ERROR_ROLLBACK on
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/two_orgs.sql'
\set tried :abs_srcdir '/include/tried.sql'
\set ECHO none
\i :tried
begin;
\i :include
insert into org_members (org_id, user_id, role) values (:'org_a', 'ada', 'admin');
create temp view attempt as select url, (e).* from (select url, pg_temp.tried(format('update webhooks set url = %L', url)) as e from unnest(array[
  'https://hooks.example.com/path?key=value', 'HTTPS://Hooks.Example.com:443', 'https://8.8.8.8/', 'https://[2606:4700::1111]/', 'https://bücher.example/',
  'http://hooks.example.com', 'https://hooks.example.com:8443/', 'https://hooks.example.com:80/', 'https://hooks.example.com./',
  'https://user:hidden1@hooks.example.com/', 'https://hidden2@hooks.example.com', 'https://127.0.0.1/?hidden3=4', 'https://127.1/', 'https://2130706433/', 'https://0x7f.1/',
  'https://10.0.0.1/', 'https://169.254.169.254/latest/meta-data', 'https://168.63.129.16/', 'https://[::1]/', 'https://[::ffff:10.0.0.1]/', 'https://[fd00::1]/', 'https://[64:ff9b::a00:1]/',
  'https://localhost/', 'https://db/', 'https://printer.local/', 'https://vault.internal/', 'https://exa mple.com', 'https://example.com\hidden5',
  'https:///hidden6', 'https://', 'ftp://example.com', 'javascript:hidden7', 'https://999.1.1.1/hidden8', 'https://[::1', 'https://a..b/']) as url) t;
\set ECHO all
select url, code, message, hint from attempt;
-- None of what may be secret is shown.
select count(*) from attempt where concat(message, detail, hint) ~ 'hidden';
-- An admin, over the API, when it is made, too.
select set_org_claim(:'org_a');
set local request.jwt.claims = '{"sub": "ada"}';
set local role authenticated;
select e.code, e.message from pg_temp.tried($$ insert into webhooks (name, url, events) values ('x', 'https://10.0.0.1/', '{user.added}') $$) as e;
select e.code from pg_temp.tried($$ insert into webhooks (name, url, events) values ('x', 'https://chat.example', '{user.added}') $$) as e;
reset role;
-- One that was stored under other settings stays, whatever else is changed.
alter table webhooks disable trigger check_webhook;
update webhooks set url = 'http://192.168.1.1:8080/old' where id = :'webhook_a';
alter table webhooks enable trigger check_webhook;
update webhooks set name = 'renamed', enabled = false where id = :'webhook_a';
update webhooks set url = 'http://192.168.1.1:8080/old', name = 'again' where id = :'webhook_a';
select name, url, enabled from webhooks where id = :'webhook_a';
select e.code, e.message from pg_temp.tried(format('update webhooks set url = %L where id = %L', 'http://192.168.1.1:8080/new', :'webhook_a')) as e;
rollback;

-- The server's settings count.
alter system set callcoach.webhook_allowed_networks = '192.168.1.0/24';
alter system set callcoach.webhook_allow_http = on;
alter system set callcoach.webhook_ports = '8080';
select pg_reload_conf(), pg_sleep(0.5);
begin;
\set ECHO none
\i :include
\set ECHO all
select url, e.code, e.message from unnest(array['http://192.168.1.1:8080/', 'http://receiver:80/', 'http://192.168.2.1/', 'http://192.168.1.1:8081/']) url,
  pg_temp.tried(format('update webhooks set url = %L', url)) as e;
rollback;
-- Settings that say nothing: no URL is taken; what is wrong is for superusers.
alter system set callcoach.webhook_ports = '8080, http';
select pg_reload_conf(), pg_sleep(0.5);
begin;
\set ECHO none
insert into orgs (id, name) values ('a0000000-0000-4000-8000-000000000000', 'Acme');
\set ECHO all
select e.* from pg_temp.tried($$ insert into webhooks (org_id, name, url, events) values ('a0000000-0000-4000-8000-000000000000', 'x', 'https://chat.example', '{user.added}') $$) as e;
set local role service_role;
select e.* from pg_temp.tried($$ insert into webhooks (org_id, name, url, events) values ('a0000000-0000-4000-8000-000000000000', 'x', 'https://chat.example', '{user.added}') $$) as e;
select e.code from pg_temp.tried('select * from claim_webhook_deliveries(1)') as e;
rollback;
alter system reset callcoach.webhook_allowed_networks;
alter system reset callcoach.webhook_allow_http;
alter system reset callcoach.webhook_ports;
select pg_reload_conf(), pg_sleep(0.5);
