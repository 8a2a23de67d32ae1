// What a client gets for each mistake: HTTP status, SQLSTATE, and a hint where it can do something.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { A, B, NOWHERE, asMember, asServer, refused, row, rows } from './support.mjs'

let server, user
before(async () => {
  server = await asServer(A.org)
  user = await asMember('user_ada', A.org)
})

for (const [who, name] of [
  ['server', 'score_attempt'], ['server', 'populate_fact_from_attempt'], ['user', 'explain_score']
]) {
  test(`${name} as ${who}: an attempt that is not there is 404, and another organisation's gives the same answer`, async () => {
    const caller = who === 'server' ? server : user
    const before = row(`select * from scenario_attempts where id = '${B.attempt}'`)
    const missing = await caller.rpc(name, { attempt_id: NOWHERE })
    refused(missing, 404, 'PT404')
    assert.deepEqual(await caller.rpc(name, { attempt_id: B.attempt }), missing)
    assert.deepEqual(row(`select * from scenario_attempts where id = '${B.attempt}'`), before)
  })
}

test('an attempt id that is no uuid is 400', async () => {
  refused(await server.rpc('score_attempt', { attempt_id: 'seventeen' }), 400, '22P02')
})

for (const [what, transcript] of [['object', { speaker: 'user' }], ['string', 'user: Hello'], ['number', 7]]) {
  test(`a transcript that is no array but one JSON ${what} is 400, with a hint that shows the form`, async () => {
    const error = refused(await user.rpc('compute_kpis', { transcript }), 400, '22023')
    assert.match(error.hint, /\[\{"speaker": "user"/)
    assert.ok(error.details.includes(what), error.details)
  })
}

test('an unknown event is 400, with a hint that lists the events', async () => {
  const { message, hint } = refused(
    await server.rpc('enqueue_webhook', { event: 'scenario.complete', payload: {} }), 400, '22023')
  assert.match(message, /scenario\.complete/)
  assert.match(hint, /scenario\.completed, attempt\.scored\.low/)
})

test('a payload of 300 KiB is 400 and is not repeated in the error; one of 200 KiB is taken', async () => {
  const payload = (kib) => ({ filling: 'x'.repeat(kib * 1024) })
  const error = refused(await server.rpc('enqueue_webhook', { event: 'user.added', payload: payload(300) }), 400, '22023')
  assert.ok(JSON.stringify(error).length < 500)
  assert.equal((await server.rpc('enqueue_webhook', { event: 'user.added', payload: payload(200) })).data, 1)
})

test('more endpoints than an organisation may have are 413, for its admins and for the server, and none is made', async () => {
  const most = Number(row(`select current_setting('callcoach.webhook_max_endpoints') as most`).most)
  const many = Array.from({ length: most + 1 }, (_, n) => ({ name: `too many ${n}`, url: 'https://hooks.example', events: ['user.added'] }))
  for (const caller of [user, server]) {
    const error = refused(await caller.from('webhooks').insert(many), 413, '54000')
    assert.match(error.message, new RegExp(`at most ${most} `))
    assert.match(error.hint, /callcoach\.webhook_max_endpoints/)
  }
  assert.deepEqual(rows(`select id from webhooks where name like 'too many%'`), [])
})

test('a rubric whose weights sum to 0.9 is 400 and names the sum, on insert and on update', async () => {
  const rubric = { criteria: [{ name: 'Opening', weight: 0.4 }, { name: 'Close', weight: 0.5 }] }
  const inserted = await server.from('scenarios').insert({ title: 'Unbalanced', rubric })
  assert.match(refused(inserted, 400, '22023').message, /0\.9/)
  const updated = await server.from('scenarios').update({ rubric }).eq('id', A.scenario)
  assert.match(refused(updated, 400, '22023').message, /0\.9/)
  assert.deepEqual(rows(`select * from scenarios where title = 'Unbalanced' or rubric = '${JSON.stringify(rubric)}'`), [])
})

test('a mark outside the scale is 400, names the attempt and writes nothing', async () => {
  const id = randomUUID()
  const answer = await server.from('scenario_attempts').insert({
    id, user_id: 'user_off_scale', scenario_id: A.scenario, status: 'completed', evaluation: { Opening: 101, Close: 50 }
  })
  assert.ok(refused(answer, 400, '22023').message.includes(id))
  assert.deepEqual(rows(`select * from scenario_attempts where id = '${id}'`), [])
})

for (const [what, values] of [
  ['status "compleeted"', { status: 'compleeted' }],
  ['a score of 101', { score: 101 }],
  ['a score of "NaN"', { score: 'NaN' }],
  ['a negative duration', { duration_seconds: -1 }]
]) {
  test(`${what} is 400`, async () => {
    refused(await server.from('scenario_attempts').insert({ user_id: 'user_check', ...values }), 400, '23514')
    refused(await server.from('scenario_attempts').update(values).eq('id', A.attempt), 400, '23514')
    assert.deepEqual(rows(`select * from scenario_attempts where user_id = 'user_check'`), [])
  })
}

test('an evaluation that is a list is 400, whether it is kept for later or scored at once', async () => {
  const evaluation = [40, 80]
  refused(await server.from('scenario_attempts').insert({ user_id: 'user_check', evaluation }), 400, '23514')
  const error = refused(await server.from('scenario_attempts').update({ evaluation }).eq('id', A.attempt), 400, '22023')
  assert.ok(error.message.includes(A.attempt), error.message)
})

test('a second organisation of the same Clerk id is 409', async () => {
  refused(await server.from('orgs').insert({ name: 'Twin', clerk_org_id: A.clerkId }), 409, '23505')
})
