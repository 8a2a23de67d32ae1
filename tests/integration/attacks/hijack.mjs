// Objects put where a function with more rights would look: temporary tables, types, operators, search paths. They
// are laid as the server, which may, on the session that a member uses next.
import { A, B, attacker, member, server } from './world.mjs'

const looted = (db) =>
  db.truth(`select as_whom || ': ' || what from lair.loot
    where as_whom not in ('authenticated', 'service_role') limit 1`)

const TABLES = [
  ...['orgs', 'org_members', 'scenarios', 'tracks', 'track_scenarios', 'scenario_attempts', 'webhooks'],
  ...['webhook_deliveries', 'fact_scenario_attempts', 'dim_orgs', 'dim_users', 'dim_scenarios', 'dim_tracks']
]
/** What the extension's statements call the rows that they work on. */
const NAMES = ['changed', 'before', 'happened', 'message', 'old_rows', 'new_rows']

/** Temporary tables of the same names, each with a trigger that runs as whoever writes. */
const layTables = async (s) => {
  for (const table of TABLES) await s.must(`create temp table ${table} (like public.${table} including all)`)
  for (const name of NAMES) await s.must(`create temp table ${name} (id uuid)`)
  for (const table of [...TABLES, ...NAMES]) {
    await s.must(`grant all on pg_temp.${table} to public;
      create trigger row before insert or update on pg_temp.${table}
        for each row execute function lair.spy_row();
      create trigger statement before insert or update or delete on pg_temp.${table}
        execute function lair.spy_statement()`)
  }
}
/** Types that come before PostgreSQL's own, unless a path says otherwise. */
const layTypes = async (s) => {
  for (const type of ['uuid', 'text', 'jsonb', 'numeric', 'timestamptz']) {
    await s.must(`create domain pg_temp.${type} as pg_catalog.${type} check (lair.spy())`)
  }
}

/** What fires every definer trigger that a member can fire. Without operators: those may be the attacker's. */
const FIRE = [
  `insert into public.scenarios (title) values ('x')`,
  `update public.tracks set title = 'x'`,
  'update public.track_scenarios set position = 8',
  'delete from public.track_scenarios',
  `update public.orgs set name = 'x'`,
  `update public.org_members set metadata = '{}'`,
  `delete from public.org_members where starts_with(user_id, '${A.second}')`,
  'delete from public.scenario_attempts'
]
const CALL = [
  `select public.score_attempt('${A.attempt}')`,
  `select public.populate_fact_from_attempt('${A.attempt}')`,
  `select public.enqueue_webhook('user.added', '{}')`,
  `update public.scenario_attempts set status = 'completed', evaluation = '{"Opening": 40, "Close": 60}'`,
  ...FIRE
]

/** Lays something, has `who` run the statements with this path, and looks for what was taken as somebody else. */
const caught = (lay, who, statements, path) => async (db) => {
  await db.session('authenticator', async (s) => {
    await s.request(server(A), () => lay(s), { commit: true })
    await s.request(
      who,
      async () => {
        if (path) await s.must(`set local search_path = ${path}`)
        // A comparison of pairs cannot be hijacked: it fails.
        for (const sql of statements) await s.try(sql, [], ['0A000'])
      },
      { commit: true }
    )
  })
  return looted(db)
}

/** Tables by their bare names, and no path of its own: what a caller's schemas decide. */
const NAIVE_TRIGGER = `
  create or replace function callcoach.sync_dimension() returns trigger language plpgsql security definer as $$
  begin
    insert into dim_scenarios (org_id, scenario_id) select id, id from public.orgs on conflict do nothing;
    return null;
  end $$`
const NAIVE_SCORE = `
  create or replace function score_attempt(attempt_id uuid) returns numeric language sql security definer as
  $$ select score from public.scenario_attempts a where a.id = attempt_id $$`
const NAIVE_TYPE = `
  create or replace function score_attempt(attempt_id uuid) returns numeric language plpgsql security definer as
  $$ begin return (select 5 where attempt_id = '${A.attempt}'::uuid); end $$`

const objects = [
  ['temporary tables, first in the path as ever', layTables, null, NAIVE_TRIGGER],
  ['temporary tables, named in the path', layTables, 'pg_temp, public', NAIVE_TRIGGER],
  [
    "temporary tables, and a path without PostgreSQL's own schema",
    layTables,
    'pg_temp, lair, public, pg_catalog',
    NAIVE_TRIGGER
  ],
  [
    'operators and functions, first in the path',
    async () => {},
    'lair, public, pg_catalog',
    'alter function callcoach.sync_dimension() reset search_path'
  ]
].map(([what, lay, path, door]) => ({
  name: `hijack the definer triggers by ${what}`,
  fresh: true,
  door,
  attack: caught(lay, attacker, FIRE, path)
}))
const ofServer = [
  ['temporary tables', layTables, null, NAIVE_TRIGGER],
  ['temporary types', layTypes, null, NAIVE_TYPE],
  ['operators and functions, first in the path', async () => {}, 'lair, public, pg_catalog', NAIVE_SCORE]
].map(([what, lay, path, door]) => ({
  name: `hijack the server's functions, on its own session, by ${what}`,
  fresh: true,
  door,
  attack: caught(lay, server(A), CALL, path)
}))

const lastAdmin = {
  name: 'hide from the last-admin check behind a temporary table',
  fresh: true,
  door: `
    create or replace function callcoach.keep_an_admin() returns trigger language plpgsql security definer as $$
    begin
      if exists (select from old_rows o where o.role = 'admin' and not exists
                   (select from org_members m where m.org_id = o.org_id and m.role = 'admin')) then
        raise 'the last admin stays' using errcode = '23514';
      end if;
      return null;
    end $$`,
  attack: (db) =>
    db.session('authenticator', async (s) => {
      const lay = () =>
        s.must(`create temp table org_members as select * from public.org_members where role = 'admin';
          create temp table orgs as select * from public.orgs;
          create temp table old_rows as select * from public.org_members limit 0;
          grant all on pg_temp.org_members, pg_temp.orgs, pg_temp.old_rows to public`)
      await s.request(server(B), lay, { commit: true })
      return s.request(member(B.admin), async () => {
        await s.must('set local search_path = pg_temp, public')
        await s.try(`update public.org_members set role = 'trainee' where role = 'admin'`, [], ['23514'])
        const left = await s.rows(`select user_id from public.org_members where role = 'admin'`)
        return left.length === 0 && 'no admin is left'
      })
    })
}

const policies = {
  name: 'answer for the functions that policies ask, by functions and tables of the same names',
  fresh: true,
  door: `
    create function public.careless() returns uuid language plpgsql stable
      as $$ begin return current_org_id(); end $$;
    grant execute on function public.careless to public;
    alter policy notes_own on notes using (org_id = (select public.careless()))`,
  attack: (db) =>
    db.session('authenticator', async (s) => {
      const lay = () =>
        s.must(`create temp table org_members as select '${B.org}'::uuid as org_id, '${A.admin}'::text as user_id,
            'admin'::public.user_role as role;
          grant all on pg_temp.org_members to public`)
      await s.request(server(B), lay, { commit: true })
      return s.request(attacker, async () => {
        await s.must('set local search_path = lair, pg_temp, public')
        for (const table of ['notes', 'scenarios', 'org_members', 'webhooks']) {
          const [row] = await s.rows(
            `select * from public.${table} where starts_with(org_id::text, '${B.org}') limit 1`
          )
          if (row) return `${table}: ${JSON.stringify(row)}`
        }
        return null
      })
    })
}

export default [...objects, ...ofServer, lastAdmin, policies]
