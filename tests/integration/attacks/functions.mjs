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
    $$ update public.webhooks set secret = 'known to the attacker' where id = webhook_id returning secret $$`,
  redeliver_webhook: `create or replace function redeliver_webhook(delivery_id uuid) returns uuid language sql security definer as
    $$ update public.webhook_deliveries set status = 'pending' where id = delivery_id returning id $$`,
  redeliver_webhooks: `create or replace function redeliver_webhooks(webhook_id uuid, since timestamptz, until timestamptz default now(), status text default 'failed')
    returns int language sql security definer as
    $$ with sent as (update public.webhook_deliveries d set status = 'pending' where d.webhook_id = redeliver_webhooks.webhook_id returning 1)
       select count(*)::int from sent $$`,
  claim_webhook_deliveries: `create or replace function claim_webhook_deliveries(max_deliveries int, lease interval default '1 min')
    returns table (delivery_id uuid, claim uuid, webhook_id uuid, org_id uuid, event text, url text, headers jsonb, body text,
                   attempt int, timeout_ms int) language sql security definer as
    $$ select id, id, webhook_id, org_id, event, '', '{}'::jsonb, body, 1, 1 from public.webhook_deliveries where status = 'pending' $$`,
  settle_webhook_delivery: `create or replace function settle_webhook_delivery(delivery_id uuid, claim uuid, status int default null,
      body text default null, error text default null, retry_after text default null, duration_ms int default null, refused boolean default false)
    returns table (outcome text, retry_count int, next_retry_at timestamptz) language sql security definer as
    $$ update public.webhook_deliveries d set status = 'success' where d.id = settle_webhook_delivery.delivery_id
       returning 'success', 0, null::timestamptz $$`,
  release_webhook_delivery: `create or replace function release_webhook_delivery(delivery_id uuid, claim uuid) returns boolean
    language sql security definer as
    $$ delete from public.webhook_claims c where c.delivery_id = release_webhook_delivery.delivery_id returning true $$`
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

/** An admin's own functions, of what is not theirs: another organisation's, or one's own as no admin. */
const OWNED = {
  test_webhook: { of: 'webhook', arguments: 'webhook_id uuid', returns: 'uuid' },
  rotate_webhook_secret: { of: 'webhook', arguments: `webhook_id uuid, overlap interval default '1 day'`, returns: 'text' },
  redeliver_webhook: { of: 'delivery', arguments: 'delivery_id uuid', returns: 'uuid' },
  redeliver_webhooks: {
    of: 'webhook',
    arguments: `webhook_id uuid, since timestamptz, until timestamptz default now(), status text default 'failed'`,
    returns: 'int',
    more: `, '-infinity'`
  }
}
const endpoints = Object.entries(OWNED).flatMap(([name, { of, arguments: args, returns, more = '' }]) => [
  {
    name: `${name} of another organisation's ${of}`,
    door: NAIVE[name],
    attack: asEach(
      [...MEMBERS, member(BOTH, A), user(BOTH), user('user_nobody'), server(A)],
      async (s) => (await s.try(`select ${name}($1${more}) as result`, [B[of]], GONE)) && 'it was done'
    )
  },
  {
    name: `${name} of the own organisation's ${of}, as who is no admin`,
    door: NAIVE[name],
    attack: asEach(
      [A.trainee, A.manager, A.hr, A.gone].map((sub) => member(sub)),
      async (s) => (await s.try(`select ${name}($1${more}) as result`, [A[of]], GONE)) && 'it was done'
    )
  },
  {
    name: `tell by ${name} whether another organisation has a ${of}`,
    door: `
      create or replace function ${name}(${args})
      returns ${returns} language plpgsql security definer as $$
      begin
        if not exists (select from public.${of === 'webhook' ? 'webhooks' : 'webhook_deliveries'} where id = ${of}_id) then
          raise '${of} not found' using errcode = 'PT404';
        end if;
        raise 'not your ${of}' using errcode = '42501';
      end $$`,
    attack: asEach([...MEMBERS, user(BOTH), server(A)], (s) => told(s, `select ${name}($1${more})`, [B[of], NOWHERE]))
  }
])

/** An external sender that acts for one organisation, at the deliveries of another. */
const sending = [
  {
    name: "claim another organisation's deliveries, as the server that acts for one",
    door: NAIVE.claim_webhook_deliveries,
    attack: asEach([server(A)], async (s) =>
      (await s.rows('select * from claim_webhook_deliveries(1000)')).map((row) => JSON.stringify(row))
        .find((text) => text.includes(B.org)))
  },
  {
    name: "settle another organisation's delivery, with its claim, as the server that acts for one",
    door: NAIVE.settle_webhook_delivery,
    attack: asEach([server(A)], async (s) =>
      (await s.try('select settle_webhook_delivery($1, $2, 200)', [B.claimedDelivery, B.claim], GONE)) && 'it was done')
  },
  {
    name: "give another organisation's delivery back, with its claim, as the server that acts for one",
    door: NAIVE.release_webhook_delivery,
    attack: asEach([server(A)], async (s) =>
      (await s.try('select release_webhook_delivery($1, $2)', [B.claimedDelivery, B.claim], GONE)) && 'it was done')
  },
  {
    name: 'see from the outside who is sending what, or hold it back',
    door: 'grant all on webhook_claims to authenticated, service_role; alter table webhook_claims disable row level security',
    attack: asEach([...MEMBERS, server(A)], async (s) => {
      const [claim] = await s.tryRows('select * from webhook_claims')
      return (claim && JSON.stringify(claim)) ||
        ((await s.try(`insert into webhook_claims values ('${B.delivery}', '${NOWHERE}', false, 'infinity')`)) && 'held back')
    })
  }
]

/** The server's own functions, called by members for their own organisation. */
const CALLS = [
  ['score_attempt', `select score_attempt('${A.attempt}') as got`],
  ['populate_fact_from_attempt', `select populate_fact_from_attempt('${A.attempt}')::text as got`],
  ['enqueue_webhook', `select nullif(enqueue_webhook('user.added', '{"forged": true}'), 0) as got`],
  ['callcoach.sweep_overdue_assignments(int)', 'select 1 from callcoach.sweep_overdue_assignments()'],
  ['claim_webhook_deliveries(int, interval)', 'select count(*) from claim_webhook_deliveries(1)'],
  [
    'settle_webhook_delivery(uuid, uuid, int, text, text, text, int, boolean)',
    `select settle_webhook_delivery('${A.claimedDelivery}', '${A.claim}', 200)`
  ],
  ['release_webhook_delivery(uuid, uuid)', `select release_webhook_delivery('${A.claimedDelivery}', '${A.claim}')`],
  ['callcoach.apply_retention()', 'select callcoach.apply_retention()'],
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

/** These are views with the caller's rights over the tables of every organisation. */
const views = ['mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights', 'webhook_health'].map((view) => ({
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

export default [...foreign, ...own, ...endpoints, ...sending, ...explained, events, ...views, lag, refreshed, heldBack, throughView]
