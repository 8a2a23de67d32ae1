// Every command, on every table, at the rows of another organisation.
import { A, B, BOTH, member, server, user } from './world.mjs'
import { TABLES, insertInto } from './tables.mjs'

/** Who tries: every role of a; who is in both, with a token for a; who has left; whose token names no organisation. */
const ATTACKERS = [
  ...[A.admin, A.manager, A.hr, A.trainee].map((who) => member(who)),
  member(BOTH, A),
  member(A.gone),
  user(BOTH)
]

/** Runs `attack` as each of them, in a transaction of its own; gives what the first got who got something. */
const asEach =
  (attack, attackers = ATTACKERS) =>
  (db) =>
    db.session('authenticator', async (session) => {
      for (const who of attackers) {
        const got = await session.request(who, () => attack(session, db))
        if (got) return `${who.claims.sub}: ${got}`
      }
      return null
    })

const ofB = (rows) =>
  rows.map((row) => JSON.stringify(row)).filter((text) => text.includes(B.org) || text.includes(B.secret))
const seen = (rows) =>
  ofB(rows ?? [])
    .slice(0, 2)
    .join('\n')
const hit = (result, own = 0) => (result && result.rowCount > own ? `${result.rowCount} rows, own ${own}` : null)

function* attacksOn(table, { column, member: held, set, row, move, upsert, keep = 'true' }) {
  const theirs = `${column} = '${B.org}'`
  const rls = `alter table ${table} disable row level security`
  const all = `${rls}; grant all on ${table} to authenticated`
  /** Where members hold the privilege, row level security is the only door; elsewhere it is both. */
  const door = (privilege) => (!privilege || held.includes(privilege) ? rls : all)
  const named = (what, doorway, attack, attackers) => ({
    name: `${what} another organisation's ${table}`,
    door: doorway,
    attack: asEach(attack, attackers)
  })

  yield named(
    'read',
    door(),
    async (s) =>
      seen(await s.rows(`select * from ${table}`)) || seen(await s.rows(`select * from ${table} where ${theirs}`))
  )
  yield named('count', door(), async (s) =>
    hit({ rowCount: Number(await s.value(`select count(*) from ${table} where ${theirs}`)) })
  )
  yield named('COPY out', door(), async (s) => {
    for (const sql of [`copy ${table} to stdout`, `copy (select * from ${table}) to stdout`]) {
      const text = await s.copyOut(sql)
      if (text.includes(B.org)) return text.slice(0, 200)
    }
    return null
  })
  yield named('lock the rows of', door('update'), async (s) => {
    for (const how of ['update', 'no key update', 'share', 'key share']) {
      const found = seen(await s.tryRows(`select * from ${table} for ${how}`))
      if (found) return `for ${how}: ${found}`
    }
    return null
  })
  yield named('update', door('update'), async (s, db) => {
    // Without WHERE and RETURNING, policies for SELECT are not asked.
    const own = Number(await db.truth(`select count(*) from ${table} where ${column} = '${A.org}'`))
    return (
      hit(await s.try(`update ${table} set ${set}`), own) ||
      hit(await s.try(`update ${table} set ${set} where ${theirs}`))
    )
  })
  yield named('update and return', door('update'), async (s) =>
    seen(
      await s.tryRows(`with changed as (update ${table} set ${set} where ${theirs} returning *) select * from changed`)
    )
  )
  yield named('delete', door('delete'), async (s) =>
    hit(await s.try(`delete from ${table} where ${theirs} and ${keep}`))
  )
  yield named('delete and return', door('delete'), async (s) =>
    seen(await s.tryRows(`delete from ${table} where ${keep} returning *`))
  )
  const matched = `merge into ${table} t using (values ('${B.org}'::uuid)) as v (o) on t.${column} = v.o and ${keep}`
  yield named('MERGE UPDATE', door('update'), async (s) =>
    hit(await s.try(`${matched} when matched then update set ${set}`))
  )
  yield named('MERGE DELETE', door('delete'), async (s) => hit(await s.try(`${matched} when matched then delete`)))

  if (row) {
    const sql = insertInto(table, row(B))
    yield named('insert into', door('insert'), async (s) => hit(await s.try(sql)))
    yield named('insert into and return', door('insert'), async (s) => seen(await s.tryRows(`${sql} returning *`)))
    yield named('MERGE INSERT', door('insert'), async (s) => {
      const [columns, ...rest] = sql.slice(sql.indexOf('(')).split(' values ')
      return hit(
        await s.try(`merge into ${table} using (values (1)) as v (one) on false
        when not matched then insert ${columns} values ${rest.join(' values ')}`)
      )
    })
    yield named('COPY into', door('insert'), async (s) => {
      const made = row(B)
      return hit(
        await s.copyIn(`copy ${table} (${Object.keys(made)}) from stdin`, `${Object.values(made).join('\t')}\n`)
      )
    })
  }
  if (move) {
    const [which, more] = move
    yield named('move a row into', all, async (s) =>
      hit(
        await s.try(
          `update ${table} set ${[`org_id = '${B.org}'`, more].filter(Boolean)} where ${which} and org_id = '${A.org}'`
        )
      )
    )
  }
  if (upsert) {
    const [its, key] = upsert
    yield named('upsert', all, async (s) =>
      hit(await s.try(`${insertInto(table, its)} on conflict (${key}) do update set ${set}`))
    )
    yield named('upsert, to see whether there is a row, of', all, async (s) => {
      const sql = `${insertInto(table, its)} on conflict (${key}) do nothing`
      const refused = Symbol('refused')
      const result = (await s.try(sql)) ?? refused
      return result !== refused && result.rowCount === 0 ? 'nothing was done: so there is one' : null
    })
  }
}

export default [
  ...Object.entries(TABLES).flatMap(([table, spec]) => [...attacksOn(table, spec)]),
  {
    name: 'change a row of another organisation, and have it stay',
    door: 'alter table scenarios disable row level security',
    attack: async (db) => {
      await db.as(member(A.admin), (s) => s.try(`update scenarios set title = 'mine now' where id = '${B.scenario}'`), {
        commit: true
      })
      const title = await db.truth(`select title from scenarios where id = '${B.scenario}'`)
      return title === 'mine now' ? title : null
    }
  },
  {
    name: 'read what callcoach_migrations holds',
    door: `grant select on callcoach_migrations to authenticated;
      alter table callcoach_migrations disable row level security`,
    attack: asEach((s) => s.tryRows('select version from callcoach_migrations').then((rows) => rows[0]?.version))
  },
  {
    name: 'read an article that is not published',
    door: 'alter table articles disable row level security',
    attack: async (db) => {
      for (const who of [member(A.admin), { role: 'anon', claims: {} }]) {
        const [found] = await db.as(who, (s) => s.rows(`select content from articles where content like 'secret%'`))
        if (found) return found.content
      }
      return null
    }
  },
  {
    name: 'write an article as a member',
    door: 'grant all on articles to authenticated; alter table articles disable row level security',
    attack: asEach((s) =>
      s
        .try(
          `insert into articles (slug, title, content, category)
      values ('mine', 'Mine', '', 'blog')`
        )
        .then((result) => hit(result))
    )
  },
  {
    name: 'read any table as anon',
    door: 'grant select on scenarios to anon; alter table scenarios disable row level security',
    attack: async (db) =>
      db.as({ role: 'anon', claims: {} }, async (s) => {
        for (const table of Object.keys(TABLES)) {
          const rows = await s.tryRows(`select * from ${table}`)
          if (rows.length) return `${table}: ${JSON.stringify(rows[0])}`
        }
        return null
      })
  },
  {
    name: 'read as a member role, with the claim that the server had set',
    door: 'alter table scenarios disable row level security',
    attack: async (db) =>
      db.as(server(A), async (s) => {
        await s.must('set local role authenticated')
        return seen(await s.rows('select * from scenarios'))
      })
  }
]
