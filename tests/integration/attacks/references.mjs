// References to rows of another organisation: by foreign keys, and by what they cascade to.
import { differ } from './loot.mjs'
import { A, B, BOTH, NOWHERE, attacker, member, server } from './world.mjs'
import { TABLES, insertInto } from './tables.mjs'

/** Drops the foreign key that leads with org_id, and has the id alone refer to the table. */
const naiveKey = (table, key, column, target) => `
  alter table ${table} drop constraint ${key};
  alter table ${table} add foreign key (${column}) references ${target} (id) on delete cascade`

/** What refers to what: table, its foreign key, column, target; a row that refers to an id; who tries. */
const REFERENCES = [
  [
    'track_scenarios',
    'track_scenarios_track_fkey',
    'track_id',
    'tracks',
    B.track,
    (track_id) => ({ track_id, scenario_id: A.draft, position: 3 }),
    attacker
  ],
  [
    'track_scenarios',
    'track_scenarios_scenario_fkey',
    'scenario_id',
    'scenarios',
    B.scenario,
    (scenario_id) => ({ track_id: A.track, scenario_id, position: 3 }),
    attacker
  ],
  [
    'assignments',
    'assignments_scenario_fkey',
    'scenario_id',
    'scenarios',
    B.scenario,
    (scenario_id) => ({ assignee_user_id: A.trainee, type: 'scenario', scenario_id }),
    member(A.manager)
  ],
  [
    'assignments',
    'assignments_track_fkey',
    'track_id',
    'tracks',
    B.track,
    (track_id) => ({ assignee_user_id: A.trainee, type: 'track', track_id }),
    member(A.manager)
  ],
  // What follows is written by the server: for members, policies say the same.
  [
    'scenario_attempts',
    'scenario_attempts_scenario_fkey',
    'scenario_id',
    'scenarios',
    B.scenario,
    (scenario_id) => ({ user_id: A.trainee, scenario_id }),
    server(A)
  ],
  [
    'scenario_attempts',
    'scenario_attempts_assignment_fkey',
    'assignment_id',
    'assignments',
    B.assignment,
    (assignment_id) => ({ user_id: A.trainee, assignment_id }),
    server(A)
  ],
  [
    'webhook_deliveries',
    'webhook_deliveries_webhook_fkey',
    'webhook_id',
    'webhooks',
    B.webhook,
    (webhook_id) => ({ webhook_id, event: 'user.added', payload: '{}', body: '{}' }),
    server(A)
  ],
  [
    'fact_kpi_events',
    'fact_kpi_events_attempt_fkey',
    'attempt_id',
    'scenario_attempts',
    B.attempt,
    (attempt_id) => ({ attempt_id, user_id: A.trainee, event_type: 'filler_word' }),
    server(A)
  ]
]
const refused = ['23503']

const smuggled = REFERENCES.flatMap(([table, key, column, target, theirs, row, who]) => {
  const door = naiveKey(table, key, column, target)
  const insert = (id) => insertInto(table, { org_id: A.org, ...row(id) })
  return [
    {
      name: `refer to another organisation's row: insert ${table}.${column}`,
      door,
      attack: (db) => db.as(who, async (s) => (await s.try(insert(theirs), [], refused))?.rowCount)
    },
    {
      name: `refer to another organisation's row: update ${table}.${column}`,
      door,
      attack: (db) =>
        db.as(who, async (s) => {
          const own = {
            scenarios: A.draft,
            tracks: A.spareTrack,
            assignments: A.assignment,
            webhooks: A.webhook,
            scenario_attempts: A.openAttempt
          }[target]
          // Where a pair is the key, the row must be one that the update does not collide with.
          const pair = table === 'track_scenarios' && column === 'scenario_id' ? A.draft : own
          await s.must(insertInto(table, { org_id: A.org, ...row(pair) }))
          return (await s.try(`update ${table} set ${column} = '${theirs}' where ${column} = '${pair}'`, [], refused))
            ?.rowCount
        })
    },
    {
      name: `tell another organisation's row from a missing one by ${table}.${column}`,
      door,
      attack: (db) =>
        db.as(who, async (s) => {
          const answers = []
          for (const id of [theirs, NOWHERE]) answers.push(await s.answer(insert(id), [], id))
          return answers[0] === answers[1] ? null : answers.join('\n')
        })
    }
  ]
})

const attempt = (column, id) => insertInto('scenario_attempts', { user_id: A.trainee, [column]: id })
const OPEN_START = `
  alter policy scenario_attempts_insert on scenario_attempts with check (org_id = (select current_org_id()));
  alter table scenario_attempts drop constraint scenario_attempts_scenario_fkey;
  alter table scenario_attempts drop constraint scenario_attempts_assignment_fkey`

const byTrainee = [
  ['scenario_id', B.scenario],
  ['assignment_id', B.assignment]
].flatMap(([column, theirs]) => [
  {
    name: `a trainee starts a call with another organisation's ${column}`,
    door: OPEN_START,
    attack: (db) => db.as(member(A.trainee), async (s) => (await s.try(attempt(column, theirs)))?.rowCount)
  },
  {
    name: `a trainee tells another organisation's ${column} from a missing one`,
    door: `alter policy scenario_attempts_insert on scenario_attempts with check (org_id = (select current_org_id()));
      ${naiveKey('scenario_attempts', `scenario_attempts_${column.slice(0, -3)}_fkey`, column, `${column.slice(0, -3)}s`)}`,
    attack: (db) =>
      db.as(member(A.trainee), (s) =>
        differ(
          s,
          [theirs, NOWHERE].map((id) => [attempt(column, id), id])
        )
      )
  }
])

/** The rows of b, table by table. */
const rowsOfB = async (db) => {
  const counts = {}
  for (const [table, { column }] of Object.entries(TABLES)) {
    counts[table] = await db.truth(
      `select md5(string_agg(t::text, ',' order by t::text)) from ${table} t where ${column} = '${B.org}'`
    )
  }
  return counts
}
const changed = (before, now) =>
  Object.keys(before)
    .filter((table) => before[table] !== now[table])
    .join()
/** A row of b that hangs on a row of a, as one composite key less would let it. */
const HANGING = `${naiveKey('assignments', 'assignments_scenario_fkey', 'scenario_id', 'scenarios')};
  ${insertInto('assignments', { org_id: B.org, assignee_user_id: B.trainee, type: 'scenario', scenario_id: A.draft })}`

const cascades = [
  {
    name: 'delete a row of another organisation by a cascade, from one that refers to it',
    door: naiveKey('assignments', 'assignments_scenario_fkey', 'scenario_id', 'scenarios'),
    attack: async (db) => {
      const row = { assignee_user_id: B.trainee, type: 'scenario', scenario_id: A.draft }
      const sql = `${insertInto('assignments', row)} returning id`
      const made = await db.as(member(BOTH, B), (s) => s.tryRows(sql, [], refused), { commit: true })
      if (!made.length) return null
      await db.as(member(BOTH, A), (s) => s.must(`delete from scenarios where id = '${A.draft}'`), { commit: true })
      const left = await db.truth(`select count(*) from assignments where id = '${made[0].id}'`)
      return left === '0' ? 'the assignment is gone' : null
    }
  },
  {
    name: 'delete everything of the own organisation, and something of another with it',
    fresh: true,
    door: HANGING,
    attack: async (db) => {
      const before = await rowsOfB(db)
      await db.as(
        attacker,
        async (s) => {
          for (const table of [
            'scenario_attempts',
            'assignments',
            'track_scenarios',
            'tracks',
            'scenarios',
            'webhooks'
          ]) {
            await s.must(`delete from ${table}`)
          }
        },
        { commit: true }
      )
      return changed(before, await rowsOfB(db))
    }
  },
  {
    name: 'delete an organisation, and something of another with it',
    fresh: true,
    door: HANGING,
    attack: async (db) => {
      const before = await rowsOfB(db)
      await db.as(server(A), (s) => s.must(`delete from orgs where id = '${A.org}'`), { commit: true })
      return changed(before, await rowsOfB(db))
    }
  }
]

export default [...smuggled, ...byTrainee, ...cascades]
