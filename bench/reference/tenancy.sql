-- The specification's set_org_claim: it sets what it is told, and checks nothing.
create function set_org_claim(org_id uuid) returns void language plpgsql security definer as $$
begin
  perform set_config('jwt.claims.org_id', org_id::text, true);
end
$$;
