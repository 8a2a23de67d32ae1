-- What the cases without a reference need beside the data: members to claim for, messages to verify, paths to sign.
--   sub   a person who is a member of every organisation
\set ON_ERROR_STOP on
set synchronous_commit = off;
-- For the signatures, so that what is measured is not what says which are right.
create extension pgcrypto schema bench;
grant usage on schema bench to authenticated;
grant select on bench.orgs to authenticated;
grant execute on function bench.hmac(text, text, text) to authenticated;

-- 500 people in each organisation. As a replica, so that no event is queued for them.
set session_replication_role = replica;
insert into org_members (org_id, user_id, role)
select o.id, case when p = 1 then :'sub' else 'user_2' || left(md5(o.n || ' ' || p), 26) end, 'trainee'
  from bench.orgs o, generate_series(1, 500) p;
reset session_replication_role;

-- 1,000 messages with a payload of 1 KB, signed as Clerk (Svix) and Stripe sign, and an object of each.
create table bench.messages as
select n, id, sent::text as sent, to_timestamp(sent + 2) as received, payload, svix_secret, stripe_secret,
       'v1,' || encode(bench.hmac(convert_to(concat_ws('.', id, sent, payload), 'UTF8'),
                                  decode(substr(svix_secret, 7), 'base64'), 'sha256'), 'base64') as svix_signature,
       't=' || sent || ',v1=' || encode(bench.hmac(sent || '.' || payload, stripe_secret, 'sha256'), 'hex')
         as stripe_header,
       'recordings/' || (select o.id from bench.orgs o where o.n = 1) || '/2025/06/call-' || md5('call ' || n) || '.mp3'
         as path
  from (select n, 'msg_' || substr(md5('message ' || n), 1, 27) as id, 1767225600 + n as sent,
               rpad('{"type":"user.updated","object":"event","number":' || n || ',"data":"', 1022, md5(n::text)) || '"}'
                 as payload,
               'whsec_' || encode(substr(bench.digest('svix', 'sha256'), 1, 24), 'base64') as svix_secret,
               'whsec_' || md5('stripe') as stripe_secret
          from generate_series(1, 1000) n) made;
grant select on bench.messages to authenticated;
vacuum (analyze) org_members, bench.messages;
