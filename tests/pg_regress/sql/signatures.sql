-- verify_stripe_signature and verify_svix_signature: published vectors, and what must be refused. The rest of the
-- cases, and properties, are in crates/core; those signed by the real libraries in tests/integration.
\set svix_at '''2021-02-25 14:58:50+00'''

-- Standard Webhooks' own vectors.
select verify_svix_signature('{"test": 2432232314}', 'msg_p5jXN8AQM9LWM0D4loKWxJek', '1614265330',
         'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 300, :svix_at),
       verify_svix_signature('{"email":"test@example.com","username":"test_user"}', 'msg_27UH4WbU6Z5A5EzD8u03UvzRbpk', '1649367553',
         'v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=', 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', 300, to_timestamp(1649367553));

-- By the names of the arguments, as rpc calls it, and with each part changed or missing.
create temp table given as select
  '{"test": 2432232314}'::text as payload, 'msg_p5jXN8AQM9LWM0D4loKWxJek'::text as msg_id, '1614265330'::text as msg_timestamp,
  'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='::text as signature, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'::text as secret,
  300 as tolerance, to_timestamp(1614265330) as at;
select what, verify_svix_signature(payload => t.payload, msg_id => t.msg_id, msg_timestamp => t.msg_timestamp, signature => t.signature,
                                   secret => t.secret, tolerance_seconds => t.tolerance, at => t.at) as verified
  from given g, lateral (values
    ('as it came', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at),
    ('300 s late', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at + interval '300.999 s'),
    ('300 s early', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at - interval '300 s'),
    ('301 s late', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at + interval '301 s'),
    ('301 s early', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at - interval '301 s'),
    ('no tolerance', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, 0, g.at),
    ('tolerance below 0', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, -1, g.at),
    ('now', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, now()),
    ('infinity', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, 2147483647, 'infinity'),
    ('-infinity', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, 2147483647, '-infinity'),
    ('another signature', g.payload, g.msg_id, g.msg_timestamp, 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=', g.secret, g.tolerance, g.at),
    ('version 2', g.payload, g.msg_id, g.msg_timestamp, replace(g.signature, 'v1,', 'v2,'), g.secret, g.tolerance, g.at),
    ('the second of two', g.payload, g.msg_id, g.msg_timestamp, 'v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= ' || g.signature, g.secret, g.tolerance, g.at),
    ('a bare v1,', g.payload, g.msg_id, g.msg_timestamp, 'v1,', g.secret, g.tolerance, g.at),
    ('a prefix', g.payload, g.msg_id, g.msg_timestamp, left(g.signature, 11), g.secret, g.tolerance, g.at),
    ('timestamp hello', g.payload, g.msg_id, 'hello', g.signature, g.secret, g.tolerance, g.at),
    ('another secret', g.payload, g.msg_id, g.msg_timestamp, g.signature, 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', g.tolerance, g.at),
    ('a secret that is no base64', g.payload, g.msg_id, g.msg_timestamp, g.signature, 'whsec_***', g.tolerance, g.at),
    ('v1,whsec_', g.payload, g.msg_id, g.msg_timestamp, g.signature, 'v1,' || g.secret, g.tolerance, g.at),
    ('empty payload', '', g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at),
    ('empty id', g.payload, '', g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at),
    ('empty timestamp', g.payload, g.msg_id, '', g.signature, g.secret, g.tolerance, g.at),
    ('empty signature', g.payload, g.msg_id, g.msg_timestamp, '', g.secret, g.tolerance, g.at),
    ('empty secret', g.payload, g.msg_id, g.msg_timestamp, g.signature, '', g.tolerance, g.at),
    ('NULL payload', null, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at),
    ('NULL id', g.payload, null, g.msg_timestamp, g.signature, g.secret, g.tolerance, g.at),
    ('NULL timestamp', g.payload, g.msg_id, null, g.signature, g.secret, g.tolerance, g.at),
    ('NULL signature', g.payload, g.msg_id, g.msg_timestamp, null, g.secret, g.tolerance, g.at),
    ('NULL secret', g.payload, g.msg_id, g.msg_timestamp, g.signature, null, g.tolerance, g.at),
    ('NULL tolerance', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, null, g.at),
    ('NULL at', g.payload, g.msg_id, g.msg_timestamp, g.signature, g.secret, g.tolerance, null)
  ) as t (what, payload, msg_id, msg_timestamp, signature, secret, tolerance, at);

-- Stripe: HMAC-SHA256 of "t.payload" with the whole secret, in hex. This one was made by OpenSSL.
\set stripe_signature c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925
select t.what, verify_stripe_signature(payload => t.payload, header => t.header, secret => t.secret, at => to_timestamp(t.at)) as verified
  from (values
    ('as it came', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', 'whsec_test', 1700000000),
    ('300 s late', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', 'whsec_test', 1700000300),
    ('301 s late', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', 'whsec_test', 1700000301),
    ('301 s early', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', 'whsec_test', 1699999699),
    ('the second of two, and a v0', '{"id":"evt_1"}', 't=1700000000,v1=00,v0=1234,v1=SIGNATURE', 'whsec_test', 1700000000),
    ('under v0', '{"id":"evt_1"}', 't=1700000000,v0=SIGNATURE', 'whsec_test', 1700000000),
    ('another payload', '{"id":"evt_2"}', 't=1700000000,v1=SIGNATURE', 'whsec_test', 1700000000),
    ('another time', '{"id":"evt_1"}', 't=1700000001,v1=SIGNATURE', 'whsec_test', 1700000000),
    ('the secret without whsec_', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', 'test', 1700000000),
    ('v1,t=1', '{"id":"evt_1"}', 'v1,t=1', 'whsec_test', 1700000000),
    ('empty header', '{"id":"evt_1"}', '', 'whsec_test', 1700000000),
    ('NULL header', '{"id":"evt_1"}', null, 'whsec_test', 1700000000),
    ('NULL secret', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', null, 1700000000),
    ('empty secret', '{"id":"evt_1"}', 't=1700000000,v1=SIGNATURE', '', 1700000000)
  ) as v (what, payload, header, secret, at),
  lateral (select v.what, v.payload, replace(v.header, 'SIGNATURE', :'stripe_signature') as header, v.secret, v.at) as t;
-- A megabyte of header costs no more than a look.
select verify_stripe_signature('{}', 't=1,' || repeat('v1=00,', 200000), 's', at => to_timestamp(1));
