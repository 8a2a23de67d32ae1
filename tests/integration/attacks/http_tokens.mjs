// Over HTTP: functions that are not the caller's, and tokens and headers that are not true.
import { createHmac } from 'node:crypto'
import { A, B, asUser, bare, psql, token } from '../support.mjs'
import { ada, got, granted, replaced } from './http_doors.mjs'

const functions = [
  ...[
    ['score_attempt', { attempt_id: A.attempt }, 'score_attempt(uuid)'],
    ['populate_fact_from_attempt', { attempt_id: A.attempt }, 'populate_fact_from_attempt(uuid)'],
    ['enqueue_webhook', { event: 'user.added', payload: {} }, 'enqueue_webhook(text, jsonb)'],
    ['refresh_reporting', {}, 'refresh_reporting()']
  ].map(([name, args, signature]) => ({
    name: `over HTTP, call ${name}, which is the server's`,
    door: granted(`execute on function ${signature}`),
    attack: async () => {
      const answer = await (await ada()).rpc(name, args).rollback()
      return got(answer) ?? (answer.error ? null : `status ${answer.status}`)
    }
  })),
  {
    name: "over HTTP, explain another organisation's score",
    door: {
      open: 'alter function explain_score(uuid) security definer',
      close: 'alter function explain_score(uuid) security invoker'
    },
    // Without an organisation, too.
    attack: async () =>
      got(await (await asUser({ sub: 'user_both' })).rpc('explain_score', { attempt_id: B.attempt })) ??
      got(await (await ada()).rpc('explain_score', { attempt_id: B.attempt }))
  },
  {
    name: "over HTTP, read another organisation's overview",
    door: {
      open: 'alter view mv_org_overview set (security_invoker = false)',
      close: 'alter view mv_org_overview set (security_invoker = true)'
    },
    attack: async () => {
      psql('select refresh_reporting()')
      return got(await (await ada()).from('mv_org_overview').select().eq('org_id', B.org))
    }
  }
]

const NAIVE_HOOK = (
  value
) => `create or replace function callcoach.pre_request() returns void language sql security definer
  set search_path = '' as $$ select set_config('jwt.claims.org_id', coalesce(${value}, ''), true) $$`
const current = async (client) => got(await client.rpc('current_org_id'))
const tokens = [
  {
    name: 'over HTTP, choose an organisation by x-org-id where one may not act',
    door: replaced('callcoach.pre_request()', NAIVE_HOOK(`current_setting('request.headers')::jsonb ->> 'x-org-id'`)),
    attack: async () => {
      for (const claims of [
        { sub: 'user_ada', app_metadata: { org_id: A.org } },
        { sub: 'user_ada' },
        { sub: 'user_nobody' }
      ]) {
        const found = await current(await asUser(claims, { 'x-org-id': B.org }))
        if (found) return found
      }
      return null
    }
  },
  {
    name: 'over HTTP, name an organisation in user_metadata',
    door: replaced(
      'callcoach.pre_request()',
      NAIVE_HOOK(`current_setting('request.jwt.claims')::jsonb #>> '{user_metadata,org_id}'`)
    ),
    attack: async () => current(await asUser({ sub: 'user_ada', user_metadata: { org_id: B.org } }))
  },
  {
    name: 'over HTTP, set_org_claim for another organisation',
    door: replaced(
      'public.set_org_claim(uuid)',
      `create or replace function set_org_claim(org_id uuid) returns void language sql
      security definer set search_path = '' as $$ select set_config('jwt.claims.org_id', org_id::text, true) $$`
    ),
    attack: async () => {
      const answer = await (await ada()).rpc('set_org_claim', { org_id: B.org })
      got(answer)
      return !answer.error && `status ${answer.status}`
    }
  },
  {
    // PostgREST judges tokens by itself, before any SQL runs: there is no door in the database.
    name: 'over HTTP, send a token that nobody signed',
    doorless: true,
    attack: async () => {
      const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
      const payload = part({ role: 'service_role', sub: 'user_bea', app_metadata: { org_id: B.org }, exp: 4102444800 })
      const signedWith = (key, alg) => {
        const head = `${part({ alg, typ: 'JWT' })}.${payload}`
        return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`
      }
      const good = await token({ role: 'authenticated', sub: 'user_ada' })
      for (const forged of [
        `${part({ alg: 'none' })}.${payload}.`,
        `${part({ alg: 'None' })}.${payload}.`,
        signedWith('', 'HS256'),
        signedWith('secret', 'HS256'),
        `${good.split('.')[0]}.${payload}.${good.split('.')[2]}`
      ]) {
        const answer = await bare('/scenarios', { headers: { authorization: `Bearer ${forged}` } })
        if (![400, 401].includes(answer.status)) return `${answer.status}: ${await answer.text()}`
      }
      return null
    }
  },
  {
    // Which roles PostgREST may become is decided by the cluster's memberships of authenticator, not by this database.
    name: 'over HTTP, send a token for a role that is no API role',
    doorless: true,
    attack: async () => {
      for (const role of ['postgres', 'authenticator', 'pg_read_all_data']) {
        const answer = await bare('/scenarios', {
          headers: { authorization: `Bearer ${await token({ role, sub: 'user_bea' })}` }
        })
        if (answer.ok && role !== 'authenticator') return `${role}: ${await answer.text()}`
        if (answer.ok && (await answer.json()).length) return role
      }
      return null
    }
  },
  {
    // Which schemas are served is PostgREST's setting.
    name: 'over HTTP, ask for a schema that is not served',
    doorless: true,
    attack: async () => {
      for (const schema of ['callcoach', 'pg_catalog', 'information_schema', 'storage', 'auth']) {
        const client = (await ada()).schema(schema)
        const found = got(await client.from('pg_class').select()) ?? got(await client.rpc('set_config'))
        if (found) return `${schema}: ${found}`
      }
      return null
    }
  },
  {
    // So is whether plans are shown (db-plan-enabled).
    name: 'over HTTP, ask for a plan',
    doorless: true,
    attack: async () => {
      const headers = {
        authorization: `Bearer ${await token({ role: 'authenticated', sub: 'user_ada' })}`,
        accept: 'application/vnd.pgrst.plan+json'
      }
      const answer = await bare('/scenarios', { headers })
      return answer.ok && answer.text()
    }
  }
]

export default [...functions, ...tokens]
