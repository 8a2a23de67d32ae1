// The worker's other work, and what stands in its way when it writes: what is sent all the same, and how often.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { deliveries, endpoint, enqueue, log, organisation, receiver, row, rows, session, setting, sleep, soon, value, worker } from './support.mjs'

const count = (found, status) => found.filter((one) => one.status === status).length
/** How often each id came. */
const times = (there) => Object.values(there.requests.reduce((seen, { id }) => ({ ...seen, [id]: (seen[id] ?? 0) + 1 }), {}))

test('upkeep that takes long holds up no webhook', async (t) => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url)
  await rows(`create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.4); return null; end $$`)
  await rows('create trigger slow after insert on reporting_folds execute function slow()')
  try {
    await setting('callcoach.upkeep_interval', '1s')
    // 20 transactions' worth.
    await rows(`insert into fact_scenario_attempts (attempt_id, org_id, user_id, started_at, ended_at, score)
      select gen_random_uuid(), $1, 'user_1', now(), now(), 50 from generate_series(1, 40000)`, [made.org_id])
    const left = () => value('select count(*)::int from reporting_deltas')
    await soon(async () => await left() < 40_000, 'a first fold')
    for (let n = 1; n <= 3; n++) {
      await enqueue(made.org_id)
      await soon(() => there.requests.length === n)
    }
    await enqueue(made.org_id, {}, 100)
    await soon(() => there.requests.length === 103)
    const rest = await left()
    t.diagnostic(`103 deliveries later ${rest} of 40,000 changes were still to be folded`)
    assert.ok(rest > 0, 'all of it was sent while upkeep went on')
    // Which goes on, too.
    await soon(async () => await left() < rest, 'the next fold')
  } finally {
    await rows('drop function slow cascade')
    await setting('callcoach.upkeep_interval', null)
    await rows('delete from orgs where id = $1', [made.org_id])
  }
})

test('what came of one endpoint’s deliveries cannot be written: the others’ is, and those come twice at most', async () => {
  const there = await receiver()
  const other = await receiver()
  const org = await organisation()
  const [bad, good] = [await endpoint(org, there.url, { max_in_flight: 4 }), await endpoint(org, other.url)]
  await rows(`create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not to be written'; end $$`)
  await rows(`create trigger refuse before update on webhook_deliveries for each row
    when (new.webhook_id = '${bad.id}') execute function refuse()`)
  const said = log()
  try {
    await enqueue(org, {}, 40)
    await soon(async () => count(await deliveries(good), 'success') === 40, 'the others')
    await soon(() => there.requests.length === 40)
    await soon(() => said().split('cannot be written; it is sent again when its claim ends').length === 41, 'all were given up', 60_000)
    // None was tried again meanwhile, and their claims stand.
    assert.deepEqual(times(there), Array(40).fill(1))
    assert.equal(count(await deliveries(bad), 'pending'), 40)
    assert.equal(await value('select count(*)::int from webhook_claims where expires_at > now()'), 40)
  } finally {
    await rows('drop function refuse cascade')
  }
  await rows('update webhook_claims set expires_at = now()')
  await soon(async () => count(await deliveries(bad), 'success') === 40)
  assert.deepEqual(times(there), Array(40).fill(2))
  assert.deepEqual(times(other), Array(40).fill(1))
})

/** A lock that lets claims be taken, and nothing be written of what came of them: as CREATE INDEX takes it. */
async function locker() {
  const client = await session()
  await client.query('begin')
  await client.query('lock table webhook_deliveries in share mode')
  return client
}
/** A receiver that answers when it is told to, and four of 20 deliveries that it has. */
async function underWay() {
  const held = []
  const there = await receiver((_, response) => held.push(response))
  const made = await endpoint(await organisation(), there.url, { max_in_flight: 4 })
  await enqueue(made.org_id, {}, 20)
  await soon(() => held.length === 4)
  const answer = () => held.splice(0).forEach((response) => response.end())
  return { there, made, answer }
}

test('a table that is locked while answers come: they are written once it is free, and nothing is sent twice', async () => {
  const { there, made, answer } = await underWay()
  const lock = await locker()
  const answers = setInterval(answer, 5).unref()
  await soon(() => there.requests.length > 4)
  await sleep(3000)
  assert.equal(count(await deliveries(made), 'success'), 0)
  await lock.query('commit')
  await lock.end()
  await soon(async () => count(await deliveries(made), 'success') === 20)
  clearInterval(answers)
  assert.deepEqual(times(there), Array(20).fill(1))
})

/** Waits until the worker has tried in vain to write, and rests before it tries again. */
async function rests() {
  const waits = () => value(`select wait_event_type = 'Lock' from pg_stat_activity where backend_type = 'callcoach worker'
    and datname = current_database()`)
  await soon(waits)
  await soon(async () => await waits() === false)
}
/** Tells the worker to end, and sees to it that it does. */
async function ends() {
  const pid = await worker()
  await value('select pg_terminate_backend($1)', [pid])
  await soon(() => !existsSync(`/proc/${pid}`), 'the end of the worker')
}
/** Answers what comes until all 20 are written: what was answered before and could not be written came twice. */
async function goesOn({ there, made, answer }) {
  const answers = setInterval(answer, 5).unref()
  await soon(async () => count(await deliveries(made), 'success') === 20, 'all', 60_000)
  clearInterval(answers)
  const twice = times(there).filter((n) => n > 1)
  assert.ok(twice.length <= 8 && twice.every((n) => n === 2), String(times(there)))
}

test('a worker that is to end waits for no lock: what it could not write is sent again', async () => {
  const flow = await underWay()
  const lock = await locker()
  flow.answer()
  await rests()
  await ends()
  // The table is still locked.
  assert.equal(count(await deliveries(flow.made), 'success'), 0)
  await lock.query('commit')
  await lock.end()
  await goesOn(flow)
})

test('a worker that is to end waits for no trigger either', { timeout: 120_000 }, async () => {
  const flow = await underWay()
  await rows(`create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(3600); return new; end $$`)
  const lock = await locker()
  await lock.query('create trigger dawdle before update on webhook_deliveries for each row execute function dawdle()')
  try {
    flow.answer()
    await rests()
    await lock.query('commit')
    await ends()
  } finally {
    await lock.end()
    await rows('drop function dawdle cascade')
  }
  await goesOn(flow)
})

test('settings that say nothing are complained of once, and nothing is tried until they are right', async () => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url)
  const ports = await value('show callcoach.webhook_ports')
  const said = log()
  await setting('callcoach.webhook_nameservers', 'nobody')
  try {
    await enqueue(made.org_id, {}, 5)
    await sleep(3000)
    assert.equal(there.requests.length, 0)
    assert.equal(said().split('no webhooks are sent: callcoach.webhook_nameservers: "nobody" is not an address').length, 2)
    assert.equal(await value('show callcoach.webhook_ports'), ports)
  } finally {
    await setting('callcoach.webhook_nameservers', null)
  }
  await soon(() => there.requests.length === 5)
  assert.deepEqual(await row('select failures, enabled from webhooks where id = $1', [made.id]), { failures: 0, enabled: true })
})
