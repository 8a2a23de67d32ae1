// Every public function by named arguments: for the roles that may call it, and refused to the others.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  A, B, NOWHERE, asAnon, asMember, asServer, asUser, bare, data, expectedKpis, only, psql, refused, row, rows, shortCall
} from './support.mjs'

const { transcript } = shortCall
const member = () => asMember('user_ada', A.org)
/** A delivery of A that has failed; one that a sender has claimed. A new one for each call. */
const over = (status = 'failed') => ({
  delivery_id: psql(`insert into webhook_deliveries (org_id, webhook_id, event, payload, body, status, next_retry_at)
    values ('${A.org}', '${A.endpoint(4)}', 'user.added', '{}', '{}', '${status}', case '${status}' when 'pending' then now() end)
    returning id`)
})
const claimed = () => {
  const { delivery_id } = over('pending')
  const claim = psql(`insert into webhook_claims (delivery_id, claim, by_worker, expires_at)
    values ('${delivery_id}', gen_random_uuid(), false, now() + interval '1 min') returning claim`)
  return { delivery_id, claim }
}
const ARGUMENTS = {
  set_org_claim: { org_id: A.org },
  current_org_id: {},
  current_user_id: {},
  compute_kpis: { transcript: [] },
  kpi_events: { transcript: [] },
  transcript_from_vapi: { messages: [] },
  explain_score: { attempt_id: A.attempt },
  score_attempt: { attempt_id: A.attempt },
  populate_fact_from_attempt: { attempt_id: A.attempt },
  refresh_reporting: {},
  refresh_reporting_views: {},
  refresh_my_reporting: {},
  fill_dim_time: {},
  rebuild_reporting: {},
  check_reporting: {},
  enqueue_webhook: { event: 'user.added', payload: {} },
  test_webhook: { webhook_id: A.endpoint(4) },
  rotate_webhook_secret: { webhook_id: A.endpoint(4) },
  claim_webhook_deliveries: { max_deliveries: 1, lease: '1 second' },
  settle_webhook_delivery: () => ({ ...claimed(), status: 200 }),
  release_webhook_delivery: claimed,
  redeliver_webhook: over,
  redeliver_webhooks: { webhook_id: A.endpoint(1), since: '2020-01-01' },
  grant_signed_url: { path: `recordings/${A.org}/call.mp3`, ttl: 60 },
  verify_stripe_signature: { payload: '', header: '', secret: '' },
  verify_svix_signature: { payload: '', msg_id: '', msg_timestamp: '', signature: '', secret: '' }
}
const FOR_EVERYONE = ['current_org_id', 'current_user_id']
const FOR_USERS = [...FOR_EVERYONE, 'set_org_claim', 'compute_kpis', 'kpi_events', 'transcript_from_vapi', 'explain_score', 'grant_signed_url', 'refresh_my_reporting', 'test_webhook', 'rotate_webhook_secret',
  'redeliver_webhook', 'redeliver_webhooks']

test('the functions tried here are all that the extension has in public', () => {
  const there = rows(`select distinct p.proname from pg_proc p
    join pg_depend d on d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
    join pg_extension e on e.oid = d.refobjid and e.extname = 'callcoach'
    where p.pronamespace = 'public'::regnamespace order by 1`)
  assert.deepEqual(there.map((f) => f.proname), Object.keys(ARGUMENTS).sort())
})

for (const [name, given] of Object.entries(ARGUMENTS)) {
  const args = () => typeof given === 'function' ? given() : given
  test(`${name}: the server may call it`, async () => {
    data(await (await asServer(A.org)).rpc(name, args()))
  })

  if (FOR_USERS.includes(name)) {
    test(`${name}: a member may call it`, async () => data(await (await member()).rpc(name, args())))
  } else {
    test(`${name}: refused to a member, an admin even`, async () => {
      const { message } = refused(await (await member()).rpc(name, args()), 403, '42501')
      assert.equal(message, `permission denied for function ${name}`)
    })
  }

  if (FOR_EVERYONE.includes(name)) {
    test(`${name}: an anonymous caller may call it`, async () => data(await (await asAnon()).rpc(name, args())))
  } else {
    test(`${name}: refused to an anonymous caller, with Supabase's anon key or with no token`, async () => {
      refused(await (await asAnon()).rpc(name, args()), 401, '42501')
      const answer = await bare(`/rpc/${name}`, {
        method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(args())
      })
      assert.equal(answer.status, 401)
      assert.equal((await answer.json()).code, '42501')
    })
  }
}

test('compute_kpis gives the numbers worked out by hand', async () => {
  const kpis = data(await (await member()).rpc('compute_kpis', { transcript }))
  assert.deepEqual(only(expectedKpis, kpis), expectedKpis)
})

test('compute_kpis of null is null, of an empty call all zeros', async () => {
  const user = await member()
  assert.equal(data(await user.rpc('compute_kpis', { transcript: null })), null)
  assert.deepEqual(only(expectedKpis, data(await user.rpc('compute_kpis', { transcript: [] }))), {
    ...Object.fromEntries(Object.keys(expectedKpis).map((key) => [key, 0])), talk_listen_ratio: '0:0'
  })
})

test('current_org_id is the token\'s organisation, by GET as by POST, and null where the token names none', async () => {
  const user = await member()
  assert.equal(data(await user.rpc('current_org_id')), A.org)
  assert.equal(data(await user.rpc('current_org_id', {}, { get: true })), A.org)
  assert.equal(data(await (await asUser({ sub: 'user_ada' })).rpc('current_org_id')), null)
  assert.equal(data(await (await asAnon()).rpc('current_org_id')), null)
})

test('set_org_claim: another organisation and one that does not exist give one and the same error', async () => {
  const user = await member()
  const other = refused(await user.rpc('set_org_claim', { org_id: B.org }), 403, '42501')
  assert.deepEqual(refused(await user.rpc('set_org_claim', { org_id: NOWHERE }), 403, '42501'), other)
})

test('set_org_claim: a member of both may enter both where the token names neither', async () => {
  const user = await asUser({ sub: 'user_both' })
  for (const org_id of [A.org, B.org, null]) data(await user.rpc('set_org_claim', { org_id }))
  refused(await user.rpc('set_org_claim', { org_id: NOWHERE }), 403, '42501')
})

test('score_attempt writes 0.25 · 40 + 0.75 · 80 = 70 where no score was written yet', async () => {
  psql(`alter table scenario_attempts disable trigger user;
    update scenario_attempts set score = null, score_breakdown = null where id = '${A.attempt}';
    alter table scenario_attempts enable trigger user;`)
  assert.equal(data(await (await asServer(A.org)).rpc('score_attempt', { attempt_id: A.attempt })), 70)
  assert.deepEqual(row(`select score, score_breakdown from scenario_attempts where id = '${A.attempt}'`),
    { score: 70, score_breakdown: { Opening: 40, Close: 80 } })
})

test('score_attempt before there are marks is 55000, and writes nothing', async () => {
  const server = await asServer(A.org)
  const { id } = data(await server.from('scenario_attempts')
    .insert({ user_id: 'user_unmarked', scenario_id: A.scenario }).select('id').single())
  const { error } = await server.rpc('score_attempt', { attempt_id: id })
  assert.equal(error.code, '55000')
  assert.deepEqual(row(`select score, score_breakdown from scenario_attempts where id = '${id}'`),
    { score: null, score_breakdown: null })
})

test('explain_score: the server, whom no policy holds back, may ask of any attempt, in an organisation only of its own', async () => {
  refused(await (await asServer(A.org)).rpc('explain_score', { attempt_id: B.attempt }), 404, 'PT404')
  const lines = data(await (await asServer()).rpc('explain_score', { attempt_id: B.attempt }))
  assert.deepEqual(lines.map((l) => [l.criterion, l.score]), [['Opening', 40], ['Close', 80], [null, 70]])
})

test('populate_fact_from_attempt puts back a fact that was lost', async () => {
  const before = row(`select * from fact_scenario_attempts where attempt_id = '${A.attempt}'`)
  psql(`delete from fact_scenario_attempts where attempt_id = '${A.attempt}'`)
  data(await (await asServer(A.org)).rpc('populate_fact_from_attempt', { attempt_id: A.attempt }))
  const { created_at, ...after } = row(`select * from fact_scenario_attempts where attempt_id = '${A.attempt}'`)
  assert.deepEqual({ created_at: before.created_at, ...after }, before)
})

test('refresh_reporting_views does what refresh_reporting does', async () => {
  const server = await asServer(A.org)
  const attempts = () => rows(`select attempts from mv_leaderboard_month where user_id = 'user_refresh'`).map((r) => r.attempts)
  for (const [n, name] of [[1, 'refresh_reporting_views'], [2, 'refresh_reporting']]) {
    data(await server.from('scenario_attempts').insert({
      user_id: 'user_refresh', scenario_id: A.scenario, status: 'completed',
      started_at: '2025-09-02T10:00Z', evaluation: { Opening: 50, Close: 50 }
    }))
    assert.deepEqual(attempts(), n === 1 ? [] : [1], 'before')
    data(await server.rpc(name))
    assert.deepEqual(attempts(), [n], name)
  }
})

test('enqueue_webhook tells for how many endpoints, each with one body around the payload', async () => {
  const payload = { user_id: `user_new_${Date.now()}`, text: 'Zoë says "hi"\n', n: 1.5, list: [1, null, true] }
  assert.equal(data(await (await asServer(A.org)).rpc('enqueue_webhook', { event: 'user.added', payload })), 1)
  const delivery = row(`select * from webhook_deliveries where payload ->> 'user_id' = '${payload.user_id}'`)
  assert.deepEqual([delivery.org_id, delivery.webhook_id, delivery.payload], [A.org, A.endpoint(4), payload])
  const body = JSON.parse(delivery.body)
  assert.deepEqual([body.data, body.idempotency_key, body.event], [payload, delivery.idempotency_key, 'user.added'])
})

test('enqueue_webhook: nobody listens, nothing is queued', async () => {
  const count = () => row(`select count(*) from webhook_deliveries`).count
  const before = count()
  assert.equal(data(await (await asServer(A.org)).rpc('enqueue_webhook', { event: 'track.completed', payload: {} })), 0)
  assert.equal(count(), before)
})

test('enqueue_webhook with no organisation set is refused, with a hint', async () => {
  const { hint } = refused(await (await asServer()).rpc('enqueue_webhook', { event: 'user.added', payload: {} }), 403, '42501')
  assert.match(hint, /set_org_claim/)
})
