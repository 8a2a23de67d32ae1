// Two organisations and their people, made as clients make them; new ones for each file of tests.
import { randomUUID } from 'node:crypto'
import { asServer, asUser, data, packages, psql, row, signUp } from '../support.mjs'

/** An organisation with an owner, an admin and a member, all of them signed up and invited. */
export async function organization(name, details = {}) {
  const tag = randomUUID().slice(0, 8)
  const owner = signUp(`owner-${tag}@${name}.test`)
  const id = data(await (await asUser(owner)).rpc('create_organization', { name, industry: 'plumbing' }))
  if (Object.keys(details).length > 0) data(await (await asServer()).from('organizations').update(details).eq('id', id))
  const join = async (role) => {
    const user = signUp(`${role}-${tag}@${name}.test`)
    data(await (await asUser(owner)).from('organization_invitations')
      .insert({ organization_id: id, invited_email: `${role}-${tag}@${name}.test`, role }))
    const { token } = data(await (await asServer()).from('organization_invitations').select('token')
      .eq('organization_id', id).eq('role', role).eq('status', 'pending').single())
    data(await (await asUser(user)).rpc('accept_invitation', { token }))
    return user
  }
  return { id, owner, admin: await join('admin'), member: await join('member') }
}

export const appointment = (organization, time, more = {}) => ({
  organization_id: organization.id ?? organization, customer_name: 'Carla', customer_phone: '+15550001001',
  appointment_type: 'repair', scheduled_date: '2036-06-02', scheduled_time: time, ...more
})

/** A session of its own, as the login that PostgREST has and a user's token. */
export async function session(user) {
  const { Client } = packages('pg')
  const client = new Client({ host: process.env.PGHOST, database: process.env.PGDATABASE, user: 'authenticator' })
  client.on('error', () => {})
  await client.connect()
  // What waits for ever has failed.
  await client.query(`set lock_timeout = '20s'; set idle_in_transaction_session_timeout = '30s'`)
  const begin = async (isolation = 'read committed') => {
    await client.query(`begin isolation level ${isolation}`)
    await client.query('set local role authenticated')
    await client.query(`set local search_path = service_desk`)
    await client.query(`select set_config('request.jwt.claims', $1, true)`,
      [JSON.stringify({ role: 'authenticated', sub: user })])
  }
  const query = (text, values) => client.query(text, values)
  return {
    begin, query, end: () => client.end(), pid: client.processID,
    /** One transaction; the SQLSTATE where it fails. */
    async once(text, values, isolation) {
      try {
        await begin(isolation)
        await query(text, values)
        await query('commit')
        return 'done'
      } catch (error) {
        await query('rollback')
        return error.code
      }
    }
  }
}

/** Until that session waits for a lock. */
export async function waiting(pid) {
  for (let n = 0; n < 200; n++) {
    if (row(`select count(*) as n from pg_stat_activity where pid = ${pid} and wait_event_type = 'Lock'`).n > 0) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`session ${pid} does not wait`)
}

export { psql }
