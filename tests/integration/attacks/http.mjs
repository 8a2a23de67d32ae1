// The same over HTTP: PostgREST and supabase-js, on the database of the other tests. Doors are opened there and
// closed again; what gets through is rolled back (Prefer: tx=rollback).
import { setTimeout as sleep } from 'node:timers/promises'
import { A, B, asAnon, bare, psql, row } from '../support.mjs'
import { TABLES, ada, column, got, granted, rls } from './http_doors.mjs'

const reading = TABLES.flatMap((table) => [
  {
    name: `over HTTP, read another organisation's ${table}`,
    door: rls(table),
    attack: async () => {
      const client = await ada()
      return (
        got(await client.from(table).select().eq(column(table), B.org)) ??
        got(
          await client
            .from(table)
            .select()
            .or(`${column(table)}.eq.${B.org},${column(table)}.eq.${B.org}`)
        )
      )
    }
  },
  {
    name: `over HTTP, count another organisation's ${table}`,
    door: rls(table),
    attack: async () =>
      got(await (await ada()).from(table).select('*', { count: 'exact', head: true }).eq(column(table), B.org))
  }
])

const embedding = {
  name: "over HTTP, read another organisation's rows by embedding them",
  door: rls('scenarios', 'scenario_attempts'),
  attack: async () => {
    const client = await ada()
    for (const select of ['org_id, scenario_attempts!inner(org_id)', 'org_id, scenario_attempts(*), assignments(*)']) {
      const answer = await client.from('scenarios').select(select)
      if (JSON.stringify(answer.data ?? '').includes(B.org)) return select
    }
    return null
  }
}

const other = { org_id: B.org, title: 'x' }
const writing = [
  {
    name: 'over HTTP, insert into another organisation',
    door: rls('scenarios'),
    attack: async () => got(await (await ada()).from('scenarios').insert(other).select('org_id').rollback())
  },
  {
    name: 'over HTTP, insert into another organisation among rows of the own',
    door: rls('scenarios'),
    attack: async () =>
      got(
        await (
          await ada()
        )
          .from('scenarios')
          .insert([{ title: 'x', org_id: A.org }, other])
          .select('org_id')
          .rollback()
      )
  },
  {
    name: "over HTTP, update another organisation's row",
    door: rls('scenarios'),
    attack: async () =>
      got(await (await ada()).from('scenarios').update({ title: 'x' }).eq('id', B.scenario).select('org_id').rollback())
  },
  {
    name: "over HTTP, delete another organisation's row",
    door: rls('webhooks'),
    attack: async () =>
      got(await (await ada()).from('webhooks').delete().eq('org_id', B.org).select('org_id').rollback())
  },
  {
    name: 'over HTTP, move a row into another organisation',
    door: granted('update (org_id) on tracks', rls('tracks')),
    attack: async () => {
      const client = await ada()
      return (
        got(
          await client.from('webhooks').update({ org_id: B.org }).eq('id', A.endpoint(4)).select('org_id').rollback()
        ) ??
        // The track is in use: with the door open it is the foreign key that answers, and tells that the rest agreed.
        (
          await client.from('tracks').update({ org_id: B.org }).eq('org_id', A.org).select('org_id').rollback()
        ).error?.code.match('23503')?.[0]
      )
    }
  },
  {
    name: "over HTTP, upsert another organisation's row",
    door: granted('insert (id), update (id, org_id, user_id) on org_members', rls('org_members')),
    attack: async () => {
      const { id } = row(`select id from org_members where org_id = '${B.org}' and role = 'trainee'`)
      return got(
        await (await ada())
          .from('org_members')
          .upsert({ id, org_id: A.org, user_id: 'user_taken', role: 'trainee' })
          .select('org_id')
          .rollback()
      )
    }
  },
  {
    name: 'over HTTP, let oneself into another organisation',
    door: rls('org_members'),
    attack: async () =>
      got(
        await (await ada())
          .from('org_members')
          .upsert(
            { org_id: B.org, user_id: 'user_ada', role: 'admin' },
            { onConflict: 'org_id,user_id', ignoreDuplicates: true }
          )
          .select('org_id')
          .rollback()
      )
  },
  {
    name: "over HTTP, raise the own organisation's plan",
    door: granted('update (plan) on orgs'),
    attack: async () =>
      got(await (await ada()).from('orgs').update({ plan: 'enterprise' }).eq('id', A.org).select('plan').rollback())
  }
]

/** PostgREST's pooled session must be a new one to have a database's setting; it notices with the next request. */
async function renew(setting) {
  psql(
    `${setting}; select pg_terminate_backend(pid) from pg_stat_activity
      where usename = 'authenticator' and query not ilike 'listen%'`
  )
  for (let tries = 0; tries < 100 && !(await bare('/articles')).ok; tries += 1) await sleep(50)
}
/** PostgREST works these counts out by EXPLAIN. */
const planned = {
  name: "over HTTP, learn another organisation's values from Prefer: count=planned",
  door: {
    open: () => renew('alter database callcoach set callcoach.guard_statements = off'),
    close: () => renew('alter database callcoach reset callcoach.guard_statements')
  },
  attack: async () => {
    psql(
      `insert into scenarios (org_id, title, status) 
         select '${B.org}', 'Project Nightjar', 'active' from generate_series(1, 1000);
       analyze scenarios`
    )
    try {
      const client = await ada()
      const count = async (title, how) => {
        const answer = await client.from('scenarios').select('*', { count: how, head: true }).eq('title', title)
        if (answer.error && answer.status !== 403) throw new Error(`broken: ${answer.status}`)
        return answer.count ?? null
      }
      for (const how of ['planned', 'estimated']) {
        const counts = [await count('Project Nightjar', how), await count('Project Nighthawk', how)]
        if (counts[0] !== counts[1]) return `${how}: ${counts.join(' and ')}`
      }
      return null
    } finally {
      psql(`delete from scenarios where title = 'Project Nightjar'; analyze scenarios`)
    }
  }
}

const anonymous = {
  name: 'over HTTP, read a tenant table as anon',
  door: {
    open: `grant select on scenarios to anon; ${rls('scenarios').open}`,
    close: `revoke select on scenarios from anon; ${rls('scenarios').close}`
  },
  attack: async () => {
    const client = await asAnon()
    for (const table of TABLES) {
      const found = got(await client.from(table).select())
      const untold = await bare(`/${table}`)
      if (found || untold.status !== 401) return `${table}: ${found ?? untold.status}`
    }
    return null
  }
}

export default [...reading, embedding, ...writing, planned, anonymous]
