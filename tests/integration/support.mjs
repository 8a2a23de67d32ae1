// What the tests share: clients as each kind of caller, tokens, a superuser's psql, the seeded ids.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createClient } from '@supabase/supabase-js'
import { SignJWT } from 'jose'

const { POSTGREST_URL: url, JWT_SECRET } = process.env
if (!url || !JWT_SECRET) throw new Error('Run these through scripts/test_integration.sh.')
const secret = new TextEncoder().encode(JWT_SECRET)

/** An organisation of seed.sql, by its letter. */
const seeded = (letter, clerkId) => ({
  org: `${letter}0000000-0000-4000-8000-000000000001`,
  scenario: `${letter}0000000-0000-4000-8000-000000000002`,
  track: `${letter}0000000-0000-4000-8000-000000000003`,
  attempt: `${letter}0000000-0000-4000-8000-000000000004`,
  endpoint: (n) => `${letter}0000000-0000-4000-8000-00000000001${n}`,
  clerkId
})
export const A = seeded('a', 'org_lakeside')
export const B = seeded('b', 'org_harbour')
export const NOWHERE = 'cccccccc-cccc-4ccc-8ccc-cccccccccccc'

export const token = (claims) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('10m').sign(secret)

/** supabase-js with a token of these claims. Supabase serves PostgREST under /rest/v1; here it stands alone. */
export async function client(claims, headers = {}) {
  return createClient(url, await token(claims), {
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers, fetch: (target, init) => fetch(target.toString().replace('/rest/v1', ''), init) }
  })
}

export const asAnon = () => client({ role: 'anon' })
export const asUser = (claims, headers) => client({ role: 'authenticated', ...claims }, headers)
export const asMember = (sub, org) => asUser({ sub, app_metadata: { org_id: org } })
export const asServer = (org) => client({ role: 'service_role' }, org ? { 'x-org-id': org } : {})

/** A request with no token at all. */
export const bare = (path, init) => fetch(`${url}${path}`, init)

/** Rows of a query, read by a superuser past every policy. */
export function rows(sql) {
  const text = execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1', '-c',
    `select coalesce(json_agg(r), '[]') from (${sql}) r`], { encoding: 'utf8' })
  return JSON.parse(text)
}
export const row = (sql) => {
  const found = rows(sql)
  assert.equal(found.length, 1, `one row of: ${sql}`)
  return found[0]
}
/** Runs a script as superuser; gives what it prints. */
export const psql = (script) =>
  execFileSync('psql', ['-XAtq', '-v', 'ON_ERROR_STOP=1'], { input: script, encoding: 'utf8' }).trim()

/** The data of an answer that must be a success. */
export function data(answer) {
  assert.equal(answer.error, null, JSON.stringify(answer.error))
  return answer.data
}

/** The error of an answer that must be a failure, with this HTTP status and code. */
export function refused(answer, status, code) {
  assert.ok(answer.error, `expected ${code}, got ${JSON.stringify(answer.data)}`)
  assert.deepEqual({ status: answer.status, code: answer.error.code }, { status, code }, answer.error.message)
  return answer.error
}

const example = (name) => {
  const file = new URL(`../../examples/short_call/${name}.json`, import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}
/** examples/short_call, whose results WORKED.md works out by hand. */
export const shortCall = {
  transcript: example('transcript'),
  scenario: example('scenario'),
  evaluation: example('evaluation'),
  expected: example('expected')
}
const { score, score_breakdown, ...kpis } = shortCall.expected
export const expectedKpis = kpis

/** Only the keys of `shape` from `object`: KPIs hold more than the eight that are worked out by hand. */
export const only = (shape, object) => Object.fromEntries(Object.keys(shape).map((key) => [key, object?.[key]]))

/** A new scenario of an organisation with the short call's rubric. */
export async function shortCallScenario(server) {
  const { id } = data(await server.from('scenarios')
    .insert({ ...shortCall.scenario, status: 'active' }).select('id').single())
  return id
}
