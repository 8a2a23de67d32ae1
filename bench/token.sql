-- Sets :token to what PostgREST leaves in request.jwt.claims for a request of :sub: the claims of one of Clerk's
-- session tokens (version 2) with a few custom ones, about 700 bytes. It names no organisation, so that
-- org_members decides.
select json_build_object(
         'azp', 'https://app.example.com', 'exp', 1767225660, 'iat', 1767225600, 'nbf', 1767225590,
         'fea', 'u:transcripts,u:recordings,u:exports,u:leaderboard', 'fva', json_build_array(12, -1),
         'iss', 'https://clerk.example.com', 'jti', '3f1c5a7be2d94806b1c2', 'pla', 'u:pro',
         'sid', 'sess_2aNvK5dUxm0pYt8QhWc4EoRzJ71', 'sts', 'active', 'sub', :'sub', 'v', 2,
         'role', 'authenticated', 'aud', 'authenticated', 'email', 'dana.whitfield@mail.example.com',
         'app_metadata', json_build_object('provider', 'clerk', 'providers', json_build_array('email', 'google')),
         'user_metadata', json_build_object('full_name', 'Dana Whitfield', 'locale', 'en-GB', 'avatar_url',
           'https://img.example.com/eyJ0eXBlIjoicHJveHkiLCJzcmMiOiJodHRwczovL2ltYWdlcy5leGFtcGxlLmNvbSJ9')
       )::text as token \gset
