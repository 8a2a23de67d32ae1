// For attacks over HTTP: reading answers, and doors that are opened in the tests' own database and closed again.
import { A, asMember, psql, row } from '../support.mjs'

export const TABLES = [
  'orgs',
  'org_members',
  'scenarios',
  'tracks',
  'track_scenarios',
  'assignments',
  'scenario_attempts',
  'webhooks',
  'webhook_deliveries',
  'fact_scenario_attempts',
  'dim_orgs',
  'dim_users',
  'dim_scenarios',
  'dim_tracks'
]
export const column = (table) => (table === 'orgs' ? 'id' : 'org_id')
/** Not allowed; no such attempt; no such schema. A HEAD request has no body to say which. */
const refused = ({ error, status }) =>
  ['42501', 'PT404', 'PGRST106'].includes(error.code) || (!error.code && [401, 403].includes(status))

/** Data of an answer; nothing where it is refused. Any other failure is the attack's own. */
export function got({ data, error, status, count }) {
  if (error && !refused({ error, status }))
    throw new Error(`not refused but broken: ${status} ${JSON.stringify(error)}`)
  if (error) return null
  return count
    ? `count ${count}`
    : [data]
        .flat()
        .map((found) => found && JSON.stringify(found))
        .find(Boolean)
}
export const ada = () => asMember('user_ada', A.org)
export const rls = (...tables) => ({
  open: tables.map((table) => `alter table ${table} disable row level security`).join(';'),
  close: tables.map((table) => `alter table ${table} enable row level security`).join(';')
})
export const granted = (what, more = { open: '', close: '' }) => ({
  open: `grant ${what} to authenticated; ${more.open}`,
  close: `revoke ${what} from authenticated; ${more.close}`
})
/** Replaces a function; puts it back as it was. */
export const replaced = (signature, definition) => {
  let before
  return {
    open: () => {
      before = row(`select pg_get_functiondef('${signature}'::regprocedure) as definition`).definition
      psql(definition)
    },
    close: () => psql(before)
  }
}
