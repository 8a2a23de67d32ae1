// Two sessions beside each other write for one customer: the score counts what both have written, whatever the order
// in which they wait, at every isolation level, and nobody waits for ever.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { packages, psql, row } from '../support.mjs'

const pg = packages('pg')
const connect = async () => {
  const session = new pg.Client({ host: process.env.PGHOST, user: 'postgres', database: process.env.PGDATABASE })
  await session.connect()
  await session.query('set search_path = customer_success')
  return session
}
let one, two, customer, other, session

before(async () => {
  ;[one, two] = [await connect(), await connect()]
})
after(async () => {
  await Promise.all([one.end(), two.end()])
})

/** Two customers, and a session of the first one. */
function seed() {
  ;[customer, other, session] = [randomUUID(), randomUUID(), randomUUID()]
  psql(`insert into customer_success.customers (id, name) values ('${customer}', 'one'), ('${other}', 'other');
    insert into customer_success.agent_sessions (id, customer_id) values ('${session}', '${customer}')`)
}
const score = (id) => row(`select health_score from customer_success.customers where id = '${id}'`).health_score
const say = (who, how_many = 1) =>
  who.query(`insert into agent_messages (session_id, role, content) select $1, 'user', 'x' from generate_series(1, $2)`, [session, how_many])
const learn = (who, progress) =>
  who.query('insert into training_progress (customer_id, stakeholder_id, progress) values ($1, $2, $3)', [customer, null, progress])

/** Resolves once that session waits for a lock. */
async function waits(who) {
  for (let i = 0; i < 200; i++) {
    const { pid } = { pid: who.processID }
    if (row(`select count(*) as n from pg_locks where pid = ${pid} and not granted`).n > 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('it does not wait')
}

test('two messages at once', async () => {
  seed()
  await one.query('begin')
  await say(one)
  await two.query('begin')
  const second = say(two)
  await waits(two)
  await one.query('commit')
  await second
  await two.query('commit')
  assert.equal(score(customer), 10)
})

test('a message and a lesson at once, the first rolled back', async () => {
  seed()
  await one.query('begin')
  await say(one, 3)
  const second = learn(two, 50)
  await waits(two)
  await one.query('rollback')
  await second
  assert.equal(score(customer), 25)
})

test('neither changes the score by itself, both together do', async () => {
  for (const level of ['read committed', 'repeatable read']) {
    seed()
    // Two lines of 0 percent, and 2 more for each: an average of 1 after the first, whose half is cut off.
    psql(`insert into customer_success.stakeholders (id, customer_id, name) select gen_random_uuid(), '${customer}', 'x' from generate_series(1, 2);
      insert into customer_success.training_progress (customer_id, stakeholder_id, progress)
      select customer_id, id, 0 from customer_success.stakeholders where customer_id = '${customer}'`)
    const [first, last] = (await one.query('select id from training_progress where customer_id = $1', [customer])).rows
    await one.query(`begin isolation level ${level}`)
    await two.query(`begin isolation level ${level}`)
    // Both have their snapshots before either writes.
    await one.query('select count(*) from customers')
    await two.query('select count(*) from customers')
    await one.query('update training_progress set progress = 2 where id = $1', [first.id])
    const second = two.query('update training_progress set progress = 2 where id = $1', [last.id])
    await waits(two)
    await one.query('commit')
    await second
    await two.query('commit')
    // An average of 2, and half of it.
    assert.equal(score(customer), 1, level)
  }
})

test('a session is moved to another customer while a message is said in it', async () => {
  for (const moved_first of [true, false]) {
    seed()
    const move = (who) => who.query('update agent_sessions set customer_id = $2 where id = $1', [session, other])
    await one.query('begin')
    await (moved_first ? move(one) : say(one))
    const second = moved_first ? say(two) : move(two)
    await waits(two)
    await one.query('commit')
    await second
    assert.deepEqual([score(customer) ?? 0, score(other)], [0, 5], `moved first: ${moved_first}`)
  }
})

test('update_health_score beside a message', async () => {
  seed()
  await one.query('begin')
  await say(one, 2)
  const second = two.query('select update_health_score($1) as score', [customer])
  await waits(two)
  await one.query('commit')
  assert.equal((await second).rows[0].score, 10)
  assert.equal(score(customer), 10)
})

test('update_health_score of a customer that is deleted meanwhile', async () => {
  seed()
  await one.query('begin')
  await one.query('delete from customers where id = $1', [customer])
  // Looked at from the start: it may fail before the commit's answer is here, and nobody would be looking at it then.
  const refused = assert.rejects(two.query('select update_health_score($1)', [customer]), { code: 'PT404' })
  await waits(two)
  await one.query('commit')
  await refused
})

test('statements of many customers lock them in one order', async () => {
  // Each round both write for the same forty customers, in opposite orders.
  seed()
  psql(`insert into customer_success.customers (name) select 'many' from generate_series(1, 40);
    insert into customer_success.agent_sessions (customer_id) select id from customer_success.customers where name = 'many'`)
  const both = (direction) => `insert into agent_messages (session_id, role, content)
    select s.id, 'user', 'x' from agent_sessions s join customers c on c.id = s.customer_id where c.name = 'many' order by c.id ${direction}`
  for (let round = 0; round < 20; round++) await Promise.all([one.query(both('asc')), two.query(both('desc'))])
  const { least, most } = row(`select min(health_score) as least, max(health_score) as most from customer_success.customers where name = 'many'`)
  assert.deepEqual([least, most], [50, 50])
})

test('forty writers, and a refresh all the while: no difference is left', async () => {
  seed()
  const sessions = await Promise.all(Array.from({ length: 8 }, connect))
  await Promise.all(sessions.map(async (who, n) => {
    for (let i = 0; i < 5; i++) {
      if (n === 0) await who.query('select refresh_health_scores()')
      else if (n % 2) await say(who)
      else await who.query('insert into training_progress (customer_id, module_id, stakeholder_id, progress) values ($1, null, null, $2) on conflict (customer_id, stakeholder_id, module_id) do update set progress = excluded.progress', [customer, 10 * n + i])
    }
  }))
  await Promise.all(sessions.map((who) => who.end()))
  const kept = score(customer)
  await one.query('select refresh_health_scores()')
  assert.equal(kept, score(customer))
  assert.ok(kept >= 50)
})
