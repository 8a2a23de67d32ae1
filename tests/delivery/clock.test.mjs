// The clock of the server is set while it runs: clock.c, preloaded, adds what a file says.
import assert from 'node:assert/strict'
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { cluster, deliveries, endpoint, enqueue, makeDue, organisation, receiver, row, rows, sleep, soon, tried, value, worker } from './support.mjs'

const { DELIVERY_CERTIFICATES: work } = process.env
const file = `${work}/clock-offset`
/** Sets the server's clock so many seconds off. In place: the servers have the file mapped. */
function setClock(seconds) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(BigInt(seconds))
  const fd = openSync(file, 'r+')
  writeSync(fd, bytes, 0, 8, 0)
  closeSync(fd)
}
const off = async () => Math.round(await value('select extract(epoch from clock_timestamp())::float8') - Date.now() / 1000)

before(async () => {
  writeFileSync(file, Buffer.alloc(8), { mode: 0o644 })
  await cluster('stop')
  await cluster('start', { LD_PRELOAD: `${work}/clock.so`, CLOCK_OFFSET: file })
  await soon(worker)
})
after(async () => {
  await cluster('stop')
  await cluster('start')
})

test('set back by an hour: what is queued is sent at once, and retries count from the new time', async () => {
  let answer = 200
  const there = await receiver((_, response) => { response.statusCode = answer; response.end() })
  const made = await endpoint(await organisation(), there.url)
  await enqueue(made.org_id)
  await soon(() => there.requests.length === 1)
  const pid = await worker()
  setClock(-3600)
  assert.ok(Math.abs(await off() + 3600) <= 1)
  for (let n = 2; n <= 4; n++) {
    await enqueue(made.org_id)
    await soon(() => there.requests.length === n)
  }
  // Signed with the server's time, wrong as it is.
  assert.ok(Math.abs(Number(there.requests.at(-1).headers['webhook-timestamp']) - (Date.now() / 1000 - 3600)) <= 10)
  answer = 503
  await enqueue(made.org_id)
  const failed = await soon(async () => (await deliveries(made)).find(({ retry_count }) => retry_count === 1))
  assert.ok(failed.wait >= 60 && failed.wait <= 70, String(failed.wait))
  const due = await value('select extract(epoch from next_retry_at - clock_timestamp())::float8 from webhook_deliveries where id = $1', [failed.id])
  assert.ok(due > 50 && due <= 67, String(due))
  assert.equal(await worker(), pid)
  setClock(0)
})

test('set back while a request is under way: its duration is true', async () => {
  const there = await receiver((_, response) => setTimeout(() => response.end(), 1000))
  const made = await endpoint(await organisation(), there.url)
  await enqueue(made.org_id)
  await soon(() => there.requests.length === 1)
  setClock(-3600)
  const found = await tried(made)
  assert.equal(found.status, 'success')
  assert.ok(found.duration_ms >= 950 && found.duration_ms < 60_000, String(found.duration_ms))
  setClock(0)
})

test('set back: what was to be sent by the wrong time waits for it, or for whoever makes it due', async () => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url, { enabled: false })
  setClock(3600)
  await value('select test_webhook($1)', [made.id])
  await soon(() => there.requests.length === 1)
  await rows(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body, next_retry_at)
    values ($1, $2, 'user.promoted', '{}', '{}', now())`, [made.org_id, made.id])
  setClock(0)
  await rows('update webhooks set enabled = true where id = $1', [made.id])
  await sleep(1500)
  assert.equal(there.requests.length, 1)
  await makeDue(made)
  await soon(() => there.requests.length === 2, 'it', 4000)
})

test('set back: a breaker that was opened by the wrong time is tried again, and five days begin anew', async () => {
  let answer = 500
  const there = await receiver((_, response) => { response.statusCode = answer; response.end() })
  const made = await endpoint(await organisation(), there.url, { max_in_flight: 1 })
  setClock(6 * 86_400)
  await enqueue(made.org_id, {}, 8)
  await soon(async () => await value('select failures >= 5 from webhooks where id = $1', [made.id]))
  setClock(0)
  await makeDue(made)
  // Its breaker was open for 30 s of a time that is still to come.
  await soon(() => there.requests.length > 5, 'another attempt', 5000)
  await soon(async () => await value('select failing_since <= now() from webhooks where id = $1', [made.id]))
  const record = await row('select enabled, failing_since > now() - interval $$1 hour$$ as is_anew from webhooks where id = $1', [made.id])
  assert.deepEqual(record, { enabled: true, is_anew: true })
})

test('set forward: retries are due at once', async () => {
  let answer = 503
  const there = await receiver((_, response) => { response.statusCode = answer; response.end() })
  const made = await endpoint(await organisation(), there.url)
  await enqueue(made.org_id)
  await tried(made)
  answer = 200
  setClock(3600)
  await soon(async () => (await deliveries(made))[0].status === 'success', 'a retry', 4000)
  assert.equal(there.requests.length, 2)
  setClock(0)
})
