// examples/webhook-sender against PostgREST and a receiver: it delivers, retries, settles.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { after, before, beforeEach, test } from 'node:test'
import { transform } from 'esbuild'
import { Webhook } from 'standardwebhooks'
import { asMember, asServer, data, psql, refused, row, rows } from './support.mjs'

const ORG = 'e0000000-0000-4000-8000-000000000001'
const HOOK = 'e0000000-0000-4000-8000-000000000014'
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const file = new URL('../../examples/webhook-sender/sender.ts', import.meta.url)

let sendDue
let receiver
/** What came. */
let received
/** What is answered, by path. */
const answers = {}

const setting = (name, value) => psql(`alter system ${value === null ? `reset ${name}` : `set ${name} = '${value}'`}`)
const reload = async () => {
  psql('select pg_reload_conf()')
  await new Promise((resolve) => setTimeout(resolve, 500))
}

before(async () => {
  const { code } = await transform(readFileSync(file, 'utf8'), { loader: 'ts', format: 'esm' })
  sendDue = (await import(`data:text/javascript,${encodeURIComponent(code)}`)).sendDue
  receiver = createServer((request, response) => {
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ url: request.url, headers: request.headers, body: Buffer.concat(chunks).toString() })
      const answer = answers[request.url] ?? { status: 204 }
      if (answer.hang) return
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
  })
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  setting('callcoach.webhook_allowed_networks', '127.0.0.1/32')
  setting('callcoach.webhook_allow_http', 'on')
  setting('callcoach.webhook_ports', String(receiver.address().port))
  setting('callcoach.webhook_timeout', '1s')
  await reload()
  psql(`
    insert into orgs (id, name) values ('${ORG}', 'Sent');
    insert into org_members (org_id, user_id, role) values ('${ORG}', 'user_eve', 'admin');
    insert into webhooks (id, org_id, name, url, secret, events) values ('${HOOK}', '${ORG}', 'here', '${at('/')}', '${SECRET}', '{user.added}')`)
})
beforeEach(() => {
  received = []
  psql(`delete from webhook_deliveries where org_id = '${ORG}'; update webhooks set enabled = true, failing_since = null, failures = 0 where id = '${HOOK}'`)
})
after(async () => {
  for (const name of ['allowed_networks', 'allow_http', 'ports', 'timeout']) setting(`callcoach.webhook_${name}`, null)
  await reload()
  psql(`delete from orgs where id = '${ORG}'`)
  receiver.closeAllConnections()
  receiver.close()
})

const at = (path) => `http://127.0.0.1:${receiver.address().port}${path}`
/** Queues n events for an endpoint that answers so. */
async function queue(path, answer, n = 1) {
  answers[path] = answer
  psql(`update webhooks set url = '${at(path)}' where id = '${HOOK}'`)
  for (let i = 0; i < n; i++) data(await (await asServer(ORG)).rpc('enqueue_webhook', { event: 'user.added', payload: { i } }))
}
// With an organisation: what other tests left is not for this one to send.
const send = async () => sendDue(await asServer(ORG), { until: Date.now() + 20_000 })
const delivery = () => row(`select id, status, response_status, response_body, retry_count, error, duration_ms >= 0 as timed,
  extract(epoch from next_retry_at - attempted_at)::int as wait from webhook_deliveries where org_id = '${ORG}'`)

test('delivers what is due, each once, signed', async () => {
  await queue('/ok?key=1', { status: 200, body: 'thanks' }, 30)
  assert.deepEqual(await send(), { success: 30 })
  assert.equal(received.length, 30)
  assert.equal(new Set(received.map((r) => r.headers['webhook-id'])).size, 30)
  for (const { url, headers, body } of received) {
    assert.equal(url, '/ok?key=1')
    assert.equal(headers['content-type'], 'application/json')
    assert.equal(headers['x-webhook-event'], 'user.added')
    assert.equal(new Webhook(SECRET).verify(body, headers).idempotency_key, headers['webhook-id'])
  }
  assert.deepEqual(rows(`select distinct status, response_status, response_body from webhook_deliveries where org_id = '${ORG}'`),
    [{ status: 'success', response_status: 200, response_body: 'thanks' }])
  assert.deepEqual(await send(), {})
})

test('tries again what failed for now: the same id, another timestamp', async () => {
  await queue('/busy', { status: 503, headers: { 'retry-after': '90' }, body: 'busy' })
  assert.deepEqual(await send(), { pending: 1 })
  const first = delivery()
  assert.deepEqual([first.status, first.response_status, first.response_body, first.retry_count, first.timed], ['pending', 503, 'busy', 1, true])
  assert.ok(first.wait >= 90 && first.wait <= 97, `${first.wait} s`)
  assert.deepEqual(await send(), {}, 'not before it is due')
  answers['/busy'] = { status: 200 }
  psql(`update webhook_deliveries set next_retry_at = now() where id = '${first.id}'`)
  assert.deepEqual(await send(), { success: 1 })
  assert.equal(received.length, 2)
  assert.equal(received[0].headers['webhook-id'], received[1].headers['webhook-id'])
  assert.equal(received[0].body, received[1].body)
})

test('a receiver that hangs, one that is not there: tried again, with what went wrong', async () => {
  await queue('/hangs', { hang: true })
  assert.deepEqual(await send(), { pending: 1 })
  assert.deepEqual([delivery().error, delivery().response_status], ['no response in time', null])
  psql(`delete from webhook_deliveries where org_id = '${ORG}'`)
  await queue('/gone', {})
  psql(`alter table webhooks disable trigger check_webhook; update webhooks set url = 'https://127.0.0.1:443/nobody' where id = '${HOOK}';
    alter table webhooks enable trigger check_webhook`)
  assert.deepEqual(await send(), { pending: 1 })
  assert.equal(delivery().error, 'ECONNREFUSED')
})

test('fails at once on a redirect, which is not followed; 410 switches the endpoint off', async () => {
  await queue('/moved', { status: 302, headers: { location: at('/elsewhere') } })
  assert.deepEqual(await send(), { failed: 1 })
  assert.deepEqual(received.map((r) => r.url), ['/moved'])
  psql(`delete from webhook_deliveries where org_id = '${ORG}'`)
  await queue('/over', { status: 410 })
  assert.deepEqual(await send(), { failed: 1 })
  assert.deepEqual(row(`select enabled, disabled_reason from webhooks where id = '${HOOK}'`),
    { enabled: false, disabled_reason: 'the endpoint answered 410 Gone' })
})

test('several senders at once send each delivery once', async () => {
  await queue('/many', { status: 200 }, 60)
  const counts = await Promise.all([send(), send(), send()])
  assert.equal(counts.reduce((sum, count) => sum + (count.success ?? 0), 0), 60)
  assert.equal(received.length, 60)
  assert.equal(new Set(received.map((r) => r.headers['webhook-id'])).size, 60)
})

test('a settled delivery is redelivered by its admin, and a lost claim is 409', async () => {
  await queue('/again', { status: 200 })
  await send()
  const { id } = delivery()
  assert.equal(data(await (await asMember('user_eve', ORG)).rpc('redeliver_webhook', { delivery_id: id })), id)
  refused(await (await asMember('user_eve', ORG)).rpc('redeliver_webhook', { delivery_id: id }), 409, 'PT409')
  assert.deepEqual(await send(), { success: 1 })
  assert.equal(received.length, 2)
  assert.equal(received[0].headers['webhook-id'], received[1].headers['webhook-id'])
  const claim = 'cccccccc-cccc-4ccc-8ccc-cccccccccccc'
  refused(await (await asServer()).rpc('settle_webhook_delivery', { delivery_id: id, claim, status: 200 }), 409, 'PT409')
  refused(await (await asServer()).rpc('settle_webhook_delivery', { delivery_id: claim, claim, status: 200 }), 404, 'PT404')
  const [health] = data(await (await asMember('user_eve', ORG)).from('webhook_health').select('name, pending, delivered_24h, success_rate_24h'))
  assert.deepEqual(health, { name: 'here', pending: 0, delivered_24h: 1, success_rate_24h: 1 })
})
