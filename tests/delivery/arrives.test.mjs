// What arrives: bytes, headers, signatures, the same id in every retry.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verify } from '@octokit/webhooks-methods'
import { Webhook } from 'standardwebhooks'
import { Webhook as Svix } from 'svix'
import { attempt, deliveries, endpoint, enqueue, makeDue, organisation, receiver, row, soon, tried, value } from './support.mjs'

const unicode = { text: 'Grüße, 日本語, 😀, \u2028, "quotes", \\ and </script>', nested: { 'ключ': [1.10, 1e3, null] } }
const plain = 'a secret of many characters, é too'

/** The Standard Webhooks signature of a request, as the libraries see it. */
async function isVerified(request, secret) {
  const text = request.body.toString('utf8')
  if (secret.startsWith('whsec_')) {
    assert.deepEqual(new Webhook(secret).verify(text, request.headers), JSON.parse(text))
    assert.deepEqual(new Svix(secret).verify(text, request.headers), JSON.parse(text))
  } else {
    const standard = new Webhook(Buffer.from(secret), { format: 'raw' })
    assert.deepEqual(standard.verify(text, request.headers), JSON.parse(text))
  }
}
/** X-Webhook-Signature, as GitHub's library sees it. */
const signs = (request, key) => verify(key, request.body.toString('utf8'), request.headers['x-webhook-signature'])

test('the bytes as they are stored, and every header once', async () => {
  const there = await receiver()
  const { endpoint, ...stored } = await attempt(`${there.url}hooks/in?key=1%202`, { data: unicode })
  const [request] = there.requests
  assert.equal(there.requests.length, 1)
  assert.equal(request.method, 'POST')
  assert.equal(request.url, '/hooks/in?key=1%202')
  assert.equal(request.body.toString('utf8'), stored.body)
  assert.deepEqual(JSON.parse(stored.body).data, unicode)
  const version = await value(`select extversion from pg_extension where extname = 'callcoach'`)
  const { 'x-webhook-signature': hex, 'webhook-signature': signature, 'webhook-timestamp': time, ...rest } = request.headers
  assert.deepEqual(rest, {
    accept: '*/*', host: `127.0.0.1:${there.port}`, 'content-length': String(request.body.length),
    'content-type': 'application/json', 'user-agent': `callcoach/${version}`, 'webhook-id': stored.idempotency_key,
    'x-webhook-event': 'user.promoted'
  })
  assert.match(hex, /^sha256=[0-9a-f]{64}$/)
  assert.match(signature, /^v1,[A-Za-z0-9+/]{43}=$/)
  assert.ok(Math.abs(Number(time) - request.at / 1000) <= 10, time)
  const names = request.raw.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())
  assert.equal(new Set(names).size, names.length, String(names))
  const { status, response_status, response_body, error, retry_count, next_retry_at } = stored
  assert.deepEqual({ status, response_status, response_body, error, retry_count, next_retry_at },
    { status: 'success', response_status: 200, response_body: 'ok', error: null, retry_count: 0, next_retry_at: null })
  assert.ok(stored.duration_ms >= 0 && stored.duration_ms < 5000)
})

test('signatures: whsec_ and plain secrets; the libraries refuse a byte more', async () => {
  const there = await receiver()
  for (const secret of ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', plain]) {
    const { body } = await attempt(there.url, { data: unicode, secret })
    const request = there.requests.at(-1)
    assert.equal(request.body.toString(), body)
    await isVerified(request, secret)
    // The key of X-Webhook-Signature is the whole secret, whsec_ included.
    assert.ok(await signs(request, secret))
    const changed = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) }
    await assert.rejects(isVerified(changed, secret))
    await assert.rejects(isVerified(request, 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'))
    assert.equal(await signs(changed, secret), false)
  }
})

test('while rotating, both secrets verify; afterwards only the new one', async () => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url)
  const secret = await value(`select rotate_webhook_secret($1, '1 hour')`, [made.id])
  await enqueue(made.org_id)
  await soon(() => there.requests.length === 1)
  assert.equal(there.requests[0].headers['webhook-signature'].split(' ').length, 2)
  await isVerified(there.requests[0], made.secret)
  await isVerified(there.requests[0], secret)
  await row(`update webhooks set previous_secret_expires_at = now() - interval '1 s' where id = $1`, [made.id])
  await enqueue(made.org_id)
  await soon(() => there.requests.length === 2)
  await assert.rejects(isVerified(there.requests[1], made.secret))
  await isVerified(there.requests[1], secret)
  // Over to a plain one, and to a new one in its place.
  await row(`update webhooks set previous_secret = null, previous_secret_expires_at = null, secret = $2 where id = $1`, [made.id, plain])
  const third = await value('select rotate_webhook_secret($1)', [made.id])
  await enqueue(made.org_id)
  await soon(() => there.requests.length === 3)
  await isVerified(there.requests[2], plain)
  await isVerified(there.requests[2], third)
})

test('over retries the id stays, the timestamp is new, the bytes are the same', async () => {
  let failures = 2
  const there = await receiver((_, response) => {
    response.statusCode = failures-- > 0 ? 503 : 200
    response.end()
  })
  const made = await endpoint(await organisation(), there.url)
  await enqueue(made.org_id, unicode)
  for (const count of [1, 2, 3]) {
    await soon(() => there.requests.length === count)
    await soon(async () => (await deliveries(made))[0].retry_count === Math.min(count, 2) || count === 3)
    if (count < 3) {
      // A second later at least.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      await makeDue(made)
    }
  }
  await soon(async () => (await deliveries(made))[0].status === 'success')
  assert.equal(new Set(there.requests.map((request) => request.id)).size, 1)
  assert.equal(new Set(there.requests.map((request) => request.body.toString())).size, 1)
  assert.equal(new Set(there.requests.map((request) => request.headers['webhook-timestamp'])).size, 3)
  assert.equal(new Set(there.requests.map((request) => request.headers['webhook-signature'])).size, 3)
  for (const request of there.requests) await isVerified(request, made.secret)
  const [stored] = await deliveries(made)
  assert.deepEqual([stored.retry_count, stored.next_retry_at, stored.error], [2, null, null])
})

test('256 KiB, to the byte', async () => {
  const there = await receiver()
  const shell = JSON.stringify({ text: '' }).length + 1
  const made = await endpoint(await organisation(), there.url)
  await enqueue(made.org_id, { text: 'é'.repeat((256 * 1024 - shell - 200) / 2) })
  const stored = await tried(made)
  const [request] = there.requests
  assert.equal(stored.status, 'success')
  assert.ok(request.body.length > 255 * 1024, String(request.body.length))
  assert.equal(request.body.toString('utf8'), stored.body)
  await isVerified(request, made.secret)
  await assert.rejects(enqueue(made.org_id, { text: 'x'.repeat(256 * 1024) }), { code: '22023' })
})

test('many at once: each endpoint its own, every one once', async () => {
  const there = await receiver()
  const org = await organisation()
  const made = await Promise.all(['a', 'b', 'c'].map((path) => endpoint(org, there.url + path)))
  await enqueue(org, {}, 200)
  await soon(async () => await value(
    `select count(*) = 600 from webhook_deliveries where org_id = $1 and status = 'success'`, [org]))
  assert.equal(there.requests.length, 600)
  for (const { url, secret } of made) {
    const mine = there.requests.filter((request) => there.url + request.url.slice(1) === url)
    assert.equal(new Set(mine.map((request) => request.id)).size, 200)
    await isVerified(mine[7], secret)
  }
  // One event has the same id everywhere.
  assert.equal(new Set(there.requests.map((request) => request.id)).size, 200)
})
