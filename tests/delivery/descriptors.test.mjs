// Too few file descriptors: a lack of the sender's own. Nothing is charged to an endpoint for it.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync, readdirSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { nameServer } from './dns.mjs'
import { cluster, deliveries, endpoint, enqueue, log, organisation, receiver, row, rows, setting, soon, value, worker } from './support.mjs'

const HOSTS = 300
const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).map(Number)
/** As the server's own user: others would need a capability. */
const limit = (pid, most) => {
  const command = ['prlimit', '--pid', String(pid), `--nofile=${most}:${most}`]
  const [file, ...args] = process.getuid() === 0 ? ['runuser', '-u', 'postgres', '--', ...command] : command
  execFileSync(file, args)
}
/** Another worker; gives its process. */
async function another() {
  const pid = await worker()
  await value('select pg_terminate_backend($1)', [pid])
  return soon(async () => {
    const found = await worker()
    return found && found !== pid && found
  }, 'another worker', 30_000)
}
before(() => nameServer(new Proxy({}, { has: () => true, get: () => (type) => (type === 'A' ? [['A', '127.0.0.1', undefined, 60]] : []) })))
/** The server with its limits as they were. */
async function restart() {
  await cluster('stop')
  await cluster('start')
}
after(restart)

test(`a limit of 190: ${HOSTS} receivers, kept connections to some of them`, { timeout: 120_000 }, async (t) => {
  const there = await receiver((_, response) => setTimeout(() => response.end(), 20))
  const said = log()
  const postmaster = Number(readFileSync(`${process.env.PGHOST}/data/postmaster.pid`, 'utf8').split('\n')[0])
  limit(postmaster, 190)
  const pid = await another()
  const orgs = []
  for (let n = 0; n < 3; n++) orgs.push(await organisation())
  for (let n = 0; n < HOSTS; n++) {
    await endpoint(orgs[n % 3], there.url.replace('127.0.0.1', `h${n}.test`) + n, { events: ['user.promoted'] })
  }
  let most = 0
  const timer = setInterval(() => { most = Math.max(most, descriptors(pid).length) }, 20).unref()
  for (let round = 0; round < 3; round++) {
    for (const org of orgs) await enqueue(org)
    await soon(() => there.requests.length === HOSTS * (round + 1), `round ${round}`, 60_000)
  }
  clearInterval(timer)
  t.diagnostic(`the worker had ${most} files open at most; the receiver saw ${there.connections} connections, ${there.most} at once`)
  for (const org of orgs) {
    await soon(async () => await value(`select count(*)::int = $2 from webhook_deliveries where org_id = $1 and status = 'success' and retry_count = 0`, [org, HOSTS]))
    assert.equal(await value('select count(*)::int from webhooks where org_id = $1 and failing_since is not null', [org]), 0)
  }
  assert.equal(there.requests.length, HOSTS * 3)
  assert.equal(await worker(), pid)
  // Some are kept and used again, not all of them.
  assert.ok(there.connections < HOSTS * 3, String(there.connections))
  assert.ok(there.most < 100, String(there.most))
  // Said once, with what it takes.
  assert.equal(said().split('a process may have 190 files open (ulimit -n), so 16 webhooks are in flight at most').length, 2)
  for (const org of orgs) await rows('delete from orgs where id = $1', [org])
})

test('none left all of a sudden: what was not sent is neither a retry nor a failure, and is sent all the same', { timeout: 120_000 }, async () => {
  await restart()
  // Each on a connection of its own; two a second, so that some are still to be begun.
  const there = await receiver((_, response) => response.writeHead(200, { connection: 'close' }).end())
  const org = await organisation()
  const made = await endpoint(org, there.url, { max_per_second: 2 })
  await setting('callcoach.poll_interval', '1h')
  try {
    const pid = await worker()
    const said = log()
    await enqueue(org, {}, 8)
    await soon(() => there.requests.length >= 2)
    // All those below are in use: PostgreSQL can close one of its files for another, a socket is one more.
    const used = new Set(descriptors(pid))
    limit(pid, [...Array(1000).keys()].find((n) => !used.has(n)))
    await soon(() => /webhooks are sent more slowly: .*Too many open files/.test(said()), 'a warning')
    await soon(async () => (await deliveries(made)).every(({ status }) => status === 'success'), 'all', 60_000)
    assert.equal(await worker(), pid)
    assert.equal(said().split('webhooks are sent more slowly').length, 2, 'said once')
    assert.ok((await deliveries(made)).every(({ retry_count }) => retry_count === 0))
    assert.deepEqual(await row('select failures, failing_since, enabled from webhooks where id = $1', [made.id]),
      { failures: 0, failing_since: null, enabled: true })
    assert.equal(there.requests.length, 8)
  } finally {
    await setting('callcoach.poll_interval', null)
  }
})
