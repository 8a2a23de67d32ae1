// Nothing is sent before its transaction commits, nothing of one that does not, and everything of one that does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveries, endpoint, organisation, receiver, rows, session, sleep, soon, value } from './support.mjs'

async function begin() {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url)
  const client = await session()
  await client.query('begin')
  await client.query('select set_org_claim($1)', [made.org_id])
  const enqueue = (data = {}) => client.query(`select enqueue_webhook('user.promoted', $1::jsonb)`, [JSON.stringify(data)])
  return { there, made, client, enqueue }
}
const data = (there) => there.requests.map((request) => JSON.parse(request.body).data)

test('nothing before commit, all of it at once after', async (t) => {
  const { there, made, client, enqueue } = await begin()
  for (let n = 0; n < 5; n++) await enqueue({ n })
  await sleep(2500)
  assert.equal(there.requests.length, 0)
  const began = Date.now()
  await client.query('commit')
  await soon(() => there.requests.length === 5)
  t.diagnostic(`the last of 5 came ${Date.now() - began} ms after the commit began`)
  await client.end()
  await soon(async () => (await deliveries(made)).every(({ status }) => status === 'success'))
})

test('nothing of a rollback, of one by error, of a session that ends', async () => {
  for (const end of [(c) => c.query('rollback'), (c) => c.query('select 1/0').catch(() => c.query('commit')), (c) => c.end()]) {
    const { there, made, client, enqueue } = await begin()
    await enqueue()
    await end(client)
    await client.end().catch(() => {})
    await sleep(1500)
    assert.equal(there.requests.length, 0)
    assert.deepEqual(await deliveries(made), [])
  }
})

test('ROLLBACK TO SAVEPOINT takes back what came after, and only that', async () => {
  const { there, made, client, enqueue } = await begin()
  await enqueue({ n: 1 })
  await client.query('savepoint a')
  await enqueue({ n: 2 })
  await client.query('savepoint b')
  await enqueue({ n: 3 })
  await client.query('release b')
  await client.query('rollback to a')
  await enqueue({ n: 4 })
  await client.query('commit')
  await client.end()
  await soon(() => there.requests.length === 2)
  await sleep(1500)
  assert.deepEqual(data(there).map(({ n }) => n).sort(), [1, 4])
  assert.equal((await deliveries(made)).length, 2)
})

test('a block of plpgsql that catches its error takes back what was in it', async () => {
  const { there, client, enqueue } = await begin()
  await enqueue({ n: 1 })
  await client.query(`do $$ begin perform enqueue_webhook('user.promoted', '{"n": 2}'); raise exception 'x'; exception when others then null; end $$`)
  await client.query('commit')
  await client.end()
  await soon(() => there.requests.length === 1)
  await sleep(1200)
  assert.deepEqual(data(there), [{ n: 1 }])
})

test('only what was queued before ROLLBACK TO SAVEPOINT wakes the worker, too', async () => {
  const { there, client, enqueue } = await begin()
  await client.query('savepoint a')
  await enqueue({ n: 1 })
  await client.query('rollback to a')
  await client.query('commit')
  await client.end()
  await sleep(1200)
  assert.equal(there.requests.length, 0)
})

test('PREPARE TRANSACTION: nothing until COMMIT PREPARED, which the slow poll finds; nothing of ROLLBACK PREPARED', async (t) => {
  for (const verb of ['commit', 'rollback']) {
    const { there, client, enqueue } = await begin()
    await enqueue()
    await client.query(`prepare transaction '${verb}'`)
    await sleep(1500)
    assert.equal(there.requests.length, 0)
    const began = Date.now()
    await client.query(`${verb} prepared '${verb}'`)
    await client.end()
    if (verb === 'commit') {
      await soon(() => there.requests.length === 1)
      t.diagnostic(`${Date.now() - began} ms after COMMIT PREPARED, at a poll_interval of 1 s`)
    } else {
      await sleep(2000)
      assert.equal(there.requests.length, 0)
    }
  }
})

test('a row that is inserted by hand is found by the slow poll; one that is not due, when it is', async () => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url)
  const insert = (after, body) => rows(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body, next_retry_at)
    values ($1, $2, 'user.promoted', '{}', $3, now() + $4::interval)`, [made.org_id, made.id, body, after])
  await insert('0', 'as it is')
  await soon(() => there.requests.length === 1, 'the first', 4000)
  assert.equal(there.requests[0].body.toString(), 'as it is')
  const began = Date.now()
  await insert('3 s', 'later')
  await soon(() => there.requests.length === 2, 'the second', 8000)
  assert.ok(Date.now() - began >= 2900)
})

test('a delivery with no time to be sent at is left alone', async () => {
  const there = await receiver()
  const made = await endpoint(await organisation(), there.url)
  await rows(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body) values ($1, $2, 'user.promoted', '{}', '{}')`, [made.org_id, made.id])
  await sleep(1500)
  assert.equal(there.requests.length, 0)
})

test('the slow poll is for those alone: a commit is noticed long before', async () => {
  const { there, client, enqueue } = await begin()
  await rows(`alter system set callcoach.poll_interval = '1h'`)
  await rows('select pg_reload_conf()')
  try {
    await sleep(1500)
    await enqueue()
    await client.query('commit')
    await soon(() => there.requests.length === 1)
  } finally {
    await rows('alter system reset callcoach.poll_interval')
    await rows('select pg_reload_conf()')
    await client.end()
  }
  await soon(async () => await value(`select current_setting('callcoach.poll_interval') = '1s'`))
})
