// The guard against requests into the server's own network, through real look-ups and sockets. Allowed is 127.0.0.1
// alone, so 127.0.0.2, on the same ports, is the network that nobody may reach.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { before, test } from 'node:test'
import { attempt, deliveries, endpoint, enqueue, organisation, receiver, rows, setting, soon } from './support.mjs'
import { nameServer } from './dns.mjs'

const GOOD = ['A', '127.0.0.1']
const BAD = ['A', '127.0.0.2']
const only = (type, list) => list.filter(([kind]) => kind === type || kind === 'CNAME')
const answers = {
  'good.test': (type) => only(type, [GOOD]),
  'rebinds.test': (type, times) => only(type, [times === 1 ? GOOD : BAD]),
  'mixed.test': (type) => only(type, [GOOD, BAD]),
  'mixed-last.test': (type) => only(type, [BAD, GOOD]),
  'private.test': (type) => only(type, [['A', '10.1.2.3'], ['A', '192.168.1.1']]),
  'forbidden.test': (type) => only(type, [BAD]),
  'six.test': (type) => only(type, [GOOD, ['AAAA', '::1']]),
  'mapped.test': (type) => only(type, [['AAAA', '0:0:0:0:0:ffff:7f00:2']]),
  'mapped-good.test': (type) => only(type, [['AAAA', '0:0:0:0:0:ffff:7f00:1']]),
  'nat64.test': (type) => only(type, [GOOD, ['AAAA', '64:ff9b:0:0:0:0:7f00:2']]),
  'metadata.test': (type) => only(type, [['A', '169.254.169.254']]),
  'alias.test': () => [['CNAME', 'localhost'], ['A', '127.0.0.2', 'localhost']],
  'alias-only.test': () => [['CNAME', 'localhost']],
  'alias-good.test': (type) => [['CNAME', 'good.test'], ...only(type, [GOOD]).map(([kind, value]) => [kind, value, 'good.test'])],
  'empty.test': () => [],
  'missing.test': () => 3,
  'broken.test': () => 2,
  'refusing.test': () => 5,
  'silent.test': () => null
}
let dns, there, canary, proxied, port
before(async () => {
  dns = await nameServer(answers)
  there = await receiver((_, response) => {
    // Each request by a connection of its own.
    response.setHeader('connection', 'close')
    response.end('ok')
  })
  port = there.port
  canary = await receiver(undefined, { address: '127.0.0.2', port })
  proxied = await receiver(undefined, { port: Number(process.env.DELIVERY_PROXY_PORT) })
})

const refused = (found) => {
  assert.deepEqual([found.status, found.response_status, found.retry_count, found.next_retry_at], ['failed', null, 0, null], found.error)
  // Where a name leads is for the server's log.
  assert.doesNotMatch(found.error, /\d+\.\d+\.\d+\.\d+|::/)
}
const tryAgain = (found, error) => {
  assert.deepEqual([found.status, found.response_status, found.retry_count], ['pending', null, 1], found.error)
  assert.match(found.error, error)
}
const to = (host) => attempt(there.url.replace('127.0.0.1', host), { ms: 15_000 })

test('an allowed name is looked up once for both kinds of address, and the Host header has it', async () => {
  const found = await to('good.test')
  assert.equal(found.status, 'success', found.error)
  assert.equal(there.requests.at(-1).headers.host, `good.test:${port}`)
  assert.deepEqual(dns.asked.filter((one) => one.startsWith('good.test')).sort(), ['good.test A', 'good.test AAAA'])
})

test('rebinding: allowed at first, forbidden at the next look-up', async () => {
  const before = there.requests.length
  const first = await to('rebinds.test')
  assert.equal(first.status, 'success', first.error)
  assert.equal(there.requests.length, before + 1)
  // One look-up for one attempt: what was checked is what was connected to.
  assert.equal(dns.asked.filter((one) => one === 'rebinds.test A').length, 1)
  await enqueue(first.endpoint.org_id)
  const second = await soon(async () => {
    const found = (await deliveries(first.endpoint))[1]
    return found?.attempted_at && found
  })
  refused(second)
  assert.equal(there.requests.length, before + 1)
})

for (const host of ['mixed', 'mixed-last', 'private', 'forbidden', 'six', 'mapped', 'nat64', 'metadata', 'alias', 'alias-only']) {
  test(`${host}: refused, and nobody is connected to`, async () => {
    const before = there.requests.length
    refused(await to(`${host}.test`))
    assert.equal(there.requests.length, before)
  })
}

test('aliases and mapped addresses of what is allowed are allowed', async () => {
  for (const host of ['alias-good.test', 'mapped-good.test']) {
    const found = await to(host)
    assert.equal(found.status, 'success', `${host}: ${found.error}`)
  }
})

test('names that do not resolve are tried again', async () => {
  for (const host of ['empty', 'missing', 'broken', 'refusing']) tryAgain(await to(`${host}.test`), /resolved|no address/)
  tryAgain(await to('silent.test'), /resolved|no response within|took too long/)
})

test('addresses that are not allowed, however they are written', async () => {
  const urls = [`http://127.0.0.2:${port}/`, `http://127.2:${port}/`, `http://0x7f000002:${port}/`, `http://2130706434:${port}/`,
    `http://0177.0.0.2:${port}/`, `http://[::1]:${port}/`, `http://[::ffff:127.0.0.2]:${port}/`, 'http://169.254.169.254/latest/meta-data/',
    `http://0.0.0.0:${port}/`, `http://[::]:${port}/`, `http://localhost:${port}/`, `http://127.0.0.1:${process.env.DELIVERY_DNS_PORT}/`,
    `http://user:password@127.0.0.1:${port}/`, `http://good.test.:${port}/`]
  for (const url of urls) {
    // Refused when it is stored; past that check, when it is sent.
    const org = await organisation()
    let stored
    try {
      stored = await endpoint(org, url)
    } catch (e) {
      assert.equal(e.code, '22023', `${url}: ${e.message}`)
      stored = await endpoint(org, there.url)
      await rows(`do $$ begin
          set local session_replication_role = replica;
          update webhooks set url = '${url}' where id = '${stored.id}';
        end $$`)
    }
    await enqueue(org)
    const [found] = await soon(async () => {
      const all = await deliveries(stored)
      return all[0]?.attempted_at && all
    })
    assert.deepEqual([found.status, found.response_status], ['failed', null], `${url}: ${found.error}`)
    assert.doesNotMatch(found.error, /user:|:password/)
  }
})

// With a mount namespace of its own, which wants root.
test('the name servers of /etc/resolv.conf, and others once it is written anew', { skip: !process.env.DELIVERY_RESOLV_CONF }, async () => {
  const old = await nameServer({ 'moves.test': (type) => only(type, [BAD]) }, '127.83.0.1', 53)
  const next = await nameServer({ 'moves.test': (type) => only(type, [GOOD]) }, '127.83.0.2', 53)
  const resolve = (address) => writeFileSync(process.env.DELIVERY_RESOLV_CONF, `nameserver ${address}\n`)
  resolve('127.83.0.1')
  await setting('callcoach.webhook_nameservers', '')
  try {
    refused(await to('moves.test'))
    assert.ok(old.asked.length > 0 && next.asked.length === 0)
    // Nothing is reloaded.
    resolve('127.83.0.2')
    const found = await to('moves.test')
    assert.equal(found.status, 'success', found.error)
    assert.ok(next.asked.length > 0)
  } finally {
    await setting('callcoach.webhook_nameservers', null)
  }
})

test('nobody else was connected to: no forbidden address, no proxy of the environment', () => {
  assert.deepEqual([canary.connections, proxied.connections], [0, 0])
})
