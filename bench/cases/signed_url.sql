-- A member's recordings. Each URL is then taken apart: is the token's signature the key's, and its url the path?
begin;
set local role authenticated;
\ir ../token.sql
select set_config('request.jwt.claims', :'token', true), set_org_claim(id) from bench.orgs where n = 1 \g /dev/null
\timing on
select count(grant_signed_url(path, 3600)) as calls from bench.messages, generate_series(1, :calls / 1000) \gset
\timing off
select count(*) as signed
  from (select path, split_part(grant_signed_url(path, 3600), '?token=', 2) as token from bench.messages) url,
       lateral (select split_part(token, '.', 1) as header, split_part(token, '.', 2) as claims,
                       split_part(token, '.', 3) as signature) part
 where signature = translate(encode(bench.hmac(header || '.' || claims, :'secret', 'sha256'), 'base64'), '+/=', '-_')
   and convert_from(decode(translate(claims, '-_', '+/') || repeat('=', -length(claims) & 3), 'base64'), 'UTF8')::json
       ->> 'url' = path \gset
do $$
begin
  perform grant_signed_url(replace(path, '-100000000001/', '-100000000002/'), 3600) from bench.messages;
exception when insufficient_privilege then
  perform set_config('bench.refused', 'refused', true);
end
$$;
select current_setting('bench.refused', true) as refused \gset
rollback;
\echo done :calls :signed :refused
