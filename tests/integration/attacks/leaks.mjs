// What rows of others betray without being read: through functions that are called too early, errors, statistics,
// other people's sessions.
import { B, COMMON_TITLE, anon, attacker } from './world.mjs'

const noticed = (s) => s.notices.find((notice) => notice.includes(B.secret) || notice.includes(COMMON_TITLE))

const leaky = [
  [
    'a function that is called too early',
    'alter function lair.peek(text) leakproof',
    async (s) => {
      for (const sql of [
        'select count(*) from scenarios where lair.peek(title)',
        'select count(*) from notes where lair.peek(body)',
        'select count(*) from scenarios s join notes n on lair.peek(s.ai_prompt) and lair.peek(n.body)',
        'select count(*) from (select * from notes offset 0) n where lair.peek(body)',
        'select count(*) from notes n left join scenarios s on lair.peek(s.ai_prompt) where n.id > 0',
        'select 1 from notes group by body having lair.peek(body)'
      ]) {
        await s.must(sql)
        if (noticed(s)) return noticed(s)
      }
      return null
    }
  ],
  [
    'a function in an update or delete',
    'alter function lair.peek(text) leakproof',
    async (s) => {
      for (const sql of [
        `update scenarios set status = status where lair.peek(title)`,
        'delete from scenarios where lair.peek(ai_prompt)',
        `update tracks t set title = t.title from scenarios s where lair.peek(s.ai_prompt)`
      ]) {
        await s.must(`savepoint before; ${sql}; rollback to before`)
        if (noticed(s)) return noticed(s)
      }
      return null
    }
  ],
  [
    "an operator of one's own",
    'alter function lair.peek(text, text) leakproof',
    async (s) => {
      await s.must(`select count(*) from notes where body operator(lair.~~~) 'x'`)
      return noticed(s)
    }
  ],
  [
    'a division by zero',
    'alter table notes disable row level security',
    async (s) => {
      const told = await s.answer(
        `select count(*) from notes where 1 / (case when org_id = '${B.org}' then 0 else 1 end) = 1`
      )
      return told.startsWith('22012') && told
    }
  ],
  [
    'the error of a cast',
    'alter table notes disable row level security',
    async (s) => {
      const told = await s.answer(`select count(*) from notes where org_id = '${B.org}' and body::int = 1`)
      return told.includes(B.secret) && told
    }
  ],
  [
    'the answers of an aggregate and of a set operation',
    'alter table scenarios disable row level security',
    async (s) => {
      const told =
        await s.rows(`select max(ai_prompt) as x from scenarios union all select string_agg(title, ',') from scenarios
      union all select title from scenarios tablesample system (100) 
      union all select (select title from scenarios s where s.ctid = t.ctid) from tracks t`)
      return told.map(({ x }) => x).find((x) => x?.includes(COMMON_TITLE) || x?.includes(B.secret))
    }
  ],
  [
    'the detail of a violated constraint',
    'alter table org_members disable row level security',
    async (s) => {
      const told = await s.answer(`update org_members set user_id = ' ', role = role where org_id = '${B.org}'`)
      const more = await s.answer(
        `insert into org_members (org_id, user_id, role) values ('${B.org}', '${B.trainee}', 'hr')`
      )
      return [told, more].find((text) => text.includes('already exists') || text.includes('Failing row'))
    }
  ]
].map(([what, door, attack]) => ({
  name: `learn another organisation's values from ${what}`,
  door,
  attack: (db) => db.as(attacker, attack)
}))

/** As a member, as anon, as a plain login; gives what the first gets who gets something. */
const asEach = (attack) => async (db) =>
  (await db.as(attacker, attack)) ?? (await db.as(anon, attack)) ?? db.asMallory({}, attack)

const statistics = [
  {
    name: "read the planner's statistics",
    door: 'grant select on pg_statistic to public; alter table scenarios disable row level security',
    attack: asEach(async (s) => {
      for (const sql of [
        `select most_common_vals::text as v from pg_stats where tablename = 'scenarios'`,
        `select stavalues1::text as v from pg_statistic where starelid = 'public.scenarios'::regclass`,
        `select most_common_vals::text as v from pg_stats_ext where tablename = 'scenarios'`
      ]) {
        const found = (await s.tryRows(sql)).find(({ v }) => v?.includes(COMMON_TITLE))
        if (found) return found.v
      }
      return null
    })
  },
  {
    name: 'watch what other sessions are doing',
    door: {
      open: (db) => db.superuser('grant pg_read_all_stats to authenticated; grant pg_read_all_stats to mallory'),
      close: (db) => db.superuser('revoke pg_read_all_stats from authenticated; revoke pg_read_all_stats from mallory')
    },
    attack: (db) =>
      db.session('authenticator', async (other) => {
        await other.must(`select 'a query of b'`)
        const sql = `select query from pg_stat_activity where query like '%a query of b%' and pid <> pg_backend_pid()`
        const find = async (s) => (await s.rows(sql))[0]?.query
        return (await db.as(attacker, find)) ?? db.asMallory({}, find)
      })
  },
  {
    name: 'read the secret that signs URLs',
    door: 'grant execute on function pg_show_all_file_settings() to public; grant select on pg_file_settings to public',
    attack: asEach(async (s) => {
      for (const sql of [
        'show callcoach.storage_jwt_secret',
        `select current_setting('callcoach.storage_jwt_secret')`,
        `select setting from pg_settings where name = 'callcoach.storage_jwt_secret'`,
        `select boot_val || reset_val from pg_settings where name = 'callcoach.storage_jwt_secret'`,
        `select setting from pg_file_settings where name = 'callcoach.storage_jwt_secret'`,
        `select setconfig::text from pg_db_role_setting`
      ]) {
        const [row] = await s.tryRows(sql)
        const text = row && Object.values(row)[0]
        if (text?.includes(process.env.STORAGE_JWT_SECRET)) return `${sql}: ${text}`
      }
      return null
    })
  }
]

/** Rows that an index found, and a policy then held back, are counted too: was there one? */
const counted = {
  name: 'learn from the counters of the own transaction whether somebody is in another organisation',
  limit: 'SECURITY.md: PostgreSQL counts what an index finds before a policy hides it',
  door: `grant execute on function pg_stat_get_xact_tuples_returned(oid) to public;
    grant execute on function pg_stat_get_xact_tuples_fetched(oid) to public`,
  attack: async (db) => {
    const found = (who) => async (s) => {
      await s.must('set local enable_seqscan = off; set local enable_bitmapscan = off')
      const counters = `select pg_stat_get_xact_tuples_returned('org_members_user_id_idx'::regclass) +
        pg_stat_get_xact_tuples_fetched('org_members_user_id_idx'::regclass) as n`
      const [before] = await s.tryRows(counters)
      await s.must(`select from org_members where user_id = '${who}'`)
      const [now] = await s.tryRows(counters)
      return now && now.n - before.n
    }
    for (const as of [(body) => db.as(attacker, body), (body) => db.asMallory({}, body)]) {
      const [some, none] = [await as(found(B.hr)), await as(found('user_of_nobody'))]
      if (some !== none) return `${some} found for ${B.hr}, ${none} for nobody`
    }
    return null
  }
}

/** What pg_class and pg_relation_size tell of a table is the same for everybody: PostgreSQL's own catalogs. */
const total = {
  name: 'learn how many rows all organisations have together',
  limit: 'SECURITY.md: what they can still learn',
  attack: (db) =>
    db.as(attacker, async (s) => {
      const [{ own, all }] =
        await s.rows(`select (select count(*) from scenarios) as own, reltuples as all from pg_class
      where oid = 'public.scenarios'::regclass`)
      return all > own && `${all} rows, of which ${own} are one's own`
    })
}

export default [...leaky, ...statistics, counted, total]
