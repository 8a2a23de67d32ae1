// What one client leaves behind, for the next one on the same session: on a session that is kept, and on one
// that pgbouncer hands from client to client.
import { A, B, BOTH, claims, member, server, user } from './world.mjs'

/** The organisation kept where neither COMMIT nor ROLLBACK reaches: in a sequence. */
const REMEMBERED = `
  create sequence remembered minvalue 0 start 0;
  create function remember(org uuid) returns void language sql security definer set search_path = '' as
    $$ select setval('public.remembered', case org when '${A.org}' then 1 when '${B.org}' then 2 else 0 end)
        where org is not null $$;
  create or replace function set_org_claim(org_id uuid) returns void language sql as $$ select public.remember(org_id) $$;
  create or replace function callcoach.pre_request() returns void language sql as $$
    select public.remember(
      (nullif(current_setting('request.jwt.claims', true), '')::jsonb #>> '{app_metadata,org_id}')::uuid) $$;
  grant execute on function remember to public;
  grant select on remembered to public;
  alter policy notes_own on notes using (org_id =
    case (select last_value from remembered) when 1 then '${A.org}'::uuid when 2 then '${B.org}' end)`

/** What somebody sees who has no token, and sets no claim. */
const nobodySees = (session) =>
  session.transaction(async (s) => {
    await s.must('set local role authenticated')
    for (const table of ['notes', 'scenarios', 'webhooks']) {
      const [row] = await s.rows(`select * from ${table} limit 1`)
      if (row) return `${table}: ${JSON.stringify(row)}`
    }
    return s.value('select current_org_id()')
  })
const read = (s) => s.must('select * from notes; select * from scenarios')

/** How a transaction of b comes to its end. */
const ENDINGS = [
  ['COMMIT', (s) => s.request(member(B.admin), () => read(s), { commit: true })],
  ['ROLLBACK', (s) => s.request(member(B.admin), () => read(s))],
  [
    'an error',
    (s) =>
      s
        .request(member(B.admin), async () => {
          await read(s)
          await s.client.query('select 1/0')
        })
        .catch((error) => {
          if (error.code !== '22012') throw error
        })
  ],
  [
    'set_org_claim and COMMIT',
    (s) =>
      s.request(
        user(BOTH),
        async () => {
          await s.must('select set_org_claim($1)', [B.org])
          await read(s)
        },
        { commit: true }
      )
  ],
  ["the server's header and COMMIT", (s) => s.request(server(B), () => read(s), { commit: true })],
  [
    'tries to set the claim for good',
    (s) =>
      s.request(
        member(B.admin),
        async () => {
          for (const sql of [
            `set session jwt.claims.org_id = '${B.org}'`,
            `select set_config('jwt.claims.org_id', '${B.org}', false)`,
            `alter role authenticator set jwt.claims.org_id = '${B.org}'`
          ])
            await s.try(sql)
        },
        { commit: true }
      )
  ],
  [
    'a claim in a savepoint that was released',
    (s) =>
      s.request(
        user(BOTH),
        async () => {
          await s.must(
            `savepoint one; select set_org_claim('${B.org}'); savepoint two; select set_org_claim('${A.org}')`
          )
          await s.must('rollback to two; release one')
          await read(s)
        },
        { commit: true }
      )
  ]
]

const endings = ENDINGS.flatMap(([how, first]) => [
  {
    name: `see an organisation that the transaction before was in, after ${how}`,
    door: REMEMBERED,
    attack: (db) =>
      db.session('authenticator', async (s) => {
        await first(s)
        return nobodySees(s)
      })
  },
  {
    name: `see an organisation that another client of the pool was in, after ${how}`,
    door: REMEMBERED,
    attack: (db) => db.inTurn('authenticator', first, nobodySees)
  }
])

const savepoints = {
  name: 'stay in an organisation after ROLLBACK TO',
  door: REMEMBERED,
  attack: async (db) => {
    const stayed = (who, steps) =>
      db.as(who, async (s) => {
        for (const sql of steps) await s.must(sql)
        return s.value(`select body from notes where org_id = '${B.org}'`)
      })
    return (
      (await stayed(user(BOTH), ['savepoint one', `select set_org_claim('${B.org}')`, 'rollback to one'])) ||
      stayed(user(BOTH), [
        `select set_org_claim('${A.org}')`,
        'savepoint one',
        `select set_org_claim('${B.org}')`,
        'rollback to one'
      ]) ||
      stayed(user(BOTH), [
        'savepoint one',
        `do $$ begin
        perform public.set_org_claim('${B.org}'); perform 1/0; exception when division_by_zero then null; end $$`
      ])
    )
  }
}

const disconnected = {
  name: 'get the session of a client of the pool that left in the middle of a transaction',
  door: REMEMBERED,
  attack: async (db) => {
    await db.pooled('authenticator', async (s) => {
      await s.client.query('begin')
      await s.must(`select set_config('role', 'authenticated', true), set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify(claims(B.admin, B))
      ])
      await s.must('select callcoach.pre_request()')
      await read(s)
    })
    return db.pooled('authenticator', nobodySees)
  }
}

const interleaved = {
  name: "meet another organisation's rows while the transactions of two alternate on one session of the pool",
  door: REMEMBERED,
  attack: (db) =>
    db.pooled('authenticator', (one) =>
      db.pooled('authenticator', async (other) => {
        const foreign = []
        const work = async (session, who, org, every) => {
          for (let i = 0; i < 25; i += 1) {
            const rows =
              i % every === 0
                ? await session.request(who, async (s) => [
                    ...(await s.rows('select org_id from notes')),
                    ...(await s.rows('select org_id from scenarios'))
                  ])
                : await session.transaction(async (s) => {
                    await s.must('set local role authenticated')
                    return [
                      ...(await s.rows('select org_id from notes')),
                      ...(await s.rows('select org_id from scenarios'))
                    ]
                  })
            // Every second transaction of one has no token: it must see nothing at all.
            const allowed = i % every === 0 ? org.org : null
            foreign.push(...rows.filter((row) => row.org_id !== allowed))
          }
        }
        await Promise.all([work(one, member(A.trainee), A, 2), work(other, member(B.admin), B, 1)])
        return foreign.length && `${foreign.length} rows that are not one's own`
      })
    )
}

const handSet = {
  name: 'find the token that another client of the pool set by hand, for good, as a plain login',
  door: { open: (db) => db.superuser(`alter database ${db.name} set callcoach.gateways = 'authenticator, mallory'`) },
  attack: (db) =>
    db.inTurn(
      'mallory',
      (s) => s.must(`select set_config('request.jwt.claims', $1, false)`, [JSON.stringify(claims(B.admin, B))]),
      async (s) => {
        const got = await nobodySees(s)
        await s.must('discard all')
        return got
      }
    )
}

const committed = { commit: true }
/** SET is everybody's: whoever shares sessions sets the path of each transaction, as PostgREST does. */
const path = {
  name: 'leave a search_path on a session of the pool, by which the next client finds operators of others',
  limit: 'a client that does not set its search_path has that of the session',
  fresh: true,
  attack: (db) =>
    db.inTurn(
      'authenticator',
      (s) =>
        s.transaction(async () => {
          await s.must(`set local role authenticated; set search_path = lair, public, pg_catalog`)
        }, committed),
      async (s) => {
        await s.transaction(async () => {
          await s.must(
            `select pg_catalog.set_config('role', 'authenticated', true),
            pg_catalog.set_config('request.jwt.claims', $1, true)`,
            [JSON.stringify(claims(B.admin, B))]
          )
          await s.must('select callcoach.pre_request()')
          await s.must(`select title from public.tracks where id = '${B.track}'`)
        }, committed)
        return db.truth(`select what from lair.loot where what = '${B.secret}' limit 1`)
      }
    )
}

export default [...endings, savepoints, disconnected, interleaved, handSet, path]
