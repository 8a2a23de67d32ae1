// Requests share one pooled session (db-pool 1): what one leaves behind must not reach the next.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { A, B, asAnon, asMember, asServer, asUser, data, psql, refused, row, rows } from './support.mjs'

// PostgREST's sessions: the pooled one, and the one that listens for schema reloads.
const sessions = () => rows(`select pid, backend_start, query ilike 'listen%' as listens from pg_stat_activity
  where usename = 'authenticator' order by pid`)
const queued = () => row('select count(*) from webhook_deliveries').count
let ada, nobody

before(async () => {
  ada = await asMember('user_ada', A.org)
  nobody = await asUser({ sub: 'user_nobody' })
})

async function seesNothing() {
  assert.equal(data(await nobody.rpc('current_org_id')), null)
  assert.deepEqual(data(await nobody.from('scenario_attempts').select()), [])
  const anon = await asAnon()
  assert.equal(data(await anon.rpc('current_org_id')), null)
  refused(await anon.from('scenario_attempts').select(), 401, '42501')
}

test('after a request in an organisation, the next on the same session is in none', async () => {
  assert.ok(data(await ada.from('scenario_attempts').select()).length > 0)
  const before = sessions()
  assert.equal(before.filter((s) => !s.listens).length, 1, 'one pooled session')
  await seesNothing()
  assert.deepEqual(sessions(), before, 'still the same session')
})

test('after rpc set_org_claim, the next request on the same session is in no organisation', async () => {
  data(await (await asUser({ sub: 'user_both' })).rpc('set_org_claim', { org_id: A.org }))
  await seesNothing()
})

test('after a request that failed, the next on the same session is in no organisation', async () => {
  refused(await ada.rpc('compute_kpis', { transcript: {} }), 400, '22023')
  await seesNothing()
  refused(await (await asUser({ sub: 'user_ada' }, { 'x-org-id': B.org })).from('scenarios').select(), 403, '42501')
  await seesNothing()
})

test('users of two organisations in turn, by kept plans too, see their own', async () => {
  const bea = await asMember('user_bea', B.org)
  for (let i = 0; i < 8; i++) {
    for (const [user, { org, attempt }] of [[ada, A], [bea, B]]) {
      assert.equal(data(await user.from('orgs').select('id').single()).id, org)
      assert.equal(data(await user.rpc('explain_score', { attempt_id: attempt })).at(-1).score, 70)
    }
  }
})

test('a claim that another function left on the session for good is taken back by pre_request', async () => {
  // On a session without the hook it does stay.
  assert.equal(psql(`select leave_claim_behind('${A.org}'); select current_org_id();`), A.org)
  const before = sessions()
  data(await (await asServer()).rpc('leave_claim_behind', { org_id: A.org }))
  await seesNothing()
  assert.equal(data(await (await asMember('user_bea', B.org)).rpc('current_org_id')), B.org)
  await seesNothing()
  assert.deepEqual(sessions(), before, 'still the same session')
})

test('an enqueue that is rolled back leaves nothing', async () => {
  const before = queued()
  const during = psql(`begin;
    select set_org_claim('${A.org}');
    select enqueue_webhook('user.added', '{"user_id": "user_rolled_back"}');
    select count(*) from webhook_deliveries;
    rollback;`).split('\n').map(Number)
  assert.deepEqual(during.slice(-2), [1, before + 1])
  assert.equal(queued(), before)
})

test('an enqueue and a completion that are rolled back over the API leave nothing', async () => {
  const server = await asServer(A.org)
  const before = queued()
  // Prefer: tx=rollback does all the work of a request, and then takes it back.
  const call = server.rpc('enqueue_webhook', { event: 'user.added', payload: {} }).setHeader('Prefer', 'tx=rollback')
  assert.equal(data(await call), 1)
  const completed = await server.from('scenario_attempts')
    .insert({ user_id: 'user_rolled_back', status: 'completed' }).select().rollback()
  assert.equal(data(completed)[0].status, 'completed')
  assert.equal(queued(), before)
  assert.deepEqual(rows(`select * from fact_scenario_attempts where user_id = 'user_rolled_back'`), [])
})

test('ROLLBACK TO a savepoint takes the claim back to what it was', () => {
  const seen = psql(`begin;
    select set_org_claim('${A.org}');
    savepoint s;
    select set_org_claim('${B.org}');
    select current_org_id();
    rollback to s;
    select current_org_id();
    commit;
    select coalesce(current_org_id()::text, 'none');`).split('\n').filter(Boolean)
  assert.deepEqual(seen, [B.org, A.org, 'none'])
})
