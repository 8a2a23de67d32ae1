// What the planner knows: it plans with every organisation's values, and says how many rows it expects.
import { ANY_STATEMENT, COMMON_TITLE, NO_TITLE, A, B, attacker, user } from './world.mjs'

/** The rows it expects for a value that is common in b, and for one that nobody has. */
const compare = async (s, estimate, values = [COMMON_TITLE, NO_TITLE]) => {
  const [some, none] = [await estimate(s, values[0]), await estimate(s, values[1])]
  return some === none ? null : `${some} rows for ${values[0]}, ${none} for ${values[1]}`
}
const reading = (title) => `select * from scenarios where title = '${title}'`
/** The number after a word, in whatever was told; null where nothing was. */
const numberAfter = (word, told) => {
  const found = JSON.stringify(told).match(new RegExp(`${word}\\W+(\\d+)`))
  return found && Number(found[1])
}
/** What the client is told beside the answer. */
const told = async (s, sql, refusals) => {
  await s.must('set local client_min_messages = log')
  s.notices.length = 0
  await s.try(sql, [], refusals)
  return s.notices
}
const showPlans = 'set local debug_pretty_print = off; set local debug_print_plan = on'

const EXPLAINS = [
  ['EXPLAIN', async (s, title) => numberAfter('rows', await s.tryRows(`explain ${reading(title)}`))],
  [
    'EXPLAIN (FORMAT JSON)',
    async (s, title) => numberAfter('Plan Rows', await s.tryRows(`explain (format json) ${reading(title)}`))
  ],
  [
    'EXPLAIN EXECUTE',
    async (s, title) => {
      await s.must(`prepare p as ${reading(title)}`)
      const lines = await s.tryRows('explain execute p')
      await s.must('deallocate p')
      return numberAfter('rows', lines)
    }
  ],
  [
    'EXPLAIN in a function',
    async (s, title) => numberAfter('rows', await s.tryRows('select lair.rows_of($1)', [`explain ${reading(title)}`]))
  ],
  [
    'EXPLAIN in a loop',
    async (s, title) => numberAfter('rows', await s.tryRows('select lair.looped($1)', [`explain ${reading(title)}`]))
  ],
  [
    'the plan that debug_print_plan shows',
    async (s, title) => {
      await s.try(showPlans)
      const plan = await told(s, reading(title))
      await s.must('set local debug_print_plan = off')
      return numberAfter('plan_rows', plan)
    }
  ],
  [
    'the plan that debug_print_plan shows of a function',
    async (s, title) => {
      await s.try(showPlans)
      const plan = await told(
        s,
        `select lair.rows_of($$ select title from public.scenarios where title = '${title}' $$)`
      )
      await s.must('set local debug_print_plan = off')
      return numberAfter('plan_rows', plan.slice(-1))
    }
  ]
]
const ATTACKERS = [
  ['a member', (db, body) => db.as(attacker, body)],
  ['a plain login', (db, body) => db.asMallory({}, body)],
  ['a user without an organisation', (db, body) => db.as(user('user_nobody'), body)]
]
const explained = EXPLAINS.flatMap(([how, estimate]) =>
  ATTACKERS.map(([who, as]) => ({
    name: `learn another organisation's values, as ${who}, from ${how}`,
    door: ANY_STATEMENT,
    attack: (db) => as(db, (s) => compare(s, estimate))
  }))
)

const logged = {
  name: "learn another organisation's values from a plan that the server is asked to log",
  door: {
    open: (db) =>
      db.superuser(`alter database ${db.name} set session_preload_libraries = 'auto_explain';
        alter database ${db.name} set auto_explain.log_min_duration = 0;
        alter database ${db.name} set auto_explain.log_level = 'log'`)
  },
  attack: (db) =>
    db.as(attacker, async (s) => {
      for (const sql of [
        `load 'auto_explain'`,
        `load '$libdir/plugins/auto_explain'`,
        'set local auto_explain.log_min_duration = 0',
        'set local log_planner_stats = on',
        'set local log_statement_stats = on'
      ]) {
        await s.try(sql, [], ['42501', '58P01'])
      }
      return compare(s, async (_, title) => numberAfter('rows', await told(s, reading(title))))
    })
}

/** Plans are made, and shown, before anybody asks whether the table may be read. */
const unread = {
  name: 'learn how large another organisation is, as a login without rights, from the plan of a query that is refused',
  door: {
    open: (db) =>
      db.superuser(`alter database ${db.name} set callcoach.guard_statements = off;
        grant select on rollup_user_months to public`)
  },
  attack: async (db) => {
    const estimate = async (s, org) => {
      await s.must(showPlans)
      const plan = await told(s, `select * from public.rollup_user_months where org_id = '${org}'`)
      await s.must('set local debug_print_plan = off')
      return numberAfter('plan_rows', plan)
    }
    const attack = (s) => compare(s, estimate, [B.org, A.org])
    return (await db.asSmith(attack, {})) ?? (await db.asMallory({}, attack)) ?? db.as(attacker, attack)
  }
}

export default [...explained, logged, unread]
