// Who waits for whom, and what the limits keep to, as the receivers see it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoint, enqueue, organisation, percentile, receiver, rows, session, setting, sleep, soon, value } from './support.mjs'

/** Samples how long the worker's transaction has been open, every few milliseconds. */
async function watch() {
  const client = await session()
  const ages = []
  let isOn = true
  const done = (async () => {
    while (isOn) {
      const { rows: [found] } = await client.query(`select extract(epoch from clock_timestamp() - xact_start)::float8 * 1000 as ms, query
        from pg_stat_activity where backend_type = 'callcoach worker' and datname = current_database()`)
      if (found?.ms != null) ages.push(found)
      await sleep(5)
    }
    await client.end()
  })()
  return async () => {
    isOn = false
    await done
    return ages
  }
}
const gone = (org) => rows('delete from orgs where id = $1', [org])

test('a burst of 20,000 of one organisation does not hold up another’s single deliveries', async (t) => {
  const busy = await receiver()
  const there = await receiver()
  const [loud, quiet] = [await organisation(), await organisation()]
  await endpoint(loud, busy.url)
  await endpoint(quiet, there.url)
  const stop = await watch()
  await enqueue(loud, {}, 20_000)
  const began = Date.now()
  await soon(() => busy.requests.length > 100)
  const took = []
  const overtook = []
  while (Date.now() - began < 8000 && busy.requests.length < 19_000) {
    const at = Date.now()
    const [before, others] = [there.requests.length, busy.requests.length]
    await enqueue(quiet)
    await soon(() => there.requests.length > before)
    overtook.push(busy.requests.length - others)
    took.push(Date.now() - at)
    await sleep(100)
  }
  const seconds = (Date.now() - began) / 1000
  const ages = await stop()
  t.diagnostic(`the burst went at ${Math.round(busy.requests.length / seconds)} a second; ${took.length} single deliveries took ${percentile(took, 50)} ms in the median, ${Math.max(...took)} ms at most, and saw ${Math.max(...overtook)} go first`)
  const longest = ages.sort((a, b) => b.ms - a.ms)[0]
  t.diagnostic(`the worker's transactions: ${ages.length} seen, 99 % younger than ${Math.round(percentile(ages.map(({ ms }) => ms), 99))} ms, the oldest ${Math.round(longest?.ms)} ms (${longest?.query})`)
  await gone(loud)
  // In its turn the last of them would have waited for 20,000.
  assert.ok(Math.max(...overtook) < 5000, String(overtook))
})

test('half of 20 endpoints hang: the others keep their throughput', { timeout: 120_000 }, async (t) => {
  const healthy = await receiver((_, response) => setTimeout(() => response.end(), 10))
  const hanging = await receiver(() => {})
  const orgs = []
  for (let n = 0; n < 10; n++) {
    const org = await organisation()
    const good = await endpoint(org, `${healthy.url}${n}`)
    orgs.push({ org, good, bad: await endpoint(org, `${hanging.url}${n}`, { enabled: false }) })
  }
  const measure = async (wait) => {
    for (const { org } of orgs) await enqueue(org, {}, 1000)
    await soon(() => healthy.requests.length > 50)
    await sleep(wait)
    const before = healthy.requests.length
    await sleep(4000)
    const rate = (healthy.requests.length - before) / 4
    for (const { org } of orgs) await rows('delete from webhook_deliveries where org_id = $1', [org])
    await sleep(500)
    healthy.requests.length = 0
    return rate
  }
  await measure(0)
  const alone = await measure(0)
  await rows(`update webhooks set enabled = true where id = any ($1)`, [orgs.map(({ bad }) => bad.id)])
  // From the first request on, before anything is known of those that hang.
  const beside = await measure(0)
  const later = await measure(0)
  const kept = [beside, later].map((rate) => Math.round(rate / alone * 100))
  t.diagnostic(`healthy alone: ${alone} a second; beside 10 that hang: ${beside} at first (${kept[0]} %), ${later} later (${kept[1]} %); ${hanging.requests.length} requests hung`)
  for (const { org } of orgs) await gone(org)
  // At first those that hang may fill every place (20 each, of 200), for as long as webhook_timeout.
  assert.ok(kept[1] >= 50, String(kept))
})

test('max_in_flight is never exceeded', async () => {
  const there = await receiver((_, response) => setTimeout(() => response.end(), 20))
  const org = await organisation()
  await endpoint(org, there.url, { max_in_flight: 3 })
  await enqueue(org, {}, 100)
  await soon(() => there.requests.length === 100)
  assert.equal(there.mostInFlight, 3)
  const alone = await receiver((_, response) => setTimeout(() => response.end(), 20))
  const other = await organisation()
  await endpoint(other, alone.url, { max_in_flight: 1 })
  await enqueue(other, {}, 20)
  await soon(() => alone.requests.length === 20)
  assert.equal(alone.mostInFlight, 1)
  // Without a limit of its own, the setting's.
  const many = await receiver((_, response) => setTimeout(() => response.end(), 200))
  const third = await organisation()
  await endpoint(third, many.url)
  await enqueue(third, {}, 100)
  await soon(() => many.requests.length === 100)
  assert.equal(many.mostInFlight, 20)
})

test('max_per_second is kept to', async (t) => {
  const there = await receiver()
  const org = await organisation()
  await endpoint(org, there.url, { max_per_second: 10 })
  await enqueue(org, {}, 50)
  await soon(() => there.requests.length === 50)
  const times = there.requests.map(({ at }) => at)
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))
  t.diagnostic(`50 at 10 a second took ${times[49] - times[0]} ms; at most ${most} in a second`)
  assert.ok(times[49] - times[0] >= 3800, String(times[49] - times[0]))
  assert.ok(most <= 30, String(most))
})

test('max_per_second that is used now and then: a second’s worth at once, and the rest by and by', async (t) => {
  const there = await receiver()
  const org = await organisation()
  await endpoint(org, there.url, { max_per_second: 60 })
  for (let n = 1; n <= 3; n++) {
    await enqueue(org)
    await soon(() => there.requests.length === n)
    await sleep(1000)
  }
  await enqueue(org, {}, 200)
  await soon(() => there.requests.length === 203)
  const times = there.requests.slice(3).map(({ at }) => at)
  const most = Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length))
  t.diagnostic(`200 at 60 a second took ${times[199] - times[0]} ms; at most ${most} in a second`)
  // 60 at once, 140 at 60 a second. A busy receiver may see some of them late, and so closer together.
  assert.ok(times[199] - times[0] >= 2000, String(times[199] - times[0]))
  assert.ok(most <= 180, String(most))
})

test('no more requests than webhook_concurrency, and so many of one organisation', async (t) => {
  await setting('callcoach.webhook_concurrency', 10)
  try {
    const theres = []
    const orgs = []
    for (let n = 0; n < 4; n++) {
      const there = await receiver((_, response) => setTimeout(() => response.end(), 20))
      theres.push(there)
      const org = await organisation()
      orgs.push(org)
      for (let i = 0; i < 5; i++) await endpoint(org, `${there.url}${i}`)
    }
    let most = 0
    let connections = 0
    const timer = setInterval(() => {
      most = Math.max(most, theres.reduce((sum, { inFlight }) => sum + inFlight, 0))
      connections = Math.max(connections, theres.reduce((sum, { sockets }) => sum + sockets.size, 0))
    }, 1)
    for (const org of orgs) await enqueue(org, {}, 20)
    await soon(() => theres.every(({ requests }) => requests.length === 100))
    clearInterval(timer)
    t.diagnostic(`at most ${most} requests and ${connections} connections at once, of 4 receivers`)
    assert.ok(most <= 10, String(most))
    assert.ok(Math.max(...theres.map(({ mostInFlight }) => mostInFlight)) <= 10)
  } finally {
    await setting('callcoach.webhook_concurrency', null)
  }
  await setting('callcoach.webhook_organisation_concurrency', 5)
  try {
    const there = await receiver((_, response) => setTimeout(() => response.end(), 20))
    const org = await organisation()
    for (let i = 0; i < 5; i++) await endpoint(org, `${there.url}${i}`)
    await enqueue(org, {}, 20)
    await soon(() => there.requests.length === 100)
    assert.equal(there.mostInFlight, 5)
  } finally {
    await setting('callcoach.webhook_organisation_concurrency', null)
  }
})

test('of what is claimed at once one organisation has its share, however much it has and however old that is', async () => {
  await setting('callcoach.webhook_concurrency', 10)
  await setting('callcoach.webhook_organisation_concurrency', 5)
  try {
    const held = []
    const there = await receiver((_, response) => held.push(response))
    const [loud, quiet] = [await organisation(), await organisation()]
    for (let n = 0; n < 30; n++) await endpoint(loud, `${there.url}${n}`)
    await endpoint(quiet, `${there.url}quiet`)
    // All at once, so that one look finds all of it.
    await rows(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body, next_retry_at)
      select w.org_id, w.id, 'user.promoted', '{}', '{}', now() - case when w.org_id = $1 then interval '1 hour' else '0' end
        from webhooks w, generate_series(1, 10) n where w.org_id = any ($2)`, [loud, [loud, quiet]])
    const claimed = (org) => value(`select count(*)::int from webhook_claims c join webhook_deliveries d on d.id = c.delivery_id
      where d.org_id = $1`, [org])
    // Five of the one, and the other's first.
    await soon(async () => held.length >= 6 && there.requests.some(({ url }) => url === '/quiet') && await claimed(quiet) > 0)
    // Twice what it may have in flight, and not all of what was claimed.
    const share = await claimed(loud)
    assert.ok(share <= 10, String(share))
    const answers = setInterval(() => held.splice(0).forEach((response) => response.end()), 5).unref()
    await soon(async () => await value(`select bool_and(status = 'success') from webhook_deliveries where org_id = any ($1)`, [[loud, quiet]]))
    clearInterval(answers)
    assert.equal(there.requests.length, 310)
  } finally {
    await setting('callcoach.webhook_concurrency', null)
    await setting('callcoach.webhook_organisation_concurrency', null)
  }
})

test('retries that become due while there is a backlog stop nothing', async (t) => {
  // More queued than may be in flight, and something due at every moment.
  const there = await receiver((_, response) => setTimeout(() => response.end(), 30))
  const [org, other] = [await organisation(), await organisation()]
  for (let i = 0; i < 10; i++) await endpoint(org, `${there.url}${i}`)
  const made = await endpoint(other, `${there.url}other`)
  await rows(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body, next_retry_at)
    select $1, $2, 'user.promoted', '{}', '{}', now() + make_interval(secs => n * 0.05) from generate_series(1, 100) n`, [other, made.id])
  await enqueue(org, {}, 600)
  await soon(async () => await value(`select count(*) = 0 from webhook_deliveries where org_id = any ($1) and status = 'pending' and next_retry_at <= now()`, [[org, other]]), 'all', 60_000)
  await soon(() => there.requests.length >= 6100, 'all', 60_000)
  const times = there.requests.map(({ at }) => at)
  const gap = Math.max(...times.slice(1).map((at, n) => at - times[n]))
  t.diagnostic(`${times.length} requests in ${times.at(-1) - times[0]} ms; the longest pause ${gap} ms`)
  await soon(async () => await value(
    `select bool_and(status = 'success' and retry_count = 0) from webhook_deliveries where org_id = any ($1)`, [[org, other]]))
})
