// What the systems' tests share, on top of tests/integration's clients (PostgREST and supabase-js are installed
// there): callers of the system under test, and users as Supabase Auth makes them.
import { createRequire } from 'node:module'
import { randomUUID } from 'node:crypto'
import { client, psql, row } from '../integration/support.mjs'

export { bare, client, data, psql, refused, row, rows, token } from '../integration/support.mjs'

/** For packages of tests/integration that a test needs beside: packages('pg'). */
export const packages = createRequire(new URL('../integration/package.json', import.meta.url))

/** The system under test, and the schema it is in. */
export const SYSTEM = process.env.SYSTEM
if (!SYSTEM) throw new Error('Run these through scripts/test_systems.sh.')

const within = async (claims, headers) => (await client(claims, headers)).schema(SYSTEM)

/** supabase-js in the system's schema, as each kind of caller: .from(table), .rpc(name, arguments). */
export const asAnon = () => within({ role: 'anon' })
export const asUser = (id, headers, claims = {}) => within({ role: 'authenticated', sub: id, ...claims }, headers)
export const asServer = (headers) => within({ role: 'service_role' }, headers)

const literal = (value) => (value === null || value === undefined ? 'null' : `'${String(value).replaceAll("'", "''")}'`)

/** A new user, as Supabase Auth writes one: as supabase_auth_admin. Returns the id. */
export function signUp(email, { id = randomUUID(), metadata = {}, phone = null } = {}) {
  psql(`set role supabase_auth_admin;
    insert into auth.users (id, email, phone, raw_user_meta_data, created_at, updated_at)
    values (${literal(id)}, ${literal(email)}, ${literal(phone)}, ${literal(JSON.stringify(metadata))}, now(), now())`)
  return id
}

/** How many rows a table of the system has, past every policy. */
export const count = (table, where = 'true') =>
  Number(row(`select count(*) as n from ${SYSTEM}.${table} where ${where}`).n)
