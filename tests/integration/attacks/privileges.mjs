// What a role could do with a privilege that no API role holds, or with a statement that policies do not cover.
import { A, ANY_STATEMENT, B, NOWHERE, attacker, member, server } from './world.mjs'
import { differ } from './loot.mjs'
import { TABLES, insertInto } from './tables.mjs'

const tables = [...Object.keys(TABLES), 'webhook_claims', 'articles', 'dim_time', 'callcoach_migrations']
/** A member; a plain login with authenticated's rights; a login with none, which may run any statement. */
const asBoth = (body) => async (db) =>
  (await db.as(attacker, (s) => body(s, db))) || db.asMallory({}, (s) => body(s, db))
const anybody = (body) => async (db) => (await asBoth(body)(db)) || db.asSmith((s) => body(s, db), {})

const loot = async (db, where) =>
  (await db.superuser(`select * from lair.loot where ${where}`)).map((l) => JSON.stringify(l))[0]
/** The server may run any statement that its privileges allow; members none of these. */
const withStatements = (role, door) => (role === 'authenticated' ? `${door}; ${ANY_STATEMENT}` : door)
const as = { authenticated: attacker, service_role: server(A) }

const truncates = Object.entries(as).map(([role, who]) => ({
  name: `TRUNCATE as ${role}`,
  door: withStatements(role, `grant truncate on webhook_deliveries to ${role}`),
  attack: (db) =>
    db.as(who, async (s) => {
      for (const table of tables) if (await s.try(`truncate ${table} cascade`)) return table
      return null
    })
}))

const triggers = Object.entries(as).map(([role, who]) => ({
  name: `put a trigger of one's own on a table, as ${role}: it runs as whoever writes next`,
  door: withStatements(role, `grant trigger on scenarios to ${role}`),
  attack: (db) =>
    db.session('authenticator', async (s) => {
      // A function in pg_temp, and the trigger with it, last as long as this session.
      const attempt = async () => {
        const temporary = await s.try(`create or replace function pg_temp.spy() returns trigger language plpgsql as $$
          begin insert into lair.loot (what) values (to_jsonb(new)::text); return new; end $$`)
        const spy = temporary ? 'pg_temp.spy' : 'lair.spy_new'
        const tried = []
        for (const table of tables) {
          tried.push(await s.try(`create trigger spy before insert on ${table} for each row execute function ${spy}()`))
        }
        return tried.some(Boolean)
      }
      if (!(await s.request(who, attempt, { commit: true }))) return null
      const victim = (v) => v.must(insertInto('scenarios', { title: 'what b plans' }))
      await db.as(member(B.manager), victim, { commit: true })
      return loot(db, `what like '%what b plans%'`)
    })
}))

const LOCKED = `select string_agg(relation::regclass || ' ' || mode, ', ') from pg_locks
  where pid = $1 and relation::regclass::text in ('scenarios', 'tracks', 'assignments', 'webhooks')
    -- Reading and writing one's own rows takes weaker ones.
    and mode in ('ShareLock', 'ExclusiveLock', 'AccessExclusiveLock')`
const locks = ['authenticator', 'mallory'].flatMap((login) =>
  [
    ['', ['lock table scenarios', 'lock table only scenarios in share mode', 'lock table scenarios nowait']],
    [
      ', by way of a block',
      [`do $$ begin lock table public.assignments; end $$`, `do $$ begin execute 'lock table public.webhooks'; end $$`]
    ],
    [', by way of a function', [`select lair.run('lock table public.tracks')`]]
  ].map(([how, statements]) => ({
    name: `LOCK TABLE as ${login}, and so stop every organisation${how}`,
    door: ANY_STATEMENT,
    attack: async (db) => {
      const attack = async (s) => {
        for (const lock of statements) await s.try(lock)
        return db.truth(LOCKED, [await s.value('select pg_backend_pid()')])
      }
      return login === 'mallory' ? db.asMallory({}, attack) : db.as(attacker, attack)
    }
  }))
)

/** The extension's definer functions work on the tables beside the table they fire for. */
const TRIGGER_FUNCTIONS = [
  'attempt_after_write',
  'attempt_before_write',
  'sync_dimension',
  'keep_an_admin',
  'check_rubric',
  'touch_updated_at'
]

export default [
  ...truncates,
  ...triggers,
  {
    name: "hang one's own tables on the extension's definer triggers, to have one's own code run as their owner",
    // Granted, and without its look at whose table it serves.
    door: `create or replace function callcoach.attempt_after_write() returns trigger
        language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
      begin
        execute format('delete from %I.fact_scenario_attempts', tg_table_schema);
        return null;
      end $$;
      grant usage on schema callcoach to smith;
      grant execute on function callcoach.attempt_after_write() to smith`,
    attack: (db) =>
      db.asSmith(async (s) => {
        await s.must(`
          create table lair.scenario_attempts (id uuid, status text);
          create table lair.fact_scenario_attempts (attempt_id uuid);
          create trigger code before delete on lair.fact_scenario_attempts execute function lair.spy_statement()`)
        for (const name of TRIGGER_FUNCTIONS) {
          await s.try(`create trigger t after truncate on lair.scenario_attempts execute function callcoach.${name}()`)
          await s.must('truncate lair.scenario_attempts')
        }
        return s.value(`select what from lair.loot where as_whom <> 'smith'`)
      }, {})
  },
  {
    name: "refer to a table with a foreign key of one's own, to learn which rows there are",
    door: 'grant references on scenarios to smith',
    attack: (db) =>
      db.asSmith(async (s) => {
        const made = await s.try(`create table lair.probe (org uuid, id uuid,
          foreign key (org, id) references public.scenarios (org_id, id))`)
        return (
          made &&
          differ(
            s,
            [B.scenario, NOWHERE].map((id) => [`insert into lair.probe values ('${B.org}', '${id}')`, id])
          )
        )
      }, {})
  },
  {
    name: 'make a table or a function in the schema that everybody uses',
    door: 'grant create on schema public to public',
    attack: anybody(async (s) => {
      for (const schema of ['public', 'callcoach']) {
        for (const what of [
          `function ${schema}.lower(text) returns text language sql return 'mine'`,
          `table ${schema}.mine ()`
        ]) {
          if (await s.try(`create ${what}`)) return what
        }
      }
      return null
    })
  },
  {
    name: 'take row level security off a table, or give it another policy',
    door: 'alter table scenarios owner to smith',
    attack: anybody(async (s) => {
      for (const table of tables) {
        await s.try(`alter table ${table} disable row level security`)
        await s.try(`create policy mine on ${table} using (true)`)
        await s.try('alter policy scenarios_select on scenarios using (true)')
      }
      return (await s.tryRows(`select title from scenarios where org_id = '${B.org}' limit 1`))[0]?.title
    })
  },
  {
    name: 'replace a function that policies ask',
    door: 'alter function current_org_id() owner to smith; grant create on schema public to smith',
    attack: anybody((s) =>
      s.try(`create or replace function public.current_org_id() returns uuid
        language sql stable parallel safe return '${B.org}'::uuid`)
    )
  },
  {
    name: 'become the server',
    // authenticator may become service_role: whoever can run what he likes as that login is the gateway himself.
    door: {
      open: (db) => db.superuser('grant service_role to mallory'),
      close: (db) => db.superuser('revoke service_role from mallory')
    },
    attack: (db) =>
      db.asMallory({}, async (s) => {
        for (const become of [
          'set role service_role',
          'set role postgres',
          'set role authenticator',
          `select set_config('role', 'service_role', true)`,
          'set session authorization postgres',
          'set session authorization authenticator',
          'grant service_role to mallory',
          'alter role mallory bypassrls',
          'alter role mallory superuser',
          'create role minion'
        ]) {
          await s.try(become)
        }
        return s.value(`select max(ai_prompt) from scenarios where org_id = '${B.org}'`)
      })
  },
  {
    name: 'ask for row level security to be off',
    door: 'alter table scenarios disable row level security',
    attack: asBoth(async (s) => {
      await s.must('set local row_security = off')
      return (await s.tryRows(`select title from scenarios where org_id = '${B.org}' limit 1`))[0]?.title
    })
  },
  ...locks,
  {
    name: 'read and write files of the server',
    door: {
      open: (db) => db.superuser('grant pg_read_server_files to mallory'),
      close: (db) => db.superuser('revoke pg_read_server_files from mallory')
    },
    attack: asBoth(async (s) => {
      for (const sql of [
        `copy lair.loot (what) from '/etc/passwd'`,
        `copy lair.loot (what) from program 'id'`,
        `copy lair.loot to '/tmp/loot'`,
        `select pg_read_file('/etc/passwd')`
      ]) {
        if ((await s.try(sql))?.rowCount) return sql
      }
      return null
    })
  },
  {
    name: "change the extension's settings",
    door: {
      open: (db) => db.superuser('grant set on parameter "callcoach.gateways" to public'),
      close: (db) => db.superuser('revoke set on parameter "callcoach.gateways" from public')
    },
    attack: asBoth(async (s, db) => {
      for (const [name, value] of [
        ['callcoach.gateways', 'mallory'],
        ['callcoach.guard_statements', 'off'],
        ['callcoach.storage_url', 'https://mine.example'],
        ['callcoach.signed_url_max_ttl', '604800'],
        ['callcoach.storage_jwt_secret', 'mine']
      ]) {
        const done =
          (await s.try('select set_config($1, $2, true)', [name, value])) ??
          (await s.try(`set ${name} = '${value}'`)) ??
          (await s.try(`alter role mallory set ${name} = '${value}'`)) ??
          (await s.try(`alter database ${db.name} set ${name} = '${value}'`))
        if (done) return name
      }
      // It is fixed while the server runs.
      for (const sql of [
        'set callcoach.guard_claim = off',
        `select set_config('callcoach.guard_claim', 'off', false)`
      ]) {
        if (await s.try(sql, [], ['55P02', '42501'])) return 'callcoach.guard_claim'
      }
      return null
    })
  },
  {
    name: 'call what is meant for no API role',
    door: 'grant execute on function callcoach.fact_horizon() to authenticated',
    attack: asBoth(
      async (s) =>
        (await s.tryRows('select callcoach.fact_horizon()::text as first'))[0]?.first ??
        (await s.try('select callcoach.security_findings()')) ??
        (await s.try('select callcoach.apply_retention()', [], ['42501'])) ??
        (await s.try('select callcoach.keep_an_admin()', [], ['42501']))
    )
  }
]
