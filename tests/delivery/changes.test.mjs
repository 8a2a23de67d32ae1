// What happens when an endpoint changes while its deliveries wait or are under way; and whom a lock holds up.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Webhook } from 'standardwebhooks'
import { deliveries, endpoint, enqueue, makeDue, organisation, receiver, row, rows, session, sleep, soon, value, worker } from './support.mjs'

/** A receiver that answers only when it is told to. */
async function slow() {
  const held = []
  const there = await receiver((_, response) => held.push(response))
  return Object.assign(there, { held, release: () => held.splice(0).forEach((response) => response.end('late')) })
}
const one = (found) => found.map(({ status, retry_count, response_status }) => [status, retry_count, response_status])
/** One request under way, more behind it. */
async function underWay(there, more = 3, options = {}) {
  const made = await endpoint(await organisation(), there.url, { max_in_flight: 1, ...options })
  await enqueue(made.org_id, {}, more + 1)
  await soon(() => there.requests.length === 1)
  return made
}
/** Answers what comes until no claim is left; by the same worker all the time. */
async function done(there) {
  const pid = await worker()
  const answers = setInterval(there.release, 5)
  await soon(async () => await value('select count(*) = 0 from webhook_claims'), 'no claims')
  await sleep(300)
  clearInterval(answers)
  assert.equal(await worker(), pid)
}

test('deleted while one is under way and others wait: nothing more is sent, nothing breaks', async () => {
  const there = await slow()
  const made = await underWay(there)
  await rows('delete from webhooks where id = $1', [made.id])
  await done(there)
  // What was claimed by then may still be sent; never more than that.
  assert.ok(there.requests.length <= 4)
  assert.deepEqual(await deliveries(made), [])
})

test('an organisation deleted while one is under way', async () => {
  const there = await slow()
  const made = await underWay(there)
  await rows('delete from orgs where id = $1', [made.org_id])
  await done(there)
  assert.ok(there.requests.length <= 4)
  assert.equal(await value('select count(*)::int from webhook_deliveries where org_id = $1', [made.org_id]), 0)
})

test('disabled while one is under way: that one is recorded; what was not claimed waits, until it is enabled again', async () => {
  const there = await slow()
  const made = await underWay(there, 150)
  await rows('update webhooks set enabled = false where id = $1', [made.id])
  there.answers = setInterval(there.release, 5)
  await soon(async () => (await rows(`select from webhook_claims c join webhook_deliveries d on d.id = delivery_id where webhook_id = $1`, [made.id])).length === 0)
  const sent = there.requests.length
  await sleep(1500)
  assert.equal(there.requests.length, sent)
  assert.ok(sent < 151, String(sent))
  const waiting = await value(`select count(*)::int from webhook_deliveries where webhook_id = $1 and status = 'pending'`, [made.id])
  assert.equal(waiting + sent, 151)
  await rows('update webhooks set enabled = true where id = $1', [made.id])
  await soon(() => there.requests.length === 151)
  await soon(async () => await value(`select count(*) = 151 from webhook_deliveries where webhook_id = $1 and status = 'success'`, [made.id]))
  clearInterval(there.answers)
  assert.equal(new Set(there.requests.map((request) => request.id)).size, 151)
})

test('rotated while one is under way: the next ones have both signatures', async () => {
  const there = await slow()
  const made = await underWay(there, 100)
  const secret = await value('select rotate_webhook_secret($1)', [made.id])
  there.answers = setInterval(there.release, 5)
  await soon(async () => await value(`select count(*) = 101 from webhook_deliveries where webhook_id = $1 and status = 'success'`, [made.id]))
  clearInterval(there.answers)
  const verifies = (request, key) => {
    try {
      return Boolean(new Webhook(key).verify(request.body.toString(), request.headers))
    } catch {
      return false
    }
  }
  assert.ok(there.requests.every((request) => verifies(request, made.secret)))
  // Once claimed, a delivery goes with the secret it was claimed with.
  assert.ok(verifies(there.requests.at(-1), secret))
})

test('its URL changed while one is under way: retries and what is claimed later go to the new one', async () => {
  const there = await slow()
  const elsewhere = await receiver()
  const made = await underWay(there, 100)
  await rows('update webhooks set url = $2 where id = $1', [made.id, elsewhere.url])
  there.held.splice(0).forEach((response) => { response.statusCode = 503; response.end() })
  there.answers = setInterval(there.release, 5)
  await soon(async () => await value(`select count(*) = 100 from webhook_deliveries where webhook_id = $1 and status = 'success'`, [made.id]))
  clearInterval(there.answers)
  const [failed] = await rows(`select idempotency_key as id from webhook_deliveries where webhook_id = $1 and status = 'pending'`, [made.id])
  await makeDue(made)
  await soon(() => elsewhere.requests.some((request) => request.id === failed.id))
  assert.equal(there.requests.length + elsewhere.requests.length, 102)
})

test('410 disables it, says why, and the rest waits; enabled again it goes on', async () => {
  let answer = 410
  const there = await receiver((_, response) => { response.statusCode = answer; response.end() })
  const made = await endpoint(await organisation(), there.url, { max_in_flight: 1 })
  await enqueue(made.org_id, {}, 10)
  const off = await soon(async () => {
    const found = await row('select enabled, disabled_at, disabled_reason from webhooks where id = $1', [made.id])
    return !found.enabled && found
  })
  assert.equal(off.disabled_reason, 'the endpoint answered 410 Gone')
  assert.ok(off.disabled_at)
  await sleep(1500)
  // Those that were under way or about to be, when the first answer came.
  const sent = there.requests.length
  assert.ok(sent <= 4, String(sent))
  const found = one(await deliveries(made))
  assert.equal(found.filter(([status]) => status === 'failed').length, sent)
  assert.equal(found.filter(([status]) => status === 'pending').length, 10 - sent)
  // Switched off, it is sent what tries it out.
  await value('select test_webhook($1)', [made.id])
  await soon(() => there.requests.length === sent + 1)
  assert.equal(there.requests.at(-1).headers['x-webhook-event'], 'webhook.test')
  answer = 200
  await rows('update webhooks set enabled = true where id = $1', [made.id])
  await soon(async () => (await deliveries(made)).every(({ status }) => status !== 'pending'))
  assert.equal(there.requests.length, 11)
  assert.deepEqual(await row('select disabled_at, disabled_reason, failing_since, failures from webhooks where id = $1', [made.id]),
    { disabled_at: null, disabled_reason: null, failing_since: null, failures: 0 })
})

test('five days of failures disable it; one success in between forgives', async () => {
  let answer = 500
  const there = await receiver((_, response) => { response.statusCode = answer; response.end() })
  const failing = () => endpoint(organisationId, there.url, { max_in_flight: 1 })
  const organisationId = await organisation()
  const made = await failing()
  const again = async (count) => {
    await makeDue(made)
    await soon(() => there.requests.length === count)
    await soon(async () => (await deliveries(made))[0].retry_count === Math.min(count, 5) || (await deliveries(made))[0].status !== 'pending')
  }
  await enqueue(made.org_id)
  await again(1)
  const record = () => row('select enabled, disabled_reason, failures, failing_since is null as works from webhooks where id = $1', [made.id])
  await soon(async () => (await record()).failures === 1)
  await rows(`update webhooks set failing_since = now() - interval '4 days 23 hours', failures = 50 where id = $1`, [made.id])
  await again(2)
  await soon(async () => (await record()).failures === 51)
  assert.equal((await record()).enabled, true)
  await rows(`update webhooks set failing_since = now() - interval '5 days 1 hour' where id = $1`, [made.id])
  await again(3)
  const off = await soon(async () => !(await record()).enabled && record())
  assert.match(off.disabled_reason, /^every attempt has failed for 5 days: 52 of them, since \d{4}-/)
  await makeDue(made)
  await sleep(1500)
  assert.equal(there.requests.length, 3)
  // Enabled again, and not repaired: its five days begin anew.
  await rows('update webhooks set enabled = true where id = $1', [made.id])
  await again(4)
  assert.deepEqual(await soon(async () => (await record()).failures > 0 && record()),
    { enabled: true, disabled_reason: null, failures: 1, works: false })
  await sleep(1500)
  assert.equal((await record()).enabled, true)
  // It works: all is forgiven.
  answer = 200
  await makeDue(made)
  await soon(async () => (await deliveries(made))[0].status === 'success')
  await soon(async () => (await record()).works && (await record()).failures === 0)
})

test('whoever holds an endpoint locked holds up nobody else', async (t) => {
  const there = await receiver()
  const mine = await endpoint(await organisation(), there.url)
  const other = await endpoint(await organisation(), there.url)
  const took = async () => {
    const before = there.requests.length
    const began = Date.now()
    await enqueue(other.org_id, { n: before })
    await soon(() => there.requests.length === before + 1)
    const ms = Date.now() - began
    await soon(async () => (await deliveries(other)).every(({ status }) => status === 'success'))
    return { ms, settled: Date.now() - began }
  }
  await took()
  const statements = [
    ['an uncommitted deletion of the endpoint', 'delete from webhooks where id = $1', null],
    ['select … for update of the endpoint by the server', 'select from webhooks where id = $1 for update', 'service_role'],
    ['an uncommitted update of its deliveries', `update webhook_deliveries set error = 'x' where webhook_id = $1`, null],
    ['an uncommitted update of the endpoint', `update webhooks set name = 'x' where id = $1`, null]
  ]
  for (const [what, statement, role] of statements) {
    await enqueue(mine.org_id, {}, 5)
    await soon(async () => (await deliveries(mine)).every(({ status }) => status === 'success'))
    // Some that wait, while it is locked.
    await rows('update webhooks set enabled = false where id = $1', [mine.id])
    await rows(`update webhook_deliveries set status = 'pending', next_retry_at = now() where webhook_id = $1`, [mine.id])
    await rows('update webhooks set enabled = true where id = $1', [mine.id])
    const locker = await session()
    if (role) await locker.query(`set role ${role}`)
    await locker.query('begin')
    await locker.query(statement, [mine.id])
    await sleep(1200)
    const times = []
    for (let n = 0; n < 5; n++) times.push(await took())
    t.diagnostic(`${what}: ${times.map(({ ms, settled }) => `${ms}/${settled}`).join(', ')} ms until received/settled`)
    await locker.query('rollback')
    await locker.end()
    await soon(async () => (await deliveries(mine)).every(({ status }) => status === 'success'), what)
  }
})

test('an endpoint that is locked while it answers 410 is disabled once it is free, though nothing else happens', async () => {
  const held = []
  const there = await receiver((_, response) => held.push(response))
  const made = await endpoint(await organisation(), there.url)
  await enqueue(made.org_id)
  await soon(() => held.length === 1)
  const locker = await session()
  await locker.query('begin')
  await locker.query('select from webhooks where id = $1 for update', [made.id])
  held[0].writeHead(410).end()
  await soon(async () => (await deliveries(made))[0].status === 'failed')
  await sleep(700)
  await locker.query('commit')
  await locker.end()
  await soon(async () => !(await value('select enabled from webhooks where id = $1', [made.id])), 'disabled', 5000)
})
