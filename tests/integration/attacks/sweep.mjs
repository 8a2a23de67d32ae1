// Holes that somebody could make tomorrow. Each is made here by the tables' owner, and must not escape
// callcoach.security_findings(): the attack gets in where the sweep stays silent.
const SILENT = `
  create or replace function callcoach.security_findings(out object text, out finding text, out remedy text)
  returns setof record language sql stable set search_path = pg_catalog, pg_temp as
  $$ select null::text, null::text, null::text where false $$`

/** A function, with these properties, that nobody may call yet. */
const madeFunction = (properties, returns = 'int', body = 'select 1') =>
  `create function mine() returns ${returns} ${properties} as $$ ${body} $$;
   revoke all on function mine from public`

const HOLES = {
  'a table without row level security': 'create table mine (org_id uuid)',
  'a table whose row level security was turned off': 'alter table scenarios disable row level security',
  'a partitioned table whose leaf has no row level security': `
    create table mine (org_id uuid, n int) partition by list (n); alter table mine enable row level security;
    create table mine_1 partition of mine for values in (1)`,
  'a table that PUBLIC may read': 'grant select on scenarios to public',
  'a column that PUBLIC may read': 'grant select (title) on scenarios to public',
  'a table that anon may read, without a policy': 'grant select on webhooks to anon',
  'TRUNCATE for a member': 'grant truncate on scenarios to authenticated',
  'TRIGGER for a member': 'grant trigger on scenarios to authenticated',
  'REFERENCES for a member': 'grant references on scenarios to authenticated',
  'REFERENCES on a column for a member': 'grant references (id) on scenarios to authenticated',
  'TRUNCATE for the server': 'grant truncate on scenarios to service_role',
  'a command without a policy': 'grant update on scenario_attempts to authenticated',
  'a second policy beside the first': 'create policy more on scenarios for select to authenticated using (true)',
  'a policy of PUBLIC beside the first': 'create policy more on webhooks using (true)',
  'a policy that asks for every row': 'alter policy notes_own on notes using (org_id = current_org_id())',
  'a policy that asks the setting for every row': `alter policy notes_own on notes
    using (org_id::text = current_setting('jwt.claims.org_id', true))`,
  "a view with its owner's rights": 'create view mine as select * from scenarios',
  'a view whose security_invoker was turned off':
    'create view mine with (security_invoker = false) as select * from scenarios',
  'a materialized view that members may read': 'create materialized view mine as select * from scenarios; grant select on mine to authenticated',
  'a materialized view that PUBLIC may read': 'create materialized view mine as select * from scenarios; grant select on mine to public',
  'a definer function without a search_path': madeFunction('language sql security definer'),
  'a definer function of the extension that lost its search_path':
    'alter function score_attempt(uuid) reset search_path',
  'a function without a search_path': madeFunction('language sql'),
  'a function that PUBLIC may call': `${madeFunction(`language sql set search_path = ''`)};
    grant execute on function mine to public`,
  'a function of the extension that PUBLIC may call': 'grant execute on function score_attempt(uuid) to public',
  'a definer function that anon may call': `${madeFunction(`language sql security definer set search_path = ''`)};
    grant execute on function mine to anon`,
  'a definer function of the extension that anon may call':
    'grant execute on function enqueue_webhook(text, jsonb) to anon',
  'an internal function of the extension that PUBLIC may call':
    'grant execute on function callcoach.attempt_after_write() to public',
  "a procedure with its owner's rights and its caller's search_path": `
    create procedure mine() language sql security definer as 'select 1';
    revoke all on procedure mine from public`,
  'a foreign key without an index': `create table mine (org_id uuid references orgs (id));
    alter table mine enable row level security`,
  'an index twice': 'create index mine on scenarios (org_id, status)',
  'PUBLIC may create in the schema': 'grant create on schema public to public',
  'members may create in the schema': 'grant create on schema public to authenticated',
  "members may create in the extension's schema": 'grant create on schema callcoach to authenticated',
  'members pass row level security': 'alter role authenticated bypassrls',
  'the gateway passes row level security': 'alter role authenticator bypassrls',
  'the only policy lets everybody in': 'alter policy scenarios_select on scenarios using (true)',
  'the only policy looks at the user alone':
    'alter policy scenarios_select on scenarios using ((select current_user_id()) is not null)',
  'a table that an API role owns, and so no policy holds for': 'alter table scenarios owner to authenticated',
  'a member role that is also the server': 'grant service_role to authenticated',
  'members may set the claim': 'grant set on parameter "jwt.claims.org_id" to authenticated',
  'anon that is also a member': 'grant authenticated to anon',
  "a definer function that looks in its caller's temporary tables first": madeFunction(
    'language sql security definer set search_path = public'
  ),
  'an internal function that members may call':
    'grant execute on function callcoach.attempt_after_write() to authenticated',
  "the server's function that members may call": 'grant execute on function score_attempt(uuid) to authenticated',
  'a key that members may choose': 'grant insert (id) on scenarios to authenticated',
  'a foreign key that does not lead with the organisation': `
    alter table assignments add constraint mine foreign key (scenario_id) references scenarios (id);
    create index on assignments (scenario_id)`,
  'a unique key that does not lead with the organisation': 'create unique index mine on tracks (title)',
  'the last-admin check is gone': 'drop trigger keep_an_admin_delete on org_members',
  'default privileges that give away the next table':
    'alter default privileges in schema public grant all on tables to authenticated',
  "a leakproof function of one's own": madeFunction(
    `language plpgsql leakproof set search_path = ''`,
    'boolean',
    'begin return true; end'
  )
}

const object = (row) => JSON.stringify(row)
const made = (hole) => ({
  door: SILENT,
  attack: async (db) => {
    const sweep = async () => (await db.superuser('select * from callcoach.security_findings()')).map(object)
    await db.superuser('begin')
    try {
      const before = await sweep()
      await db.superuser(hole)
      const found = (await sweep()).filter((finding) => !before.includes(finding))
      return found.length === 0 && `made unseen: ${hole.trim()}`
    } finally {
      await db.superuser('rollback')
    }
  }
})
const name = (what) => `make a hole that the sweep does not see: ${what}`
export default Object.entries(HOLES).map(([what, hole]) => ({ name: name(what), ...made(hole) }))
