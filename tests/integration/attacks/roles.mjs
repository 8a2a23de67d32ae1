// Within one organisation: what a trainee may not write about himself, and what is not for every role to read.
import { A, NOWHERE, attacker, member } from './world.mjs'
import { TABLES, insertInto } from './tables.mjs'

const HERE = 'org_id = (select current_org_id())'
const trainee = member(A.trainee)
const STAFF = [member(A.manager), member(A.hr), attacker]
const hit = (result) => result?.rowCount || null
const asEach = (callers, attack) => async (db) => {
  for (const who of callers) {
    const got = await db.as(who, (s) => attack(s, who))
    if (got) return `${who.claims.sub}: ${got}`
  }
  return null
}
const start = (row) => insertInto('scenario_attempts', { user_id: A.trainee, scenario_id: A.scenario, ...row })

/** What the server writes. */
const JUDGED = {
  score: '100',
  kpis: '{"talk_ms": 1}',
  evaluation: '{"Opening": 100, "Close": 100}',
  score_breakdown: '{"Opening": 100}',
  transcript_text: 'I was perfect',
  transcript_json: '[]',
  feedback_text: 'Well done',
  recording_url: 'https://mine.example',
  // Whose call it is: its transcript would be written into this attempt.
  vapi_call_id: 'call_of_another',
  duration_seconds: '60',
  ended_at: '2025-09-01 10:05Z',
  created_at: '2020-01-01',
  updated_at: '2020-01-01',
  id: NOWHERE
}
const ANY_START = `alter policy scenario_attempts_insert on scenario_attempts with check (${HERE})`
const UPDATE_MINE = `grant update on scenario_attempts to authenticated;
  create policy careless on scenario_attempts for update using (${HERE} and user_id = (select current_user_id()))`

const writing = [
  ...Object.entries(JUDGED).flatMap(([column, value]) => [
    {
      name: `a trainee starts an attempt with a ${column} of his own`,
      door: 'grant insert on scenario_attempts to authenticated',
      attack: (db) => db.as(trainee, async (s) => hit(await s.try(start({ [column]: value }))))
    },
    {
      name: `a trainee updates the ${column} of his attempt`,
      door: UPDATE_MINE,
      attack: (db) =>
        db.as(trainee, async (s) =>
          hit(await s.try(`update scenario_attempts set ${column} = '${value}' where id = '${A.openAttempt}'`))
        )
    }
  ]),
  ...['completed', 'failed', 'abandoned'].flatMap((status) => [
    {
      name: `a trainee starts an attempt that is ${status}`,
      door: ANY_START,
      attack: (db) => db.as(trainee, async (s) => hit(await s.try(start({ status }))))
    },
    {
      name: `a trainee has his attempt ${status}`,
      door: UPDATE_MINE,
      attack: (db) =>
        db.as(trainee, async (s) =>
          hit(await s.try(`update scenario_attempts set status = '${status}' where id = '${A.openAttempt}'`))
        )
    }
  ]),
  {
    name: 'a trainee scores himself by upsert or MERGE',
    door: `grant insert, update on scenario_attempts to authenticated;
      alter table scenario_attempts disable row level security`,
    attack: (db) =>
      db.as(
        trainee,
        async (s) =>
          hit(await s.try(`${start({ id: A.attempt })} on conflict (id) do update set score = 100`)) ??
          hit(
            await s.try(
              `merge into scenario_attempts a using (values (1)) as v (n) on a.id = '${A.attempt}'
                 when matched then update set score = 100`
            )
          )
      )
  },
  {
    name: 'staff write the score of an attempt',
    door: `grant update on scenario_attempts to authenticated;
      create policy careless on scenario_attempts for update using (${HERE})`,
    attack: asEach(STAFF, async (s) =>
      hit(await s.try(`update scenario_attempts set score = 100 where id = '${A.attempt}'`))
    )
  },
  ...[
    ['as somebody else', { user_id: A.second }],
    ['as somebody of nowhere', { user_id: 'user_nobody' }],
    ['at a draft', { scenario_id: A.draft }],
    ["for another's assignment", { assignment_id: A.secondAssignment }],
    ["for another team's assignment", { assignment_id: A.teamAssignment }],
    ['two days ago', { started_at: '{-2}' }],
    ['in two days', { started_at: '{2}' }],
    ['at no time', { started_at: '{null}' }],
    ['at the beginning of time', { started_at: '-infinity' }]
  ].map(([how, row]) => ({
    name: `a trainee starts a call ${how}`,
    door: ANY_START,
    attack: (db) =>
      db.as(trainee, async (s) => {
        const sql = start(row)
          .replace(`'{null}'`, 'null')
          .replace(/'\{(-?\d)\}'/, `now() + interval '$1 days'`)
        // The open door of the last one leads to a CHECK of the times.
        return (
          hit(await s.try(sql, [], ['42501', '23514'])) ??
          (how.endsWith('of time') && hit(await s.try(start({ started_at: '0001-01-01' }))))
        )
      })
  })),
  {
    name: 'who is no trainee starts a call',
    door: ANY_START,
    attack: asEach([...STAFF, member(A.gone)], async (s, who) => hit(await s.try(start({ user_id: who.claims.sub }))))
  },
  {
    name: 'an attempt is deleted by who is no admin',
    door: `alter policy scenario_attempts_delete on scenario_attempts using (${HERE})`,
    attack: asEach([trainee, member(A.manager), member(A.hr), member(A.gone)], async (s) =>
      hit(await s.try('delete from scenario_attempts'))
    )
  }
]

/** Tables that a role must not write, row by row: insert, update, delete of its own organisation's rows. */
const readers = (table, callers, who, policies) =>
  ['insert', 'update', 'delete'].map((command) => ({
    name: `${command} ${table} as ${who}`,
    door:
      policies ??
      `alter policy ${table}_${command} on ${table} ${
        { insert: `with check (${HERE})`, update: `using (${HERE}) with check (${HERE})`, delete: `using (${HERE})` }[
          command
        ]
      }`,
    attack: asEach(callers, async (s) => {
      const { set, row } = TABLES[table]
      const sql = {
        insert: insertInto(table, row(A)),
        update: `update ${table} set ${set}`,
        delete: `delete from ${table}`
      }[command]
      return hit(await s.try(sql))
    })
  }))
const OPEN_WEBHOOKS = `alter policy webhooks_all on webhooks using (${HERE}) with check (${HERE})`
const content = [
  ...['scenarios', 'tracks', 'track_scenarios', 'assignments'].flatMap((table) =>
    readers(table, [trainee, member(A.hr), member(A.gone)], 'who is neither manager nor admin')
  ),
  ...readers('webhooks', [trainee, member(A.manager), member(A.hr), member(A.gone)], 'who is no admin', OPEN_WEBHOOKS)
]

const everything = (table, command = 'select') => `alter policy ${table}_${command} on ${table} using (${HERE})`
const seen = async (s, sql) => (await s.rows(sql)).map((row) => JSON.stringify(row))[0]
const reading = [
  ["another trainee's attempt", 'scenario_attempts', `user_id <> '${A.trainee}'`],
  ["another trainee's fact", 'fact_scenario_attempts', `user_id <> '${A.trainee}'`],
  ["another trainee's events", 'fact_kpi_events', `user_id <> '${A.trainee}'`],
  ["another trainee's assignment", 'assignments', `assignee_user_id <> '${A.trainee}'`],
  ["another team's assignment", 'assignments', `assignee_team = 'south'`],
  ['a draft', 'scenarios', `status <> 'active'`]
].map(([what, table, where]) => ({
  name: `a trainee reads ${what}`,
  door: everything(table),
  attack: asEach([trainee], (s) => seen(s, `select * from ${table} where ${where}`))
}))
const readingMore = [
  {
    name: "a trainee reads a draft's or archived track's place in a track",
    door: everything('track_scenarios'),
    attack: async (db) => {
      await db.superuser(`update tracks set status = 'archived' where id = '${A.spareTrack}';
        insert into track_scenarios (org_id, track_id, scenario_id, position) values
          ('${A.org}', '${A.track}', '${A.draft}', 2), ('${A.org}', '${A.spareTrack}', '${A.scenario}', 1)
        on conflict do nothing`)
      return db.as(trainee, (s) =>
        seen(s, `select * from track_scenarios where scenario_id = '${A.draft}' or track_id = '${A.spareTrack}'`)
      )
    },
    fresh: true
  },
  {
    name: 'a trainee reads an archived track',
    door: everything('tracks'),
    fresh: true,
    attack: async (db) => {
      await db.superuser(`update tracks set status = 'archived' where id = '${A.spareTrack}'`)
      return db.as(trainee, (s) => seen(s, `select * from tracks where status = 'archived'`))
    }
  },
  ...[
    ['webhooks', 'secret', OPEN_WEBHOOKS],
    ['webhook_deliveries', 'body', everything('webhook_deliveries')]
  ].map(([table, column, door]) => ({
    name: `who is no admin reads ${table}.${column}`,
    door,
    attack: asEach([trainee, member(A.manager), member(A.hr), member(A.gone)], (s) =>
      seen(s, `select ${column} from ${table}`)
    )
  })),
  {
    name: 'who has left reads anything with a token that still names the organisation',
    door: everything('scenarios'),
    attack: asEach([member(A.gone)], async (s) => {
      for (const [table, { column }] of Object.entries(TABLES)) {
        const got = await seen(s, `select * from ${table} where ${column} = '${A.org}'`)
        if (got) return `${table}: ${got}`
      }
      return null
    })
  },
  {
    name: 'who has left writes anything with a token that still names the organisation',
    door: `alter policy scenarios_insert on scenarios with check (${HERE})`,
    attack: asEach([member(A.gone)], async (s) => {
      for (const [table, { row, set, member: held }] of Object.entries(TABLES)) {
        const sqls = [
          row && insertInto(table, row(A)),
          held.includes('update') && `update ${table} set ${set}`,
          held.includes('delete') && `delete from ${table}`
        ]
        for (const sql of sqls.filter(Boolean)) if (hit(await s.try(sql))) return sql
      }
      return null
    })
  }
]

export default [...writing, ...content, ...reading, ...readingMore]
