-- Every argument is the row's own, so that no call is made once for all. A second with a payload, a time and a
-- secret that are wrong.
\timing on
select count(*) as calls,
       count(*) filter (where verify_svix_signature(payload, id, sent, svix_signature, svix_secret, 300, received))
         as verified
  from bench.messages, generate_series(1, :calls / 1000) \gset
\timing off
select count(*) filter (where verify_svix_signature(payload || ' ', id, sent, svix_signature, svix_secret, 300, received)
                           or verify_svix_signature(payload, id, sent, svix_signature, svix_secret, 300, received + '5 min')
                           or verify_svix_signature(payload, id, sent, svix_signature, 'whsec_AAAA', 300, received)) as wrong
  from bench.messages \gset
\echo done :calls :verified :wrong
