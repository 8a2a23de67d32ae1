-- As in verify_svix.sql.
\timing on
select count(*) as calls,
       count(*) filter (where verify_stripe_signature(payload, stripe_header, stripe_secret, 300, received)) as verified
  from bench.messages, generate_series(1, :calls / 1000) \gset
\timing off
select count(*) filter (where verify_stripe_signature(payload || ' ', stripe_header, stripe_secret, 300, received)
                           or verify_stripe_signature(payload, stripe_header, stripe_secret, 300, received + '5 min')
                           or verify_stripe_signature(payload, stripe_header, 'whsec_AAAA', 300, received)) as wrong
  from bench.messages \gset
\echo done :calls :verified :wrong
