// Plans and cursors that outlast the organisation and the role they were made for.
import { A, ANY_STATEMENT, B, attacker, member, server } from './world.mjs'

const ofB = (rows) => {
  const found = rows.find((row) => row.org_id === B.org)
  return found && JSON.stringify(found)
}
/** A function that never changes its mind is asked once, when the plan is made. */
const IMMUTABLE = 'alter function current_org_id() immutable'
const GENERIC = 'set plan_cache_mode = force_generic_plan'
const committed = { commit: true }

/** Two requests on one session: the first makes something, as one of b; the second uses it, as one of a. */
const handedOver =
  (make, use, maker = member(B.admin)) =>
  (db) =>
    db.session('authenticator', async (s) => {
      await s.request(maker, () => make(s), committed)
      return s.request(attacker, () => use(s))
    })

/** Through pgbouncer: the second client gets the first one's session. */
const toNext = (make, use) => (db) =>
  db.inTurn(
    'authenticator',
    (s) => s.request(member(B.admin), () => make(s), committed),
    (s) => s.request(attacker, () => use(s))
  )

const prepare = async (s) => {
  await s.must(GENERIC)
  await s.must('prepare q as select org_id, title from scenarios')
  for (let i = 0; i < 7; i += 1) await s.must('execute q')
}
const execute = async (s) => ofB(await s.rows('execute q'))

const inFunction = async (s) => {
  await s.must(GENERIC)
  for (let i = 0; i < 7; i += 1) await s.must('select * from lair.all_scenarios()')
}
const named = (s) => ({ name: 'q', text: 'select org_id, title from scenarios' })

const declare = (sql) => (s) => s.try(sql)
// Where the cursor was refused, there is none.
const fetch = async (s) => ofB(await s.tryRows('fetch all from held', [], ['34000', '42501']))
const HELD = [
  ['', 'declare held cursor with hold for select org_id, title from scenarios'],
  [', scrolling', 'declare held insensitive scroll cursor with hold for select org_id, title from scenarios'],
  [
    ', by way of a block',
    `do $$ begin execute 'declare held cursor with hold for select org_id, title from scenarios'; end $$`
  ]
]
export default [
  {
    name: "execute another organisation's prepared statement, by its generic plan",
    door: IMMUTABLE,
    attack: handedOver(prepare, execute)
  },
  {
    name: "execute another organisation's prepared statement, left in a pooled session",
    door: IMMUTABLE,
    attack: async (db) => {
      try {
        return await toNext(prepare, execute)(db)
      } finally {
        await db.pooled('authenticator', (s) => s.must('deallocate all; reset all'))
      }
    }
  },
  {
    name: "bind another organisation's prepared statement of the protocol",
    door: IMMUTABLE,
    attack: handedOver(
      async (s) => {
        await s.must(GENERIC)
        for (let i = 0; i < 7; i += 1) await s.must(named(s))
      },
      async (s) => ofB(await s.rows(named(s)))
    )
  },
  {
    name: 'call a function with plans that were kept for another organisation',
    door: IMMUTABLE,
    attack: handedOver(inFunction, async (s) => ofB(await s.rows('select * from lair.all_scenarios()')))
  },
  {
    name: 'execute, as a member, what was prepared and run as the server',
    door: 'alter table scenarios disable row level security',
    attack: handedOver(prepare, execute, server(B))
  },
  {
    name: 'call, as a member, a function with plans that were kept for the server',
    door: 'alter table scenarios disable row level security',
    attack: handedOver(inFunction, async (s) => ofB(await s.rows('select * from lair.all_scenarios()')), server(B))
  },
  {
    name: 'execute within one transaction what was prepared in another organisation',
    door: IMMUTABLE,
    attack: (db) =>
      db.session('authenticator', (s) =>
        s.request(server(B), async () => {
          await s.must('set local role authenticated')
          await s.must(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(member(B.admin).claims)])
          await prepare(s)
          await s.must(
            `select set_config('request.headers', '{}', true), set_config('request.jwt.claims', $1, true),
               callcoach.pre_request()`,
            [JSON.stringify(attacker.claims)]
          )
          return execute(s)
        })
      )
  },
  ...HELD.flatMap(([how, sql]) => [
    {
      name: `fetch from a cursor WITH HOLD of another organisation${how}`,
      door: ANY_STATEMENT,
      attack: handedOver(declare(sql), fetch)
    },
    {
      name: `fetch from a cursor WITH HOLD of another organisation, left in a pooled session${how}`,
      door: ANY_STATEMENT,
      attack: async (db) => {
        try {
          return await toNext(declare(sql), fetch)(db)
        } finally {
          await db.pooled('authenticator', (s) => s.must('close all'))
        }
      }
    },
    {
      name: `fetch, as a member, from a cursor WITH HOLD of the server${how}`,
      door: ANY_STATEMENT,
      attack: handedOver(declare(sql), fetch, server(B))
    }
  ])
]
