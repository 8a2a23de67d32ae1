// Functions that work with more rights than their caller has, or for the server only.
import { A, B, BOTH, NOWHERE, anon, attacker, member, server, user } from './world.mjs'

const MEMBERS = [A.admin, A.manager, A.hr, A.trainee].map((sub) => member(sub))
/** An attempt that is not there, or not one's own. */
const GONE = ['42501', 'PT404']
const asEach = (callers, attack) => async (db) => {
  for (const who of callers) {
    const got = await db.as(who, (s) => attack(s, db))
    if (got) return `${who.claims.sub ?? who.role}: ${got}`
  }
  return null
}
const told = async (s, sql, ids) => {
  const answers = []
  for (const id of ids) answers.push(await s.answer(sql, [id]))
  return answers[0] === answers[1] ? null : answers.join('\n')
}

/** As one would write them: with the owner's rights, and no look at whose attempt it is. */
const NAIVE = {
  score_attempt: `create or replace function score_attempt(attempt_id uuid) returns numeric language sql security definer as
    $$ update public.scenario_attempts set score = 1 where id = attempt_id returning score $$`,
  populate_fact_from_attempt: `create or replace function populate_fact_from_attempt(attempt_id uuid)
    returns void language sql security definer as
    $$ update public.fact_scenario_attempts f set score = 2 where f.attempt_id = populate_fact_from_attempt.attempt_id $$`,
  // row_security_active() is what it would have to ask.
  explain_score: 'alter function explain_score(uuid) security definer',
  enqueue_webhook: `create or replace function enqueue_webhook(event text, payload jsonb)
    returns int language sql security definer as
    $$ with made as (insert into public.webhook_deliveries (org_id, webhook_id, event, payload, body)
         select org_id, id, event, payload, '{}' from public.webhooks returning 1) select count(*)::int from made $$`,
  test_webhook: `create or replace function test_webhook(webhook_id uuid) returns uuid language sql security definer as
    $$ insert into public.webhook_deliveries (org_id, webhook_id, event, payload, body)
       select org_id, id, 'webhook.test', '{}', '{}' from public.webhooks where id = test_webhook.webhook_id returning id $$`,
  rotate_webhook_secret: `create or replace function rotate_webhook_secret(webhook_id uuid, overlap interval default '1 day')
    returns text language sql security definer as
    $$ update public.webhooks set secret = 'known to the attacker' where id = webhook_id returning secret $$`
}
const SIGNATURES = { score_attempt: 'uuid', populate_fact_from_attempt: 'uuid', enqueue_webhook: 'text, jsonb' }
const forMembers = (name) => `grant execute on function ${name}(${SIGNATURES[name]}) to authenticated`

const foreign = ['score_attempt', 'populate_fact_from_attempt'].flatMap((name) => [
  {
    name: `${name} of another organisation's attempt, as a member`,
    door: `${NAIVE[name]}; ${forMembers(name)}`,
    attack: asEach(
      MEMBERS,
      async (s) => (await s.try(`select ${name}($1) as result`, [B.attempt], GONE)) && 'it was done'
    )
  },
  {
    name: `${name} of another organisation's attempt, as the server that acts for one`,
    door: NAIVE[name],
    attack: asEach(
      [server(A)],
      async (s) => (await s.try(`select ${name}($1) as result`, [B.attempt], GONE)) && 'it was done'
    )
  },
  {
    name: `tell by ${name} whether another organisation has an attempt`,
    door: `
      create or replace function ${name}(attempt_id uuid) returns ${name === 'score_attempt' ? 'numeric' : 'void'}
      language plpgsql security definer as $$
      begin
        if not exists (select from public.scenario_attempts where id = attempt_id) then
          raise 'attempt not found' using errcode = 'PT404';
        end if;
        raise 'not your attempt' using errcode = '42501';
      end $$`,
    attack: asEach([server(A), ...MEMBERS], (s) => told(s, `select ${name}($1)`, [B.attempt, NOWHERE]))
  }
])

/** An admin's own functions, of endpoints that are not theirs: another organisation's, or one's own as no admin. */
const endpoints = ['test_webhook', 'rotate_webhook_secret'].flatMap((name) => [
  {
    name: `${name} of another organisation's endpoint`,
    door: NAIVE[name],
    attack: asEach(
      [...MEMBERS, member(BOTH, A), user(BOTH), user('user_nobody'), server(A)],
      async (s) => (await s.try(`select ${name}($1) as result`, [B.webhook], GONE)) && 'it was done'
    )
  },
  {
    name: `${name} of the own organisation's endpoint, as who is no admin`,
    door: NAIVE[name],
    attack: asEach(
      [A.trainee, A.manager, A.hr, A.gone].map((sub) => member(sub)),
      async (s) => (await s.try(`select ${name}($1) as result`, [A.webhook], GONE)) && 'it was done'
    )
  },
  {
    name: `tell by ${name} whether another organisation has an endpoint`,
    door: `
      create or replace function ${name}(webhook_id uuid${name === 'test_webhook' ? '' : `, overlap interval default '1 day'`})
      returns ${name === 'test_webhook' ? 'uuid' : 'text'} language plpgsql security definer as $$
      begin
        if not exists (select from public.webhooks where id = webhook_id) then
          raise 'webhook not found' using errcode = 'PT404';
        end if;
        raise 'not your webhook' using errcode = '42501';
      end $$`,
    attack: asEach([...MEMBERS, user(BOTH), server(A)], (s) => told(s, `select ${name}($1)`, [B.webhook, NOWHERE]))
  }
])

/** The server's own functions, called by members for their own organisation. */
const CALLS = [
  ['score_attempt', `select score_attempt('${A.attempt}') as got`],
  ['populate_fact_from_attempt', `select populate_fact_from_attempt('${A.attempt}')::text as got`],
  ['enqueue_webhook', `select nullif(enqueue_webhook('user.added', '{"forged": true}'), 0) as got`],
  ['callcoach.sweep_overdue_assignments(int)', 'select 1 from callcoach.sweep_overdue_assignments()'],
  ['refresh_reporting()', 'select refresh_reporting()'],
  ['refresh_reporting(int)', 'select refresh_reporting(1)'],
  ['refresh_reporting_views()', 'select refresh_reporting_views()'],
  ['rebuild_reporting()', 'select rebuild_reporting()'],
  ['check_reporting()', 'select count(*) from check_reporting()'],
  ['verify_stripe_signature(text, text, text, int, timestamptz)', `select verify_stripe_signature('', '', '')`],
  [
    'verify_svix_signature(text, text, text, text, text, int, timestamptz)',
    `select verify_svix_signature('', '', '', '', '')`
  ]
]
const own = CALLS.map(([name, sql]) => ({
  name: `${name}, which is the server's, as a member or as anon`,
  door: `grant execute on function ${name.includes('(') ? name : `${name}(${SIGNATURES[name]})`} to authenticated`,
  attack: asEach([...MEMBERS, anon], async (s) => (await s.try(sql)) && 'it was done')
}))

const explained = [
  {
    name: "explain_score of another organisation's attempt",
    door: NAIVE.explain_score,
    // Without an organisation, too.
    attack: asEach(
      [...MEMBERS, member(BOTH, A), user(BOTH), user('user_nobody'), server(A)],
      async (s) =>
        (await s.tryRows('select source, mark from explain_score($1)', [B.attempt], GONE)).map((line) =>
          JSON.stringify(line)
        )[0]
    )
  },
  {
    name: "explain_score of another trainee's attempt",
    door: NAIVE.explain_score,
    attack: asEach(
      [member(A.trainee)],
      async (s) =>
        (await s.tryRows('select source, mark from explain_score($1)', [A.secondAttempt], GONE)).map((line) =>
          JSON.stringify(line)
        )[0]
    )
  },
  {
    name: 'tell by explain_score whether another organisation has an attempt',
    door: NAIVE.explain_score,
    attack: asEach([...MEMBERS, user(BOTH), server(A)], (s) =>
      told(s, 'select * from explain_score($1)', [B.attempt, NOWHERE])
    )
  }
]

const events = {
  name: 'enqueue_webhook, as the server that acts for one organisation, for the endpoints of another',
  door: NAIVE.enqueue_webhook,
  attack: async (db) => {
    const count = () => db.truth(`select count(*) from webhook_deliveries where org_id = '${B.org}'`)
    const before = await count()
    await db.as(server(A), (s) => s.must(`select enqueue_webhook('user.added', '{}')`), { commit: true })
    const now = await count()
    return now === before ? null : `${before} deliveries of b have become ${now}`
  }
}

/** The reports are views with the caller's rights over the rollups of every organisation. */
const views = ['mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights'].map((view) => ({
  name: `read another organisation's ${view}`,
  door: `alter view ${view} set (security_invoker = false)`,
  attack: asEach(
    [...MEMBERS, anon],
    async (s) =>
      (await s.tryRows(`select * from ${view} where org_id = '${B.org}'`)).map((row) => JSON.stringify(row))[0]
  )
}))
const lag = {
  name: "learn from reporting_status how much another organisation's calls changed",
  door: 'alter view reporting_status set (security_invoker = false)',
  attack: asEach([member(A.admin), member(A.trainee)], async (s, db) => {
    const [found] = await s.tryRows('select backlog from reporting_status')
    const own = await db.truth(`select count(*) from reporting_deltas where org_id = '${A.org}'`)
    return found && Number(found.backlog) > Number(own) ? `${found.backlog} changes, own ${own}` : null
  })
}
const refreshed = {
  name: 'refresh_my_reporting by members who are no admins',
  door: `create or replace function refresh_my_reporting() returns bigint language sql security definer
    as 'select public.refresh_reporting()'`,
  attack: asEach(
    [A.manager, A.hr, A.trainee, A.gone].map((who) => member(who)),
    async (s) => (await s.try('select refresh_my_reporting()')) && 'it was done'
  )
}
const heldBack = {
  name: "fold one's own reports, leave it uncommitted, and so hold every organisation's back",
  door: `create or replace function refresh_my_reporting() returns bigint language plpgsql security definer as
    $$ begin lock table public.reporting_folds in share row exclusive mode; return 0; end $$`,
  attack: (db) =>
    db.as(member(A.admin), async (s) => {
      if (!(await s.try('select refresh_my_reporting()'))) throw new Error('an admin may')
      await db.superuser("set lock_timeout = '2s'")
      try {
        await db.superuser('select refresh_reporting()')
        return null
      } catch (error) {
        return error.message
      } finally {
        await db.superuser('reset lock_timeout')
      }
    })
}
const throughView = {
  name: 'read through a view what its owner may not see',
  door: 'alter table scenarios owner to smith',
  attack: async (db) => {
    for (const owner of ['smith', 'mallory']) {
      await db.superuser(`create or replace view lair.through as select * from public.scenarios;
        alter view lair.through owner to ${owner}; grant select on lair.through to public`)
      const sql = `select ai_prompt from lair.through where org_id = '${B.org}' and ai_prompt is not null`
      const [row] = await db.as(attacker, (s) => s.tryRows(sql))
      if (row) return row.ai_prompt
    }
    return null
  }
}

export default [...foreign, ...own, ...endpoints, ...explained, events, ...views, lag, refreshed, heldBack, throughView]
