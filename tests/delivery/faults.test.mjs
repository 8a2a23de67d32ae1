// Kills of everything at random moments while deliveries flow: nothing is lost, what was in flight comes twice at most
// and under the same id, and it goes on within seconds. ROUNDS=n says how many (50).
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { cluster, endpoint, organisation, percentile, receiver, rows, session, sleep, soon, value, worker } from './support.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 50)
const ENDPOINTS = 10
const IN_FLIGHT = 4
const postmaster = () => Number(readFileSync(`${process.env.PGHOST}/data/postmaster.pid`, 'utf8').split('\n')[0])
/** Starts it once that process is gone. */
async function startAfter(pid) {
  await soon(() => !existsSync(`/proc/${pid}`), 'the end of the postmaster', 60_000)
  await soon(async () => {
    await cluster('start')
    return await value('select 1')
  }, 'a start', 60_000)
}

// What is killed, and what is needed to have it back. Those that end the worker alone stand between those that
// restart the server: a worker that ends often comes back ever later.
const KILLS = {
  'kill -9 of the worker': async (pid) => process.kill(pid, 'SIGKILL'),
  'pg_terminate_backend of the worker': async (pid) => { await rows('select pg_terminate_backend($1)', [pid]) },
  'kill -9 of the postmaster': async () => { process.kill(postmaster(), 'SIGKILL') },
  'SIGTERM to the worker': async (pid) => process.kill(pid, 'SIGTERM'),
  'immediate shutdown': async () => process.kill(postmaster(), 'SIGQUIT')
}
const needsStart = (name) => /postmaster|shutdown/.test(name)

test(`${ROUNDS} kills while deliveries flow`, { timeout: 600_000 }, async (t) => {
  const there = await receiver((_, response) => setTimeout(() => response.end(), 50 + Math.random() * 100))
  const org = await organisation()
  for (let n = 0; n < ENDPOINTS; n++) await endpoint(org, `${there.url}${n}`, { max_in_flight: IN_FLIGHT })

  // Whoever queues, whatever happens: what was acknowledged is what must arrive.
  let acknowledged = 0
  let isFlowing = true
  const feed = async () => {
    let client
    while (isFlowing) {
      try {
        client ??= await session()
        await client.query('begin')
        await client.query('select set_org_claim($1)', [org])
        await client.query(`select enqueue_webhook('user.promoted', '{}') from generate_series(1, 2)`)
        await client.query('commit')
        acknowledged += 2 * ENDPOINTS
        await sleep(60)
      } catch {
        client?.end().catch(() => {})
        client = undefined
        await sleep(50)
      }
    }
    await client?.end().catch(() => {})
  }
  const feeding = feed()
  // However this ends.
  t.after(() => { isFlowing = false })
  await soon(() => there.requests.length > 100)

  const kills = []
  const names = Object.keys(KILLS)
  for (let round = 0; round < ROUNDS; round++) {
    const name = names[round % names.length]
    const seen = there.requests.length
    await soon(() => there.requests.length > seen + 20, 'deliveries flow', 30_000)
    await sleep(Math.random() * 400)
    const pid = await soon(worker, 'a worker')
    const at = Date.now()
    const count = there.requests.length
    const inFlight = there.inFlight
    const server = postmaster()
    await KILLS[name](pid)
    if (needsStart(name)) await startAfter(server)
    // Back: it lets us in, and what we see is not the process that was killed.
    const back = await soon(async () => {
      const client = await session()
      await client.query('select 1')
      await client.end()
      return Date.now()
    }, 'connections', 60_000)
    const next = await soon(async () => {
      const now = await worker()
      return now && now !== pid && Date.now()
    }, 'a worker', 30_000)
    kills.push({ name, at, back, next, count, inFlight })
    await soon(() => there.requests.at(-1).at > back, 'a delivery afterwards', 30_000)
  }
  isFlowing = false
  await feeding
  await soon(async () => await value(
    `select count(*) = 0 from webhook_deliveries where org_id = $1 and status = 'pending'`, [org]), 'all of it sent', 60_000)

  // What is in the table is what was committed.
  const stored = await rows(`select d.idempotency_key || ' /' || substr(w.url, length($2) + 1) as id, d.status::text as status, d.retry_count
    from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.org_id = $1`, [org, there.url])
  const arrived = new Map()
  for (const { id, url, at } of there.requests) {
    const key = `${id} ${url}`
    arrived.set(key, [...(arrived.get(key) ?? []), at])
  }
  assert.ok(stored.length >= acknowledged, `${stored.length} of ${acknowledged}`)
  assert.deepEqual(stored.filter(({ id }) => !arrived.has(id)), [])
  assert.deepEqual(stored.filter(({ status, retry_count }) => status !== 'success' || retry_count > 0), [])
  const known = new Set(stored.map(({ id }) => id))
  assert.deepEqual([...arrived.keys()].filter((id) => !known.has(id)), [], 'nothing came that was not committed')

  // Each redelivery belongs to the last kill before it.
  for (const kill of kills) Object.assign(kill, { again: 0 })
  for (const times of arrived.values()) {
    for (const time of times.slice(1)) {
      const kill = kills.findLast(({ at }) => at <= time)
      assert.ok(kill, 'nothing comes twice without a kill')
      assert.ok(times[0] <= kill.next, 'nor what came after it')
      kill.again++
      kill.first = Math.min(kill.first ?? Infinity, time)
    }
  }
  const twice = [...arrived.values()].filter((times) => times.length > 1).length
  t.diagnostic(`${stored.length} deliveries, ${there.requests.length} requests, ${twice} came more than once, none was lost`)
  const ms = (name, list) => `${name}: ${[0, 50, 95, 100].map((p) => Math.round(percentile(list, p))).join(' / ')} ms`
  for (const name of names) {
    const mine = kills.filter((kill) => kill.name === name)
    if (mine.length === 0) continue
    const since = (kill) => (needsStart(name) || name.startsWith('kill') ? kill.back : kill.at)
    const again = mine.filter(({ first }) => first)
    t.diagnostic(`${mine.length} × ${name}: least / median / 95 % / most`)
    t.diagnostic(`  ${ms('server away', mine.map(({ at, back }) => back - at))}; ${ms('first redelivery after it is back', again.map((kill) => kill.first - since(kill)))}`)
    t.diagnostic(`  redelivered: ${mine.map((kill) => kill.again).join(' ')}; in flight at the receiver: ${mine.map((kill) => kill.inFlight).join(' ')}`)
    // In flight is what was sent and not written down: what the limits let out, and what was just answered.
    for (const { again } of mine) assert.ok(again <= 2 * ENDPOINTS * IN_FLIGHT, `${name}: ${again}`)
  }
  assert.equal(await value('select count(*)::int from webhook_claims'), 0)
})

test('a fast shutdown: what has come of what was sent is written', async () => {
  // The signal ends a transaction that is in the midst of writing, too: once in some hundred times, never three in a row.
  let requests
  for (let round = 0; round < 3 && requests !== 4; round++) {
    const held = []
    const there = await receiver((_, response) => held.push(response))
    const made = await endpoint(await organisation(), there.url, { max_in_flight: 4 })
    await rows(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body, next_retry_at)
      select $1, $2, 'user.promoted', '{}', '{}', now() from generate_series(1, 4)`, [made.org_id, made.id])
    await soon(() => held.length === 4, 'four requests')
    // Answered, and kept from being written until there is somebody to ask for a shutdown.
    const locker = await session()
    await locker.query('begin')
    await locker.query('select from webhook_deliveries where webhook_id = $1 for update', [made.id])
    held.splice(0).forEach((response) => response.end())
    await sleep(200)
    assert.equal(await value(`select count(*)::int from webhook_deliveries where webhook_id = $1 and status = 'pending'`, [made.id]), 4)
    await locker.query('rollback')
    await locker.end()
    await cluster('stop')
    await cluster('start')
    await soon(async () => {
      held.splice(0).forEach((response) => response.end())
      return await value(`select count(*) = 4 from webhook_deliveries where webhook_id = $1 and status = 'success'`, [made.id])
    }, 'all', 30_000)
    requests = there.requests.length
  }
  assert.equal(requests, 4, 'what was answered by then is not sent again')
})
