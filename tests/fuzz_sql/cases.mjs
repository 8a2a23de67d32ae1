// What is done with random inputs. A case runs in a transaction that is rolled back; `t.run` gives the rows, or
// null after an error that a caller may see (only that statement is taken back then); any other error ends the run.
import * as random from './random.mjs'

export const ORG = 'a0000000-0000-4000-8000-000000000001'
const OTHER_ORG = 'b0000000-0000-4000-8000-000000000001'
const SCENARIO = 'a0000000-0000-4000-8000-000000000002'
const ATTEMPTS = [4, 5, 6].map((n) => `a0000000-0000-4000-8000-00000000000${n}`)

/** What there is before each case. */
export const SETUP = `
  insert into orgs (id, name, clerk_org_id) values ('${ORG}', 'A', 'org_a'), ('${OTHER_ORG}', 'B', 'org_b');
  insert into org_members (org_id, user_id, role) values
    ('${ORG}', 'ana', 'trainee'), ('${ORG}', 'ada', 'admin'), ('${OTHER_ORG}', 'bob', 'trainee');
  insert into scenarios (id, org_id, title) values ('${SCENARIO}', '${ORG}', 'Cold call');
  insert into webhooks (org_id, name, url, secret, events) values
    ('${ORG}', 'crm', 'https://crm.example', 'a secret of sixteen', '{scenario.completed,attempt.scored.low}')`

const EVENTS = `select event_type = 'filler_word' as filler, event_value ->> 'speaker' as speaker, event_value ->> 'type' as type, count(*)::int as n,
  min(timestamp_ms) as first from kpi_events($1::jsonb, $2::text[], $3::text[]) group by 1, 2, 3`

async function computeKpis(t, r) {
  const transcript = r.chance(5) ? random.deep(r) : r.chance(10) ? random.value(r) : random.transcript(r)
  const [found] = await t.run('select compute_kpis($1::jsonb) as k', [transcript]) ?? []
  if (!found) return
  const { k } = found
  t.law(Object.keys(k).length === 21 && Math.abs(k.sentiment_score) <= 1, 'KPIs within bounds', k)
  const events = await t.run(EVENTS, [transcript, random.textArray(r), random.textArray(r)])
  if (!events) return
  const count = (is) => events.filter(is).reduce((sum, row) => sum + row.n, 0)
  const counts = [count((e) => e.filler), count((e) => e.speaker === 'user'), count((e) => e.speaker === 'assistant'),
    count((e) => e.type === 'open'), count((e) => e.type === 'closed')]
  t.law(String(counts) === String([k.filler_words, k.interruptions, k.interruptions_by_assistant, k.open_questions, k.closed_questions]),
    'as many events as are counted', counts)
  t.law(events.every((e) => e.first === null || e.first >= 0), 'times of 0 and more', events)
}

async function kpiEvents(t, r) {
  await t.run(EVENTS, [r.chance(90) ? '[]' : random.value(r), random.textArray(r), random.textArray(r)])
}

async function fromVapi(t, r) {
  const messages = r.chance(5) ? random.deep(r) : r.chance(10) ? random.value(r) : random.messages(r)
  const [found] = await t.run(`select jsonb_array_length(v) as rows, compute_kpis(v) as k
    from transcript_from_vapi($1::jsonb) as v`, [messages]) ?? []
  if (found) t.law(found.k.ignored === 0 && found.k.utterances === found.rows, 'a transcript that is read in full', found)
}

/** Rubrics as they are written, then whatever may have been stored before that was checked. */
async function scoring(t, r) {
  const criteria = random.names(r)
  const rubric = random.rubric(r, criteria)
  const written = await t.run('insert into scenarios (org_id, title, rubric) values ($1::uuid, $2::text, $3::jsonb)', [ORG, random.text(r), rubric])
  if (!await storeUnchecked(t, rubric)) return
  await t.run(`insert into scenario_attempts (id, org_id, user_id, scenario_id, evaluation, score_breakdown, kpis)
    values ($1::uuid, $2::uuid, 'ana', $3::uuid, $4::jsonb, $5::jsonb, $6::jsonb)`,
  [ATTEMPTS[0], ORG, SCENARIO, maybe(r, 80, () => random.marks(r, criteria)), maybe(r, 20, () => random.marks(r, criteria)), maybe(r, 50, () => random.kpis(r))])
  const [scored] = await t.run('select score_attempt($1::uuid) as score', [ATTEMPTS[0]]) ?? []
  const lines = await t.run('select * from explain_score($1::uuid)', [ATTEMPTS[0]])
  if (!scored || !lines) return
  t.law(scored.score === null || (scored.score >= 0 && scored.score <= 100), 'a score of 0 to 100', scored)
  t.law(lines.at(-1).criterion === null && lines.at(-1).score === scored.score, 'explain_score explains that score', lines.at(-1))
  if (written) t.law(lines.length > 1, 'a line for each criterion', lines)
}

const maybe = (r, percent, make) => (r.chance(percent) ? make() : null)

/** A rubric past its trigger; false where PostgreSQL itself refuses it. */
async function storeUnchecked(t, rubric) {
  await t.run('set local session_replication_role = replica')
  const stored = await t.run('update scenarios set rubric = $2::jsonb where id = $1::uuid', [SCENARIO, rubric])
  await t.run('set local session_replication_role = origin')
  return stored
}

/** Attempts that become completed with anything in their columns, change afterwards, and go. */
async function completion(t, r) {
  const criteria = random.names(r).slice(0, 20)
  await t.run('update orgs set metadata = $2::jsonb where id = $1::uuid', [ORG, random.metadata(r)])
  await t.run('update scenarios set persona = $2::jsonb where id = $1::uuid', [SCENARIO, random.persona(r)])
  if (r.chance(70)) await storeUnchecked(t, random.rubric(r, criteria))
  const attempts = ATTEMPTS.slice(0, r.chance(70) ? 1 : 3)
  for (const id of attempts) {
    await t.run(`insert into scenario_attempts (id, org_id, user_id, scenario_id, transcript_json, evaluation, score_breakdown, kpis)
      values ($1::uuid, $2::uuid, 'ana', $3::uuid, $4::jsonb, $5::jsonb, $6::jsonb, $7::jsonb)`,
    [id, ORG, SCENARIO, maybe(r, 50, () => random.transcript(r)), maybe(r, 50, () => random.marks(r, criteria)),
      maybe(r, 20, () => random.marks(r, criteria)), maybe(r, 20, () => random.kpis(r))])
  }
  await t.run(`update scenario_attempts set status = 'completed', transcript_json = coalesce($2::jsonb, transcript_json) where id = any ($1::uuid[])`,
    [attempts, maybe(r, 70, () => random.transcript(r))])
  await checkCompleted(t)
  for (const column of ['transcript_json', 'evaluation', 'score_breakdown', 'kpis', 'score', 'status'].filter(() => r.chance(40))) {
    const make = { transcript_json: random.transcript, kpis: random.kpis, score: random.number,
      status: () => r.pick(['in_progress', 'completed', 'failed', 'no such']) }[column] ?? ((r) => random.marks(r, criteria))
    const type = { score: 'numeric', status: 'text' }[column] ?? 'jsonb'
    await t.run(`update scenario_attempts set ${column} = $2::${type} where id = any ($1::uuid[])`, [attempts, column === 'status' ? make(r) : maybe(r, 90, () => make(r))])
    await checkCompleted(t)
  }
  await t.run(`select score_attempt($1::uuid)`, [attempts[0]])
  await t.run(`select populate_fact_from_attempt($1::uuid)`, [r.chance(80) ? attempts[0] : random.uuid(r)])
  await checkCompleted(t)
  await t.run(r.chance(50) ? 'delete from scenarios where id = $1::uuid' : 'delete from scenario_attempts where scenario_id = $1::uuid', [SCENARIO])
  await checkCompleted(t)
}

async function checkCompleted(t) {
  const [found] = await t.run(`select
      (select count(*)::int from scenario_attempts a where status = 'completed'
        and not exists (select from fact_scenario_attempts f where f.attempt_id = a.id and f.score is not distinct from a.score)) as without_fact,
      (select count(*)::int from fact_scenario_attempts f
        where not exists (select from scenario_attempts a where a.id = f.attempt_id and status = 'completed')) as without_attempt,
      (select count(*)::int from scenario_attempts where status = 'completed' and ended_at is null) as without_end`)
  t.law(!found.without_fact && !found.without_attempt && !found.without_end, 'a fact for each completed attempt', found)
}

async function signatures(t, r) {
  const near = (text) => (r.chance(60) ? text : r.chance(50) ? random.text(r) : r.chance(50) ? null : text.slice(0, r.below(text.length)) + random.text(r))
  const [found] = r.chance(50)
    ? await t.run('select verify_stripe_signature($1::text, $2::text, $3::text, $4::int, $5::timestamptz) as ok',
      [random.text(r), near('t=1700000000,v1=c89214b5b5da833daed6f0b8c5bb6bd58cea9022bd80ccc78230f3942d632925'), near('whsec_test'), random.integer(r), random.moment(r)]) ?? []
    : await t.run('select verify_svix_signature($1::text, $2::text, $3::text, $4::text, $5::text, $6::int, $7::timestamptz) as ok',
      [random.text(r), near('msg_p5jXN8AQM9LWM0D4loKWxJek'), near('1614265330'), near('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='),
        near('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'), random.integer(r), random.moment(r)]) ?? []
  t.law(found?.ok === false, 'no signature of a random payload', found)
}

/** Whatever a request may bring along, and what then asks for it. */
async function requests(t, r) {
  const claims = r.chance(60)
    ? random.object([['sub', r.chance(70) ? '"ana"' : random.value(r)], ['role', '"authenticated"'], [r.pick(['org_id', 'o', 'app_metadata']),
      r.chance(50) ? `{"org_id": "${ORG}", "id": "org_a"}` : r.chance(50) ? `"${r.pick([ORG, 'org_a', OTHER_ORG])}"` : random.value(r)]])
    : r.chance(50) ? random.value(r) : random.text(r)
  const headers = r.chance(50) ? `{"x-org-id": ${r.chance(60) ? `"${r.pick([ORG, OTHER_ORG])}"` : random.value(r)}}` : random.text(r)
  await t.run(`select set_config('request.jwt.claims', $1::text, true), set_config('request.headers', $2::text, true)`, [claims, headers])
  await t.run(`set local role ${r.pick(['postgres', 'anon', 'authenticated', 'service_role'])}`)
  await t.run('select callcoach.pre_request()')
  if (r.chance(50)) await t.run('select set_org_claim($1::uuid)', [r.pick([ORG, OTHER_ORG, null, random.uuid(r)])])
  await t.run('select current_org_id(), current_user_id(), current_org_role()')
  await t.run('select count(*) from scenario_attempts')
  const segment = () => (r.chance(60) ? r.pick(['call.mp3', 'ana', 'Ä call+1 (final).json']) : random.text(r).slice(0, 1100))
  const path = [r.chance(80) ? r.pick(['recordings', 'exports', 'org-assets', 'tmp']) : random.text(r), r.chance(85) ? ORG : random.text(r), segment(), segment()]
  const [granted] = await t.run('select grant_signed_url($1::text, $2::int) as url', [maybe(r, 97, () => path.slice(0, r.between(1, 4)).join('/')), random.integer(r)]) ?? []
  if (granted) t.law(granted.url.startsWith('https://storage.test/storage/v1/object/sign/'), 'a URL of Storage', granted)
  await t.run('select enqueue_webhook($1::text, $2::jsonb)', [r.chance(70) ? r.pick(['scenario.completed', 'user.added', 'webhook.test']) : random.text(r),
    maybe(r, 95, () => random.value(r))])
  await t.run('reset role')
  const [other] = await t.run(`select count(*)::int as bodies from webhook_deliveries
    where right(body, length(payload::text) + 1) <> payload::text || '}' or body::jsonb -> 'data' <> payload`) ?? []
  if (other) t.law(other.bodies === 0, 'what is sent is the payload, as the server writes it', other)
}

/** Each with how often it comes up. */
export const CASES = [[30, computeKpis], [8, kpiEvents], [15, fromVapi], [20, scoring], [20, completion], [8, signatures], [12, requests]]
