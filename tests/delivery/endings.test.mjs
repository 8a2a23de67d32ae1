// Every way in which an attempt can end, through real sockets, and what is recorded of it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import net from 'node:net'
import { after, test } from 'node:test'
import { attempt, deliveries, endpoint, enqueue, makeDue, memory, organisation, raw, receiver, rows, setting, silentPort,
  sleep, soon, value, worker } from './support.mjs'

// What the definition says of a status.
const verdict = (status) => {
  if (status >= 200 && status < 300) return 'success'
  if (status === 408 || status === 429 || status >= 500) return 'retry'
  return 'failed'
}

/** Checks what is recorded: `retry` is pending, to be tried again in 60 to 66 s. */
function recorded(found, ending, expected) {
  const what = `${found.url ?? ''} ${JSON.stringify({ ...found, body: undefined, payload: undefined })}`
  if (ending === 'retry') {
    assert.deepEqual([found.status, found.retry_count], ['pending', 1], what)
    assert.ok(found.wait >= 60 && found.wait <= 70 + found.duration_ms / 1000, what)
  } else {
    assert.deepEqual([found.status, found.retry_count, found.next_retry_at], [ending, 0, null], what)
  }
  for (const [key, wanted] of Object.entries(expected)) {
    if (wanted instanceof RegExp) assert.match(String(found[key]), wanted, what)
    else if (typeof wanted === 'function') assert.ok(wanted(found[key]), `${key}: ${what}`)
    else assert.deepEqual(found[key], wanted, `${key}: ${what}`)
  }
  assert.ok(found.duration_ms >= 0 && found.duration_ms <= 60_000, what)
}

test('every status from 200 to 599', async () => {
  const canary = await receiver()
  const there = await receiver((request, response) => {
    const status = Number(request.url.slice(1))
    response.writeHead(status, { location: canary.url, 'x-status': status })
    response.end(`said ${status}`)
  })
  const org = await organisation()
  await rows(`insert into webhooks (org_id, name, url, events)
    select $1, n::text, $2 || n, '{user.promoted}' from generate_series(200, 599) n`, [org, there.url])
  assert.equal(await enqueue(org), 400)
  const all = await soon(async () => {
    const found = await rows(`select d.*, d.status::text as status, w.name, w.enabled, w.disabled_reason, w.failures, w.url,
        extract(epoch from next_retry_at - attempted_at)::float8 as wait
        from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.org_id = $1 and attempted_at is not null`, [org])
    return found.length === 400 && found
  })
  for (const found of all) {
    const status = Number(found.name)
    recorded(found, verdict(status), {
      response_status: status, error: null, response_body: status === 204 || status === 304 ? '' : status === 205 ? /^(said 205)?$/ : `said ${status}`
    })
  }
  // Everyone was tried once, and no redirect was followed.
  assert.equal(there.requests.length, 400)
  assert.equal(canary.connections, 0)
  await soon(async () => await value('select count(*) = 1 from webhooks where org_id = $1 and not enabled', [org]))
  const off = await rows(`select name, disabled_reason, failures from webhooks where org_id = $1 and not enabled`, [org])
  assert.deepEqual(off, [{ name: '410', disabled_reason: 'the endpoint answered 410 Gone', failures: 1 }])
  const failing = await value('select count(*)::int from webhooks where org_id = $1 and failing_since is not null and failures = 1', [org])
  assert.equal(failing, 300)
})

const head = (more = '', status = '200 OK') => `HTTP/1.1 ${status}\r\n${more}\r\n`
const ok = (body) => head(`content-length: ${Buffer.byteLength(body)}\r\n`) + body
const trickle = (socket, piece, ms) => {
  const timer = setInterval(() => socket.writable && socket.write(piece), ms)
  socket.on('close', () => clearInterval(timer))
}
/** Writes for as long as it is read. */
const flood = (socket, piece, count) => {
  const more = () => {
    while (socket.writable && !socket.destroyed && socket.sent < 1 << 30) {
      socket.sent += piece.length
      if (count) count(piece.length)
      if (!socket.write(piece)) return void socket.once('drain', more)
    }
  }
  socket.sent = 0
  more()
}

// How a receiver behaves once it has the request's head: what is to be recorded.
const CASES = {
  'closes without a word': [(s) => s.end(), 'retry', { response_status: null, error: /clos|reset|complete/ }],
  'resets at once': [(s) => s.resetAndDestroy(), 'retry', { response_status: null, error: /reset|closed/ }],
  'resets within its headers': [(s) => { s.write('HTTP/1.1 200 OK\r\nx-a: '); setTimeout(() => s.resetAndDestroy(), 100) },
    'retry', { response_status: null, error: /./ }],
  'closes within its headers': [(s) => s.end('HTTP/1.1 200 OK\r\nx-a: '), 'retry', { response_status: null, error: /./ }],
  'resets within its body': [(s) => { s.write(head('content-length: 100\r\n') + 'half'); setTimeout(() => s.resetAndDestroy(), 100) },
    'success', { response_status: 200, response_body: 'half', error: 'the response broke off' }],
  'closes before its body is whole': [(s) => s.end(head('content-length: 100\r\n') + 'half'),
    'success', { response_status: 200, response_body: 'half', error: 'the response broke off' }],
  'fails, and breaks off': [(s) => s.end(head('content-length: 100\r\n', '500 Oh') + 'half'),
    'retry', { response_status: 500, response_body: 'half', error: 'the response broke off' }],
  'answers more than it says': [(s) => s.end(head('content-length: 4\r\n') + 'wholeand more'),
    'success', { response_status: 200, response_body: 'whol', error: null }],
  'never answers': [() => {}, 'retry', { response_status: null, error: 'no response within 3s', duration_ms: (n) => n >= 2900 }],
  'stops within its headers': [(s) => s.write('HTTP/1.1 200 OK\r\nx-a: '), 'retry', { response_status: null, error: 'no response within 3s' }],
  'stops within its body': [(s) => s.write(head('content-length: 100\r\n') + 'half'), 'success',
    { response_status: 200, response_body: 'half', error: /took too long/, duration_ms: (n) => n >= 2900 }],
  'drips its headers': [(s) => { s.write('HTTP/1.1 200 OK\r\n'); trickle(s, 'x-a: b\r\n', 200) }, 'retry', { response_status: null, error: 'no response within 3s' }],
  'drips its body': [(s) => { s.write(head('content-length: 1000\r\n')); trickle(s, 'x', 200) }, 'success',
    { response_status: 200, response_body: /^x{5,20}$/, error: /took too long/, duration_ms: (n) => n >= 2900 }],
  'speaks SMTP': [(s) => s.end('220 mail.test ESMTP\r\n'), 'retry', { response_status: null, error: /^not HTTP/ }],
  'sends zeros': [(s) => s.end(Buffer.alloc(5000)), 'retry', { response_status: null, error: /^not HTTP/ }],
  'speaks TLS': [(s) => s.end(Buffer.from('15030300020228', 'hex')), 'retry', { response_status: null, error: /^not HTTP/ }],
  'speaks HTTP/0.9': [(s) => s.end('<html>hello</html>'), 'retry', { response_status: null, error: /^not HTTP/ }],
  'speaks HTTP/3': [(s) => s.end('HTTP/3.0 200 OK\r\n\r\n'), 'retry', { response_status: null, error: /^not HTTP/ }],
  'has no end of headers': [(s) => { s.write('HTTP/1.1 200 OK\r\n'); flood(s, Buffer.from(`x-a: ${'a'.repeat(1000)}\r\n`.repeat(20))) },
    'retry', { response_status: null, error: /^not HTTP/ }],
  'has one endless header': [(s) => { s.write('HTTP/1.1 200 OK\r\nx-a: '); flood(s, Buffer.alloc(10_000, 'a')) },
    'retry', { response_status: null, error: /^not HTTP/ }],
  'has two lengths': [(s) => s.end(head('content-length: 2\r\ncontent-length: 3\r\n') + 'abc'), 'retry', { response_status: null, error: /^not HTTP/ }],
  'has a negative length': [(s) => s.end(head('content-length: -1\r\n') + 'abc'), 'retry', { response_status: null, error: /^not HTTP/ }],
  'claims a huge length': [(s) => s.end(head('content-length: 18446744073709551000\r\n') + 'abc'), /success|retry/, {}],
  'sends broken chunks': [(s) => s.end(head('transfer-encoding: chunked\r\n') + '4\r\nwhol\r\nzz\r\n'), 'success',
    { response_status: 200, response_body: 'whol', error: 'the response broke off' }],
  'sends chunks': [(s) => s.end(head('transfer-encoding: chunked\r\n') + '4\r\nwhol\r\n1\r\ne\r\n0\r\n\r\n'), 'success',
    { response_body: 'whole', error: null }],
  'goes on until it closes': [(s) => s.end(head('connection: close\r\n') + 'all of it'), 'success', { response_body: 'all of it', error: null }],
  'speaks HTTP/1.0': [(s) => s.end('HTTP/1.0 200 OK\r\n\r\nold'), 'success', { response_body: 'old', error: null }],
  'sends 100, 102 and 103 first': [(s) => s.write(head('', '100 Continue') + head('', '102 Processing') + head('link: </a>\r\n', '103 Early Hints') + ok('then')),
    'success', { response_status: 200, response_body: 'then', error: null }],
  'switches protocols': [(s) => s.write(head('upgrade: x\r\nconnection: upgrade\r\n', '101 Switching Protocols')), 'retry', {}],
  'has status 999': [(s) => s.end(head('content-length: 0\r\n', '999 What')), 'retry', { response_status: 999 }],
  'has status 099': [(s) => s.end(head('content-length: 0\r\n', '099 What')), 'retry', { response_status: null, error: /^not HTTP/ }],
  'has NUL and broken UTF-8 in its body': [(s) => s.end(Buffer.concat([Buffer.from(head('content-length: 8\r\n')),
    Buffer.from([0x61, 0, 0xff, 0x62, 0xc3, 0x28, 0xe2, 0x82])])), 'success', { response_body: 'a\ufffd\ufffdb\ufffd(\ufffd', error: null }],
  'sends 20,000 two-byte characters': [(s) => s.end(ok(`x${'é'.repeat(20_000)}`)), 'success',
    { response_body: (text) => text === `x${'é'.repeat(8191)}`, error: null }],
  'sends 64 KiB': [(s) => s.end(ok('y'.repeat(65_535))), 'success', { response_body: 'y'.repeat(16_384), error: null }],
  'sends 1 MiB': [(s) => s.end(ok('z'.repeat(1 << 20))), 'success', { response_body: 'z'.repeat(16_384), error: 'the response was read up to 64 KiB' }],
  'says gzip': [(s) => s.end(head('content-encoding: gzip\r\ncontent-length: 3\r\n') + 'abc'), 'success', { response_body: 'abc', error: null }],
  'sets cookies': [(s) => s.end(head('set-cookie: a=b\r\ncontent-length: 0\r\n')), 'success', { response_body: '' }],
  'answers before it has read': [(s) => { s.write(ok('early')); s.end() }, 'success', { response_body: 'early' }],
  'redirects to a file': [(s) => s.end(head('location: file:///etc/passwd\r\ncontent-length: 0\r\n', '302 Found')), 'failed', { response_status: 302, error: null }],
  'retries after 90 s': [(s) => s.end(head('retry-after: 90\r\ncontent-length: 0\r\n', '503 Busy')), 'wait', { wait: [90, 97] }],
  'retries after 1 s': [(s) => s.end(head('retry-after: 1\r\ncontent-length: 0\r\n', '429 Slow')), 'wait', { wait: [60, 67] }],
  'retries after a day': [(s) => s.end(head('retry-after: 86400\r\ncontent-length: 0\r\n', '503 Busy')), 'wait', { wait: [119.9, 121] }],
  'retries at a time': [(s) => s.end(head(`retry-after: ${new Date(Date.now() + 100_000).toUTCString()}\r\ncontent-length: 0\r\n`, '503 Busy')), 'wait', { wait: [98, 107] }],
  'retries at a time gone by': [(s) => s.end(head('retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\ncontent-length: 0\r\n', '503 Busy')), 'wait', { wait: [60, 67] }],
  'retries after nonsense': [(s) => s.end(head('retry-after: s\u00f6on\r\ncontent-length: 0\r\n', '503 Busy')), 'wait', { wait: [60, 67] }]
}

test('whatever a receiver does', async (t) => {
  const there = await raw((socket, path) => Object.values(CASES)[Number(path.slice(1))][0](socket))
  const org = await organisation()
  const names = Object.keys(CASES)
  await rows(`insert into webhooks (org_id, name, url, events)
    select $1, n - 1, $2 || (n - 1), '{user.promoted}' from generate_series(1, $3) n`, [org, there.url, names.length])
  await enqueue(org)
  const all = await soon(async () => {
    const found = await rows(`select d.*, d.status::text as status, w.name,
        extract(epoch from next_retry_at - attempted_at)::float8 as wait
        from webhook_deliveries d join webhooks w on w.id = d.webhook_id where d.org_id = $1 and attempted_at is not null`, [org])
    return found.length === names.length && found
  })
  for (const [n, name] of names.entries()) {
    await t.test(name, () => {
      const found = all.find((one) => one.name === String(n))
      const [, ending, expected] = CASES[name]
      if (ending instanceof RegExp) assert.match(found.status === 'pending' ? 'retry' : found.status, ending)
      else if (ending === 'wait') {
        const [least, most] = expected.wait
        assert.equal(found.retry_count, 1)
        assert.ok(found.wait >= least && found.wait <= most, String(found.wait))
      } else recorded(found, ending, expected)
    })
  }
})

test('nobody listens, or resets at accept, or never accepts', async () => {
  const refused = await attempt(`http://127.0.0.1:${await silentPort()}/`)
  recorded(refused, 'retry', { response_status: null, response_body: null, error: /refused/, duration_ms: (n) => n < 1000 })
  const early = await raw(null, { early: (socket) => socket.resetAndDestroy() })
  recorded(await attempt(early.url), 'retry', { response_status: null, error: /./ })
  // A process that is stopped, with room for few connections: the first ones get no answer, the next ones no connection.
  const port = await silentPort()
  const child = spawn(process.execPath, ['-e', `require('net').createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => console.log('on'))`])
  after(() => child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  child.kill('SIGSTOP')
  recorded(await attempt(`http://127.0.0.1:${port}/`), 'retry', { response_status: null, error: 'no response within 3s', duration_ms: (n) => n >= 2900 })
  const fillers = Array.from({ length: 6 }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
  await sleep(300)
  recorded(await attempt(`http://127.0.0.1:${port}/`), 'retry',
    { response_status: null, error: 'connecting took too long', duration_ms: (n) => n >= 900 })
  fillers.forEach((socket) => socket.destroy())
})

// In a process of its own, so that it takes none of the other receivers' time.
const FLOODER = `require('net').createServer((s) => {
  const piece = Buffer.from('HTTP/1.1 100 Continue\\r\\n\\r\\n'.repeat(2000))
  const more = () => { while (s.writable && s.write(piece)); s.once('drain', more) }
  s.on('error', () => {}); s.once('data', more)
}).listen(Number(process.argv[1]), '127.0.0.1', () => console.log('on'))`

test('a receiver that sends 100 for ever ends as others do, and holds up nobody', async (t) => {
  const port = await silentPort()
  const child = spawn(process.execPath, ['-e', FLOODER, String(port)])
  after(() => child.kill('SIGKILL'))
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const there = await receiver()
  const bad = await endpoint(await organisation(), `http://127.0.0.1:${port}/`)
  const good = await endpoint(await organisation(), there.url)
  await enqueue(bad.org_id, {}, 4)
  await sleep(500)
  const took = []
  for (let n = 1; n <= 10; n++) {
    const began = Date.now()
    await enqueue(good.org_id)
    await soon(() => there.requests.length === n)
    took.push(Date.now() - began)
  }
  t.diagnostic(`the others' deliveries took ${took.join(', ')} ms`)
  await soon(async () => (await deliveries(bad)).every((one) => one.attempted_at))
  child.kill('SIGKILL')
  for (const one of await deliveries(bad)) recorded(one, 'retry', { response_status: null, error: /./ })
  assert.ok((await deliveries(good)).every((one) => one.status === 'success' && one.retry_count === 0))
})

test('a gigabyte from 20 receivers at once: read no further, no memory', async (t) => {
  let written = 0
  const piece = Buffer.alloc(65_536, 'g')
  const there = await raw((socket) => {
    socket.write(head(`content-length: ${1 << 30}\r\n`))
    flood(socket, piece, (bytes) => { written += bytes })
  })
  const org = await organisation()
  for (let i = 0; i < 20; i++) await endpoint(org, there.url + i)
  const pid = await worker()
  const before = memory(pid)
  let most = before
  const timer = setInterval(() => { most = Math.max(most, memory(pid)) }, 10)
  await enqueue(org, {}, 10)
  await soon(async () => await value(
    `select count(*) = 200 from webhook_deliveries where org_id = $1 and status = 'success' and length(response_body) = 16384
        and error = 'the response was read up to 64 KiB'`, [org]))
  clearInterval(timer)
  // What the sockets' buffers took is no part of it.
  t.diagnostic(`worker: ${before} KiB before, ${most} KiB at most; ${Math.round(written / 200 / 1024)} KiB written a response`)
  assert.ok(most - before < 64 * 1024, `${before} ${most}`)
  assert.equal(await worker(), pid)
  assert.ok(there.sockets.size === 0 || await soon(() => there.sockets.size === 0))
})

test('a pooled connection that is closed meanwhile is no failed attempt', async (t) => {
  let connections = 0
  // It answers, promises to stay, and leaves after a while.
  const there = await raw((socket) => {
    connections++
    socket.write(ok('kept'))
    setTimeout(() => socket.end(), 50)
  })
  const made = await endpoint(await organisation(), there.url, { max_in_flight: 1 })
  await enqueue(made.org_id, {}, 1)
  for (let n = 0; n < 20; n++) {
    await sleep(40 + n)
    await enqueue(made.org_id)
  }
  await soon(async () => (await deliveries(made)).every((one) => one.attempted_at))
  const all = await deliveries(made)
  t.diagnostic(`${all.filter((one) => one.retry_count > 0).length} of ${all.length} failed, on ${connections} connections`)
  assert.ok(all.every((one) => one.status === 'success'), JSON.stringify(all.map((one) => one.error)))
})

test('connections are used again', async () => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url, { max_in_flight: 1 })
  for (let n = 1; n <= 10; n++) {
    await enqueue(made.org_id)
    await soon(() => there.requests.length === n)
  }
  assert.equal(there.connections, 1)
})

test('HTTPS: a certificate of the file’s authority, and others that are not', async () => {
  const good = await receiver(undefined, { tls: 'good' })
  recorded(await attempt(good.url), 'success', { response_status: 200, response_body: 'ok' })
  for (const [tls, why] of [['strange', /UnknownIssuer/], ['other', /not valid for|NotValidForName/], ['expired', /[Ee]xpired/]]) {
    const there = await receiver(undefined, { tls })
    const found = await attempt(there.url)
    recorded(found, 'retry', { response_status: null, error: /^TLS: / })
    assert.match(found.error, why)
    assert.equal(there.requests.length, 0)
  }
  // Plain HTTP where TLS is expected, and the other way round.
  const plain = await receiver()
  recorded(await attempt(plain.url.replace('http', 'https')), 'retry', { response_status: null, error: /^TLS: / })
  const wrong = await attempt(good.url.replace('https', 'http'))
  assert.notEqual(wrong.status, 'success')
})

test('a file of certificates that is renewed is read anew, without a reload', async () => {
  const folder = process.env.DELIVERY_CERTIFICATES
  const renew = (authority) => copyFileSync(`${folder}/${authority}.pem`, `${folder}/renewed.pem`)
  renew('unknown')
  await setting('callcoach.webhook_ca_file', `${folder}/renewed.pem`)
  try {
    const there = await receiver(undefined, { tls: 'good' })
    const found = await attempt(there.url)
    recorded(found, 'retry', { response_status: null, error: /^TLS: .*UnknownIssuer/ })
    renew('trusted')
    await makeDue(found.endpoint)
    await soon(async () => (await deliveries(found.endpoint))[0].status === 'success')
  } finally {
    await setting('callcoach.webhook_ca_file', null)
  }
})
