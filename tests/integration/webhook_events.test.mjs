// Each event of docs/webhooks.md, caused by what causes it: the documented example has the keys, and the types, of
// what is queued; and the documented way of verifying a signature works.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import * as standardwebhooks from 'standardwebhooks'
import { A, NOWHERE, asMember, asServer, data, psql, refused, row, rows } from './support.mjs'

const { Webhook } = globalThis.standardwebhooks = standardwebhooks
const docs = readFileSync(new URL('../../docs/webhooks.md', import.meta.url), 'utf8')
const EXAMPLES = Object.fromEntries([...docs.matchAll(/```json\n(\{"idempotency_key":"0.*)\n```/g)]
  .map(([, text]) => [JSON.parse(text).event, JSON.parse(text)]))
const ORG = 'd0000000-0000-4000-8000-000000000001'
const id = (n) => `d0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const server = () => asServer(ORG)
const admin = () => asMember('user_dee', ORG)

before(() => psql(`
  insert into orgs (id, name) values ('${ORG}', 'Documented');
  insert into org_members (org_id, user_id, role) values ('${ORG}', 'user_dee', 'admin');
  insert into scenarios (id, org_id, title, status) values ('${id(2)}', '${ORG}', 'Cold call', 'active');
  insert into tracks (id, org_id, title) values ('${id(3)}', '${ORG}', 'First week');
  insert into track_scenarios (org_id, track_id, scenario_id, position) values ('${ORG}', '${id(3)}', '${id(2)}', 1);
  insert into webhooks (id, org_id, name, url, secret, events) values ('${id(14)}', '${ORG}', 'all', 'https://all.example',
    '${SECRET}', '{scenario.assigned,scenario.completed,attempt.scored.low,track.completed,user.added,user.promoted,assignment.overdue}')`))
after(() => psql(`delete from orgs where id = '${ORG}'`))

/** What causes each, over the API as far as it goes. */
const CAUSES = {
  'user.added': async () => data(await (await admin()).from('org_members').insert(
    { user_id: 'user_ana', role: 'trainee', metadata: { name: 'Ana', email: 'ana@lakeside.example', team: 'north' } })),
  'user.promoted': async () => data(await (await admin()).from('org_members').update({ role: 'manager' }).eq('user_id', 'user_ana')),
  'scenario.assigned': async () => data(await (await admin()).from('assignments').insert(
    { assignee_user_id: 'user_ana', type: 'scenario', scenario_id: id(2), due_at: '2027-09-08T17:00:00Z' })),
  'assignment.overdue': async () => {
    data(await (await admin()).from('assignments').insert(
      { assignee_team: 'north', type: 'track', track_id: id(3), due_at: '2025-09-08T17:00:00Z' }))
    assert.equal(psql('select callcoach.sweep_overdue_assignments()'), '1')
  },
  'attempt.scored.low': () => complete(45, { Close: 40, Opening: 60 }),
  'scenario.completed': () => complete(70),
  'track.completed': async () => {
    psql(`delete from scenario_attempts where org_id = '${ORG}'; delete from track_completion_events where org_id = '${ORG}'`)
    data(await (await admin()).from('assignments').insert(
      { assignee_user_id: 'user_ana', type: 'track', track_id: id(3), due_at: '2027-09-08T17:00:00Z' }))
    psql(`delete from webhook_deliveries where org_id = '${ORG}'; delete from assignments where assignee_team = 'north' and org_id = '${ORG}'`)
    await complete(70)
  },
  'webhook.test': async () => data(await (await admin()).rpc('test_webhook', { webhook_id: id(14) }))
}
async function complete(score, score_breakdown = null) {
  data(await (await server()).from('scenario_attempts').insert({
    user_id: 'user_ana', scenario_id: id(2), status: 'completed', score, score_breakdown,
    started_at: '2026-09-01T08:54:30Z', ended_at: '2026-09-01T08:59:30Z'
  }))
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const kind = (value) => value === null ? 'null' : typeof value !== 'string' ? typeof value
  : TIME.test(value) ? 'time' : UUID.test(value) ? 'uuid' : 'text'
const kinds = (object) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, kind(value)]))

test('every event is documented once, with an example', () => {
  assert.deepEqual(Object.keys(EXAMPLES).sort(), Object.keys(CAUSES).sort())
  const known = psql(`select pg_get_constraintdef(oid) from pg_constraint where conname = 'webhook_event_known'`)
  assert.deepEqual([...known.matchAll(/'([a-z.]+)'/g)].map(([, name]) => name).sort(), Object.keys(CAUSES).sort())
})

for (const [event, cause] of Object.entries(CAUSES)) {
  test(`${event}: its example is what is queued, key by key`, async () => {
    psql(`delete from webhook_deliveries where org_id = '${ORG}'`)
    await cause()
    const queued = rows(`select body from webhook_deliveries where org_id = '${ORG}' and event = '${event}'`)
    assert.equal(queued.length, 1)
    const body = JSON.parse(queued[0].body)
    const example = EXAMPLES[event]
    assert.deepEqual(kinds(body), kinds(example))
    const [got, documented] = [kinds(body.data), kinds(example.data)]
    assert.deepEqual(Object.keys(got).sort(), Object.keys(documented).sort())
    // Where one of the two happens to have no value, the other's kind says nothing against it.
    for (const key of Object.keys(got)) {
      if (![got[key], documented[key]].includes('null')) assert.equal(got[key], documented[key], key)
    }
    // Each field is in the event's table.
    const section = docs.split(`### ${event}\n`)[1].split('\n##')[0]
    for (const key of Object.keys(documented)) {
      const inherited = event === 'assignment.overdue' && key in EXAMPLES['scenario.assigned'].data
      assert.ok(inherited || new RegExp(`^\\|[^|]*\`${key}\``, 'm').test(section), `${event}.${key}`)
    }
  })
}

test('the documented way of verifying a signature takes a stored body, and not another', async () => {
  const { body } = row(`select body from webhook_deliveries where org_id = '${ORG}' limit 1`)
  process.env.CALLCOACH_WEBHOOK_SECRET = SECRET
  const [, source] = docs.match(/```js\n([\s\S]*?)```/)
  // As it stands there, but for the import, which a data: URL cannot resolve.
  const { verified } = await import('data:text/javascript,' + encodeURIComponent(
    source.replace(/^import.*\n/, 'const { Webhook } = globalThis.standardwebhooks\n')))
    .catch((error) => assert.fail(error))
  const at = new Date()
  const headers = {
    'webhook-id': 'msg_1', 'webhook-timestamp': String(Math.floor(at / 1000)),
    'webhook-signature': new Webhook(SECRET).sign('msg_1', at, body)
  }
  assert.deepEqual(verified(body, headers), JSON.parse(body))
  assert.throws(() => verified(body.replace('{', '{ '), headers))
})

test('rotate_webhook_secret: the new secret is the answer, and what is stored; a trainee reads neither', async () => {
  const secret = data(await (await admin()).rpc('rotate_webhook_secret', { webhook_id: id(14), overlap: '1 hour' }))
  assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  assert.deepEqual(row(`select secret, previous_secret from webhooks where id = '${id(14)}'`), { secret, previous_secret: SECRET })
  assert.deepEqual(data(await (await admin()).from('webhooks').select('secret').eq('id', id(14))), [{ secret }])
  assert.deepEqual(data(await (await asMember('user_tia', ORG)).from('webhooks').select('*')), [])
})

test('test_webhook and rotate_webhook_secret are 404 for who may not, as for an endpoint that is not there', async () => {
  const told = []
  for (const [caller, webhook_id] of [[await asMember('user_dee', A.org), A.endpoint(4)], [await asMember('user_both', A.org), A.endpoint(4)],
    [await asMember('user_ana', ORG), id(14)], [await admin(), A.endpoint(4)], [await server(), A.endpoint(4)], [await admin(), NOWHERE]]) {
    for (const name of ['test_webhook', 'rotate_webhook_secret']) {
      told.push(JSON.stringify(refused(await caller.rpc(name, { webhook_id }), 404, 'PT404')))
    }
  }
  assert.equal(new Set(told).size, 1)
})

test('an endpoint that an admin adds without a secret gets one; one that is refused shows none, in no log either', async () => {
  const made = data(await (await admin()).from('webhooks')
    .insert({ name: 'made', url: 'https://made.example', events: ['user.added'] }).select('*').single())
  assert.match(made.secret, /^whsec_[A-Za-z0-9+/]{43}=$/)
  const secret = 'HushHushHushHush'
  const whole = { name: 'x', url: 'https://x.example', events: ['user.added'], secret }
  for (const wrong of [{ name: null }, { url: null }, { events: null }, { enabled: null }, { url: 'ftp://x' }, { events: ['user.gone'] },
    { events: [] }, { secret: `whsec_${secret}!` }, { org_id: id(99) }]) {
    for (const caller of [await server(), await admin()]) {
      const { error } = await caller.from('webhooks').insert({ ...whole, ...wrong })
      assert.ok(error, JSON.stringify(wrong))
      assert.doesNotMatch(JSON.stringify(error), /HushHush/)
    }
  }
  assert.doesNotMatch(readFileSync(`${process.env.PGHOST}/server.log`, 'utf8'), /HushHush/)
})
