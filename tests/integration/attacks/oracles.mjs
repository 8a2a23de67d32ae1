// What the database answers about rows one cannot see: keys that are taken, rows that are not there.
import { differ } from './loot.mjs'
import { A, B, BOTH, NOWHERE, attacker, member } from './world.mjs'
import { TABLES, insertInto } from './tables.mjs'

/** Tables whose id a client could choose, if it were let. */
const byKey = ['org_members', 'scenarios', 'tracks', 'assignments', 'scenario_attempts', 'webhooks'].map((table) => {
  const theirs = {
    scenarios: B.scenario,
    tracks: B.track,
    assignments: B.assignment,
    scenario_attempts: B.attempt,
    webhooks: B.webhook
  }
  return {
    name: `tell by a chosen primary key whether another organisation has that row of ${table}`,
    door: `grant insert (id) on ${table} to authenticated`,
    attack: async (db) => {
      const taken = theirs[table] ?? (await db.truth(`select id from ${table} where org_id = '${B.org}' limit 1`))
      const who = table === 'scenario_attempts' ? member(A.trainee) : attacker
      return db.as(who, (s) =>
        differ(
          s,
          [taken, NOWHERE].map((id) => [insertInto(table, { id, ...TABLES[table].row(A) }), id])
        )
      )
    }
  }
})

const byOtherKeys = [
  {
    name: 'tell by adding people to the own organisation whether they are in another',
    door: `create unique index on org_members (user_id) where user_id <> '${BOTH}'`,
    attack: (db) =>
      db.as(attacker, (s) =>
        differ(
          s,
          [B.trainee, 'user_of_nobody'].map((id) => [insertInto('org_members', { user_id: id, role: 'trainee' }), id])
        )
      )
  },
  {
    name: 'tell by adding people to another organisation whether they are in it',
    door: 'alter policy org_members_insert on org_members with check (true)',
    attack: (db) =>
      db.as(attacker, (s) =>
        differ(
          s,
          [B.trainee, 'user_of_nobody'].map((id) => [
            insertInto('org_members', { org_id: B.org, user_id: id, role: 'trainee' }),
            id
          ])
        )
      )
  },
  ...[
    ['clerk_org_id', B.clerkId],
    ['stripe_customer_id', 'cus_secret_of_b']
  ].map(([column, theirs]) => ({
    name: `tell by orgs.${column} whether another organisation has that value`,
    door: `grant update (${column}) on orgs to authenticated`,
    attack: (db) =>
      db.as(attacker, (s) =>
        differ(
          s,
          [theirs, 'one_of_nobody'].map((id) => [`update orgs set ${column} = '${id}'`, id])
        )
      )
  })),
  {
    name: 'tell by its slug whether there is a draft article',
    door: 'grant insert on articles to authenticated; create policy careless on articles for insert with check (true)',
    attack: (db) =>
      db.as(attacker, (s) =>
        differ(
          s,
          ['draft', 'no-draft'].map((id) => [
            insertInto('articles', { slug: id, title: 'x', content: '', category: 'blog' }),
            id
          ])
        )
      )
  },
  {
    name: "tell another organisation's row from a missing one by reading, updating and deleting it",
    door: 'alter table scenarios disable row level security',
    attack: (db) =>
      db.as(attacker, async (s) => {
        for (const sql of [
          'select id from scenarios where',
          'select count(*) from scenarios where',
          `update scenarios set title = 'x' where`,
          'delete from scenarios where'
        ]) {
          const told = await differ(
            s,
            [B.draft, NOWHERE].map((id) => [`${sql} id = '${id}'`, id])
          )
          if (told) return `${sql}: ${told}`
        }
        return null
      })
  }
]

export default [...byKey, ...byOtherKeys]
