// The main job, as an application's server does it: an attempt is started, then completed with the judge's
// marks; KPIs, score, fact, webhooks and leaderboard follow. Numbers: examples/short_call/WORKED.md.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { A, asMember, asServer, data, expectedKpis, only, refused, row, rows, shortCall, shortCallScenario } from './support.mjs'

const { transcript, evaluation, expected } = shortCall
const STARTED = '2025-09-30T22:30:00-04:00' // October in UTC, September where it was made
const ENDED = '2025-09-30T22:30:40.7-04:00'
let server, scenario, attempt, written

const deliveries = (attemptId) => rows(`
  select * from webhook_deliveries where payload ->> 'attempt_id' = '${attemptId}' order by event, webhook_id`)

before(async () => {
  server = await asServer(A.org)
  scenario = await shortCallScenario(server)
  attempt = data(await server.from('scenario_attempts')
    .insert({ user_id: 'user_marcus', scenario_id: scenario, started_at: STARTED, transcript_json: transcript })
    .select().single())
})

test('an attempt in progress has its organisation from the header, and no KPIs, score, fact or deliveries yet', () => {
  assert.equal(attempt.org_id, A.org)
  assert.deepEqual([attempt.status, attempt.kpis, attempt.score, attempt.score_breakdown], ['in_progress', null, null, null])
  assert.deepEqual(rows(`select * from fact_scenario_attempts where attempt_id = '${attempt.id}'`), [])
  assert.deepEqual(deliveries(attempt.id), [])
})

test('completing with the evaluation fills KPIs, score and breakdown with the values worked out by hand', async () => {
  written = data(await server.from('scenario_attempts')
    .update({ status: 'completed', ended_at: ENDED, evaluation }).eq('id', attempt.id).select().single())
  assert.deepEqual(only(expectedKpis, written.kpis), expectedKpis)
  assert.equal(written.score, expected.score)
  assert.deepEqual(written.score_breakdown, expected.score_breakdown)
  assert.equal(written.duration_seconds, 41) // 40.7 s
})

test('what the update returned is what is stored', async () => {
  assert.deepEqual(data(await server.from('scenario_attempts').select().eq('id', attempt.id).single()), written)
})

test('the fact is there in the same transaction, with the UTC date', async () => {
  const fact = data(await server.from('fact_scenario_attempts').select().eq('attempt_id', attempt.id).single())
  const { created_at, started_at, ended_at, ...rest } = fact
  assert.deepEqual(rest, {
    attempt_id: attempt.id, org_id: A.org, user_id: 'user_marcus', scenario_id: scenario, score: expected.score,
    duration_seconds: 41, talk_ms: expected.talk_ms, listen_ms: expected.listen_ms, date_key: '2025-10-01'
  })
  assert.equal(Date.parse(started_at), Date.parse(STARTED))
  assert.equal(Date.parse(ended_at), Date.parse(ENDED))
})

test('one delivery for each enabled endpoint that subscribes: not the disabled, the other, nor another organisation\'s', () => {
  const queued = deliveries(attempt.id)
  assert.deepEqual(queued.map((d) => [d.event, d.webhook_id, d.org_id, d.status, d.retry_count, d.attempted_at]), [
    ['scenario.completed', A.endpoint(1), A.org, 'pending', 0, null],
    ['scenario.completed', A.endpoint(2), A.org, 'pending', 0, null]
  ])
})

test('a delivery\'s payload is the event\'s data', () => {
  const { payload } = deliveries(attempt.id)[0]
  const { kpis, started_at, ended_at, ...rest } = payload
  assert.deepEqual(rest, {
    attempt_id: attempt.id, user_id: 'user_marcus', scenario_id: scenario, assignment_id: null,
    duration_seconds: 41, score: expected.score
  })
  assert.deepEqual(kpis, written.kpis)
  assert.equal(Date.parse(started_at), Date.parse(STARTED))
  assert.equal(Date.parse(ended_at), Date.parse(ENDED))
})

test('a delivery\'s body is JSON around the payload, and both endpoints get one body with one idempotency key', () => {
  const queued = deliveries(attempt.id)
  for (const delivery of queued) {
    const { occurred_at, ...rest } = JSON.parse(delivery.body)
    assert.deepEqual(rest, {
      idempotency_key: delivery.idempotency_key, event: 'scenario.completed', org_id: A.org, data: delivery.payload
    })
    assert.ok(Math.abs(Date.now() - Date.parse(occurred_at)) < 60_000, occurred_at)
  }
  assert.equal(new Set(queued.map((d) => d.idempotency_key)).size, 1)
  assert.equal(new Set(queued.map((d) => d.body)).size, 1)
})

test('after refresh_reporting the leaderboard, the overview and the insights count the attempt', async () => {
  data(await server.rpc('refresh_reporting'))
  assert.deepEqual(row(`select org_id, month at time zone 'UTC' as month, avg_score, attempts, total_duration,
      avg_talk_percentage from mv_leaderboard_month where user_id = 'user_marcus'`), {
    org_id: A.org, month: '2025-10-01T00:00:00', avg_score: expected.score, attempts: 1, total_duration: 41,
    avg_talk_percentage: 62.5 // 26,000 of 41,600 ms
  })
  assert.deepEqual(row(`select org_id, attempt_count, avg_score, median_score, avg_duration
      from mv_scenario_insights where scenario_id = '${scenario}'`), {
    org_id: A.org, attempt_count: 1, avg_score: expected.score, median_score: expected.score, avg_duration: 41
  })
  assert.deepEqual(row(`select o.total_attempts = f.n as counted from mv_org_overview o,
      (select count(*) as n from fact_scenario_attempts where org_id = '${A.org}') f where o.org_id = '${A.org}'`),
    { counted: true })
})

test('explain_score shows a member how the score comes about', async () => {
  const lines = data(await (await asMember('user_ada', A.org)).rpc('explain_score', { attempt_id: attempt.id }))
  assert.deepEqual(lines.slice(0, -1).map((l) => [l.criterion, l.weight, l.applied_weight, l.mark, l.score, l.passed, l.source]), [
    ['Opening', 0.125, 0.125, 73, 73, null, 'evaluation'],
    ['Discovery', 0.35, 0.35, 4, 80, null, 'kpi'],
    ['Balance', 0.2, 0.2, 63, 60, null, 'kpi'],
    ['Next Step', 0.325, 0.325, 80, 80, true, 'evaluation']
  ])
  const whole = lines.at(-1)
  assert.deepEqual([whole.criterion, whole.score, whole.threshold, whole.passed], [null, expected.score, 75, true])
})

test('writing the same again changes nothing and sends nothing', async () => {
  data(await server.from('scenario_attempts').update({ status: 'completed', evaluation }).eq('id', attempt.id))
  assert.deepEqual(data(await server.from('scenario_attempts').select().eq('id', attempt.id).single()), written)
  assert.equal(deliveries(attempt.id).length, 2)
})

test('score_attempt on a scored attempt gives the same score and sends nothing more', async () => {
  assert.equal(data(await server.rpc('score_attempt', { attempt_id: attempt.id })), expected.score)
  assert.equal(deliveries(attempt.id).length, 2)
})

test('marks that change after completion reach score and fact, and a low score is told once', async () => {
  // Opening and Next Step at 0 leave 0.35 · 80 + 0.2 · 60 = 40, below the rubric's 75.
  const low = { Opening: 0, 'Next Step': 0 }
  const changed = data(await server.from('scenario_attempts')
    .update({ evaluation: low }).eq('id', attempt.id).select('score, score_breakdown').single())
  assert.deepEqual(changed, { score: 40, score_breakdown: { Opening: 0, Discovery: 80, Balance: 60, 'Next Step': 0 } })
  assert.equal(row(`select score from fact_scenario_attempts where attempt_id = '${attempt.id}'`).score, 40)

  const told = () => deliveries(attempt.id).filter((d) => d.event === 'attempt.scored.low')
  assert.deepEqual(told().map((d) => d.webhook_id), [A.endpoint(2)])
  assert.deepEqual(told()[0].payload, {
    attempt_id: attempt.id, user_id: 'user_marcus', scenario_id: scenario, assignment_id: null,
    score: 40, threshold: 75, score_breakdown: changed.score_breakdown
  })
  assert.deepEqual(JSON.parse(told()[0].body).data, told()[0].payload)

  data(await server.from('scenario_attempts').update({ evaluation: { ...low, Opening: 1 } }).eq('id', attempt.id))
  assert.equal(told().length, 1)
  assert.equal(deliveries(attempt.id).length, 3)
})

test('leaving completed takes the fact away', async () => {
  data(await server.from('scenario_attempts').update({ status: 'failed' }).eq('id', attempt.id))
  assert.deepEqual(rows(`select * from fact_scenario_attempts where attempt_id = '${attempt.id}'`), [])
})

test('an attempt completed without an end ends now', async () => {
  const started = new Date(Date.now() - 90_000)
  const [done] = data(await server.from('scenario_attempts')
    .insert({ user_id: 'user_now', status: 'completed', started_at: started.toISOString() }).select())
  assert.ok(Math.abs(Date.parse(done.ended_at) - Date.now()) < 30_000, done.ended_at)
  assert.equal(done.duration_seconds, Math.round((Date.parse(done.ended_at) - started) / 1000))
})

test('a bulk insert with one broken transcript names the attempt and leaves nothing of the others', async () => {
  const broken = randomUUID()
  const common = { user_id: 'user_bulk', status: 'completed' }
  const error = refused(await server.from('scenario_attempts').insert([
    { id: randomUUID(), ...common, transcript_json: transcript },
    { id: broken, ...common, transcript_json: { turns: transcript } }
  ]), 400, '22023')
  assert.ok(error.message.includes(broken), error.message)
  assert.match(error.hint, /"speaker"/)
  assert.ok(!JSON.stringify(error).includes('Marcus'), 'the transcript stays out of the error')
  for (const table of ['scenario_attempts', 'fact_scenario_attempts']) {
    assert.deepEqual(rows(`select * from ${table} where user_id = 'user_bulk'`), [])
  }
  assert.deepEqual(rows(`select * from webhook_deliveries where payload ->> 'user_id' = 'user_bulk'`), [])
})
