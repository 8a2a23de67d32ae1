// The organisation claim: asked for where one may not act, or worked out from a token that is not true.
import { after, loot } from './loot.mjs'
import { A, B, BOTH, NOWHERE, anon, attacker, member, server, user } from './world.mjs'

const ask = (org) => [['select set_org_claim($1)', [org]]]

const NAIVE_SET = `
  create or replace function set_org_claim(org_id uuid) returns void language sql security definer set search_path = '' as
  $$ select set_config('jwt.claims.org_id', org_id::text, true) $$`
const CALLERS = [
  ['an admin of another', attacker],
  ['a trainee of another', member(A.trainee)],
  ['a member of both, whose token names the other', member(BOTH, A)],
  ['a member of another, whose token names none', user(A.admin)],
  ['a member of none', user('user_nobody')],
  ['a user whose token has no sub', user(undefined)],
  ['who has left it', user(B.gone)],
  ['a user whose user_metadata names it', user(A.admin, { user_metadata: { org_id: B.org } })],
  ['a user whose token says service_role and whose role is not', user(A.admin, { role: 'service_role' })],
  ['the server, without a token', { role: 'service_role', claims: {}, hook: false }]
].map(([who, caller]) => ({
  name: `set_org_claim for an organisation, by ${who}`,
  door: NAIVE_SET,
  attack: (db) =>
    db.as(caller, async (s) => {
      // The server reads everything: what it must not get is the claim.
      if (caller.role === 'service_role') {
        await s.must(`select set_config('request.jwt.claims', '', true)`)
        return (await s.try('select set_org_claim($1)', [B.org])) && s.value('select current_org_id()')
      }
      return after(s, ask(B.org))
    })
}))

const asking = [
  ...CALLERS,
  {
    name: 'set_org_claim for an organisation, by anon',
    door: `${NAIVE_SET}; grant execute on function set_org_claim(uuid) to anon`,
    attack: (db) => db.as(anon, (s) => after(s, ask(B.org)))
  },
  {
    name: 'set_org_claim for an organisation, by a plain login',
    door: NAIVE_SET,
    attack: (db) => db.asMallory({}, (s) => after(s, ask(B.org)))
  },
  {
    name: 'set_org_claim for an organisation that does not exist',
    door: NAIVE_SET,
    attack: async (db) => {
      for (const who of [attacker, user(BOTH), server()]) {
        for (const org of [NOWHERE, '00000000-0000-0000-0000-000000000000']) {
          const set = await db.as(
            who,
            async (s) =>
              (await s.try('select set_org_claim($1)', [org])) && s.value(`select current_setting('jwt.claims.org_id')`)
          )
          if (set) return `${who.claims.sub} has the claim ${set}`
        }
      }
      return null
    }
  },
  {
    name: 'tell by set_org_claim whether an organisation exists',
    door: `
      create or replace function set_org_claim(org_id uuid) returns void
      language plpgsql security definer set search_path = '' as $$
      begin
        if not exists (select from public.orgs o where o.id = org_id) then
          raise 'no such organisation' using errcode = 'P0002';
        end if;
        raise 'not a member' using errcode = '42501';
      end $$`,
    attack: async (db) => {
      for (const who of [attacker, user('user_nobody'), user(BOTH, { org_id: 'org_nowhere' }), anon]) {
        const answers = await db.as(who, async (s) => [
          await s.answer('select set_org_claim($1)', [A.org === who.claims.app_metadata?.org_id ? B.org : A.org]),
          await s.answer('select set_org_claim($1)', [NOWHERE])
        ])
        if (answers[0] !== answers[1]) return answers.join('\n')
      }
      return null
    }
  },
  {
    name: 'read on after set_org_claim(NULL), also by parallel workers',
    door: NAIVE_SET.replace('org_id::text', `coalesce(org_id::text, current_setting('jwt.claims.org_id'))`),
    attack: async (db) => {
      for (const caller of [member(B.admin), server(B), user(BOTH, { org_id: B.clerkId })]) {
        const got = await db.as(caller, async (s) => {
          await s.must('select set_org_claim(null)')
          await s.must('set local role authenticated')
          await s.must(
            `set local parallel_setup_cost = 0; set local parallel_tuple_cost = 0;
             set local min_parallel_table_scan_size = 0`
          )
          for (const parallel of ['off', 'on']) {
            await s.must(`set local force_parallel_mode = ${parallel}`)
            const org = await s.value('select current_org_id()')
            const found = (await loot(s)) ?? (org && `parallel ${parallel}: the organisation is ${org}`)
            if (found) return found
          }
          return null
        })
        if (got) return got
      }
      return null
    }
  }
]

/** As an application might write it: no organisation, no limits. */
const CARELESS_NULL = `alter policy notes_own on notes using (
  org_id = (select current_org_id()) or (select current_org_id()) is null)`
const GARBAGE = [
  '',
  'garbage',
  '{',
  'null',
  '[]',
  '""',
  '7',
  '{"sub": null}',
  '{"sub": ""}',
  '{"sub": 7}',
  '{"org_id": {}}',
  '{"app_metadata": []}',
  '{"app_metadata": {"org_id": ""}}',
  '{"org_id": "%"}',
  `{"org_id": "' or true --"}`,
  '{"o": "x"}',
  '{"org_id": "00000000-0000-0000-0000-000000000000"}',
  `{"sub": "${B.admin}", "org_id": "\\u0000"}`,
  `{"sub": "${B.admin}", "org_id": "${B.clerkId} "}`,
  '['.repeat(5000),
  `{"sub": "${B.admin}"`,
  '\u00a0'
]
const garbage = {
  name: 'garbage and empty texts in the settings',
  door: CARELESS_NULL,
  attack: (db) =>
    db.session('authenticator', async (session) => {
      for (const text of GARBAGE) {
        for (const role of ['authenticated', 'anon']) {
          const got = await session.transaction(async (s) => {
            await s.must(
              `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
            set_config('request.headers', $2, true)`,
              [role, text]
            )
            const before = await loot(s)
            await s.must('select callcoach.pre_request()')
            return before ?? loot(s)
          })
          if (got) return `${text.slice(0, 60)}: ${got}`
        }
      }
      return null
    })
}

const tokens = [
  {
    name: 'a token whose user_metadata names another organisation',
    door: `create or replace function callcoach.pre_request() returns void
      language sql security definer set search_path = '' as $$
      select set_config('jwt.claims.org_id',
        coalesce(current_setting('request.jwt.claims')::jsonb #>> '{user_metadata,org_id}', ''), true) $$`,
    attack: (db) =>
      db.as(
        user(A.admin, {
          user_metadata: { org_id: B.org, app_metadata: { org_id: B.org }, o: { id: B.clerkId } },
          raw_user_meta_data: { org_id: B.org }
        }),
        loot
      )
  },
  {
    name: "a token that names an organisation its user is no member of, and a member's rights there",
    door: `alter policy scenarios_select on scenarios using (org_id = (select current_org_id()))`,
    attack: (db) =>
      db.as(member(A.admin, B), async (s) => {
        for (const table of [
          'scenarios',
          'org_members',
          'webhooks',
          'scenario_attempts',
          'orgs',
          'dim_users',
          'fact_scenario_attempts'
        ]) {
          const [row] = await s.rows(`select * from ${table} limit 1`)
          if (row) return JSON.stringify(row)
        }
        return null
      })
  },
  {
    name: 'a header x-org-id for an organisation its sender may not act in',
    door: `create or replace function callcoach.pre_request() returns void
      language sql security definer set search_path = '' as $$
      select set_config('jwt.claims.org_id', current_setting('request.headers')::jsonb ->> 'x-org-id', true) $$`,
    attack: async (db) => {
      for (const who of [attacker, user(A.admin), anon, member(BOTH, A), user('user_nobody')]) {
        const got = await db.session('authenticator', (s) =>
          s.request({ ...who, headers: { 'x-org-id': B.org }, hook: false }, () =>
            after(s, [['select callcoach.pre_request()']])
          )
        )
        if (got) return got
      }
      return null
    }
  }
]

export default [...asking, garbage, ...tokens]
