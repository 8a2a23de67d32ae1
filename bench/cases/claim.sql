\set org random(100000000001, 100000000020)
select set_org_claim('00000001-0000-4000-8000-:org');
