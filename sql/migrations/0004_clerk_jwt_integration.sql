-- 0004_clerk_jwt_integration: from the identity provider's ids to ours.
-- Clerk's session tokens name the active organisation as text (org_…), in o.id (v2) or org_id (v1).

alter table orgs add column clerk_org_id text;
create unique index orgs_clerk_org_id_key on orgs (clerk_org_id);
comment on column orgs.clerk_org_id is 'The organisation''s id at the identity provider (Clerk: org_…), as its tokens name it.';

-- "Which organisations is this person in?", asked at sign-in.
create index org_members_user_id_idx on org_members (user_id);

insert into callcoach_migrations (version) values ('0004_clerk_jwt_integration');
