// A row of another organisation is not readable, writable or countable, whatever the token says.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { A, B, NOWHERE, asAnon, asMember, asServer, asUser, bare, data, refused, row, rows } from './support.mjs'

const TABLES = [
  'orgs', 'org_members', 'scenarios', 'tracks', 'track_scenarios', 'assignments', 'scenario_attempts', 'webhooks',
  'webhook_deliveries', 'fact_scenario_attempts', 'dim_users', 'dim_scenarios', 'dim_tracks', 'dim_orgs'
]
const orgColumn = (table) => (table === 'orgs' ? 'id' : 'org_id')
let ada
before(async () => { ada = await asMember('user_ada', A.org) })

const seesOnly = async (user, org, table = 'scenarios') => {
  const found = data(await user.from(table).select())
  assert.ok(found.length > 0, `${table} has rows to see`)
  assert.deepEqual([...new Set(found.map((r) => r[orgColumn(table)]))], [org])
}

for (const table of TABLES) {
  test(`${table}: a member sees the rows of the own organisation and cannot count others`, async () => {
    await seesOnly(ada, A.org, table)
    const own = rows(`select from ${table} where ${orgColumn(table)} = '${A.org}'`).length
    assert.ok(rows(`select from ${table} where ${orgColumn(table)} = '${B.org}'`).length > 0, 'the other has rows')
    assert.deepEqual(data(await ada.from(table).select().eq(orgColumn(table), B.org)), [])
    assert.equal((await ada.from(table).select('*', { count: 'exact', head: true })).count, own)
  })
}

test('embedding does not lead to another organisation\'s rows', async () => {
  const orgs = data(await ada.from('orgs').select('id, scenarios(org_id), scenario_attempts(org_id)'))
  assert.equal(orgs.length, 1)
  const inner = [...orgs[0].scenarios, ...orgs[0].scenario_attempts].map((r) => r.org_id)
  assert.deepEqual([...new Set(inner)], [A.org])
})

// How identity providers name the organisation.
for (const [how, claims] of [
  ['Supabase: app_metadata.org_id', { app_metadata: { org_id: A.org } }],
  ['Clerk v2: o.id, mapped by orgs.clerk_org_id', { o: { id: A.clerkId, rol: 'admin', slg: 'lakeside' } }],
  ['Clerk v1: org_id, mapped by orgs.clerk_org_id', { org_id: A.clerkId, org_role: 'org:admin' }],
  ['org_id as our own uuid', { org_id: A.org }],
  ['app_metadata before o.id before org_id', { app_metadata: { org_id: A.org }, o: { id: B.clerkId }, org_id: B.org }]
]) {
  test(`the token names the organisation: ${how}`, async () => {
    await seesOnly(await asUser({ sub: 'user_ada', ...claims }), A.org)
  })
}

for (const [what, claims] of [
  ['names no organisation', {}],
  ['names one only in user_metadata, which its user may write', { user_metadata: { org_id: A.org } }],
  ['names a Clerk organisation that is not here', { o: { id: 'org_unknown' } }],
  ['names a uuid that is not here', { app_metadata: { org_id: NOWHERE } }],
  ['names the nil uuid', { app_metadata: { org_id: '00000000-0000-0000-0000-000000000000' } }],
  ['names garbage', { org_id: '%\' or true --', app_metadata: 'x', o: [] }]
]) {
  test(`a token that ${what} shows no rows`, async () => {
    const user = await asUser({ sub: 'user_ada', ...claims })
    assert.equal(data(await user.rpc('current_org_id')), null)
    for (const table of TABLES) assert.deepEqual(data(await user.from(table).select()), [], table)
  })
}

test('a tampered token is refused', async () => {
  const answer = await bare('/scenarios', { headers: { authorization: `Bearer ${ada.supabaseKey.slice(0, -6)}AAAAAA` } })
  assert.equal(answer.status, 401)
  assert.equal((await answer.json()).code, 'PGRST301')
})

test('x-org-id: a member of two organisations chooses, where the token names none', async () => {
  for (const { org } of [A, B]) await seesOnly(await asUser({ sub: 'user_both' }, { 'x-org-id': org }), org)
})

for (const [who, claims, header] of [
  ['one the user is no member of', { sub: 'user_ada' }, B.org],
  ['another than the token names', { sub: 'user_ada', app_metadata: { org_id: A.org } }, B.org],
  ['another than the token names, though a member of both', { sub: 'user_both', app_metadata: { org_id: A.org } }, B.org],
  ['one that user_metadata names', { sub: 'user_ada', user_metadata: { org_id: B.org } }, B.org],
  ['one that does not exist', { sub: 'user_ada' }, NOWHERE],
  ['no uuid', { sub: 'user_ada' }, 'org_lakeside'],
  ['one, with a token that has no sub', {}, A.org]
]) {
  test(`x-org-id: ${who}: 403`, async () => {
    const { message } = refused(await (await asUser(claims, { 'x-org-id': header })).from('scenarios').select(), 403, '42501')
    assert.equal(message, 'not allowed in that organisation')
  })
}

test('x-org-id from an anonymous caller is refused', async () => {
  const answer = await bare('/articles', { headers: { 'x-org-id': A.org } })
  assert.equal(answer.status, 401)
  assert.equal((await answer.json()).code, '42501')
})

// Writing.
const other = (table, values) => ({
  scenarios: { title: 'x' }, tracks: { title: 'x' }, org_members: { user_id: 'user_ada', role: 'admin' },
  scenario_attempts: { user_id: 'user_ada' }, track_scenarios: { track_id: B.track, scenario_id: B.scenario, position: 2 },
  assignments: { assignee_user_id: 'user_ada', type: 'scenario', scenario_id: B.scenario },
  webhooks: { name: 'x', url: 'https://evil.example', secret: 'x'.repeat(16), events: ['scenario.completed'] }
}[table])

// What the own organisation's admin may change; of attempts nothing.
const CHANGES = {
  org_members: { role: 'trainee' }, scenarios: { title: 'x' }, tracks: { title: 'x' }, track_scenarios: { position: 9 },
  assignments: { required: false }, webhooks: { secret: 'y'.repeat(16) }
}
for (const table of ['org_members', 'scenarios', 'tracks', 'track_scenarios', 'assignments', 'scenario_attempts', 'webhooks']) {
  test(`${table}: insert, update and delete in another organisation are refused or touch nothing`, async () => {
    const theirs = () => rows(`select * from ${table} where org_id = '${B.org}' order by 1, 2, 3`)
    const before = theirs()
    refused(await ada.from(table).insert({ ...other(table), org_id: B.org }), 403, '42501')
    const change = CHANGES[table] && await ada.from(table).update(CHANGES[table]).eq('org_id', B.org).select()
    if (change) assert.deepEqual(data(change), [])
    refused(await ada.from(table).update({ org_id: B.org }).eq('org_id', B.org).select(), 403, '42501')
    assert.deepEqual(data(await ada.from(table).delete().eq('org_id', B.org).select()), [])
    assert.deepEqual(theirs(), before)
  })
}

test('a row cannot be moved into another organisation', async () => {
  const { id } = data(await ada.from('scenarios').insert({ title: 'Stays here' }).select('id').single())
  refused(await ada.from('scenarios').update({ org_id: B.org }).eq('id', id), 403, '42501')
  assert.equal(row(`select org_id from scenarios where id = '${id}'`).org_id, A.org)
})

test('a row of the own organisation needs no org_id: it comes from the claim', async () => {
  const made = data(await ada.from('tracks').insert({ title: 'Second week' }).select().single())
  assert.equal(made.org_id, A.org)
})

test('without an organisation nothing can be inserted', async () => {
  refused(await (await asUser({ sub: 'user_ada' })).from('tracks').insert({ title: 'Nowhere' }), 403, '42501')
  assert.deepEqual(rows(`select * from tracks where title = 'Nowhere'`), [])
})

test('upsert on another organisation\'s key is refused and changes nothing', async () => {
  const before = row(`select * from scenarios where id = '${B.scenario}'`)
  refused(await ada.from('scenarios').upsert({ id: B.scenario, org_id: A.org, title: 'Mine now' }), 403, '42501')
  assert.deepEqual(row(`select * from scenarios where id = '${B.scenario}'`), before)
})

test('a foreign key to another organisation\'s row fails like one to no row at all', async () => {
  const error = async (scenario_id) => {
    const answer = await ada.from('assignments').insert({ assignee_user_id: 'user_both', type: 'scenario', scenario_id })
    return JSON.stringify(refused(answer, 409, '23503')).replaceAll(scenario_id, 'THAT')
  }
  assert.equal(await error(B.scenario), await error(NOWHERE))
})

test('organisations cannot be made by members, and facts and deliveries not written', async () => {
  refused(await ada.from('orgs').insert({ name: 'A third' }), 403, '42501')
  for (const table of ['fact_scenario_attempts', 'dim_users', 'webhook_deliveries']) {
    refused(await ada.from(table).delete().eq('org_id', A.org), 403, '42501')
  }
})

// Nobody.
test('an anonymous caller is refused at every tenant table, with Supabase\'s anon key or with no token', async () => {
  const anon = await asAnon()
  for (const table of [...TABLES, 'fact_kpi_events', 'callcoach_migrations']) {
    refused(await anon.from(table).select(), 401, '42501')
    refused(await anon.from(table).insert({}), 401, '42501')
    assert.equal((await bare(`/${table}`)).status, 401, table)
  }
})

test('what a project makes after installing is closed to clients until it is granted', async () => {
  refused(await (await asAnon()).from('nobody_granted').select(), 401, '42501')
  refused(await ada.from('nobody_granted').select(), 403, '42501')
  refused(await ada.rpc('leave_claim_behind', { org_id: A.org }), 403, '42501')
  assert.equal(data(await (await asServer()).from('nobody_granted').select()).length, 1)
})

for (const view of ['mv_leaderboard_month', 'mv_org_overview', 'mv_scenario_insights']) {
  test(`${view}: a member reads that of the own organisation`, async () => {
    data(await (await asServer()).rpc('refresh_reporting'))
    refused(await (await asAnon()).from(view).select(), 401, '42501')
    const own = data(await ada.from(view).select('org_id'))
    assert.deepEqual([...new Set(own.map((row) => row.org_id))], [A.org])
    const all = data(await (await asServer()).from(view).select('org_id'))
    assert.deepEqual(new Set(all.map((row) => row.org_id)).has(B.org), true)
  })
}

test('published articles are for everyone, drafts and future ones for the server alone', async () => {
  const slugs = async (who) => data(await who.from('articles').select('slug').order('slug')).map((a) => a.slug)
  assert.deepEqual(await slugs(await asAnon()), ['how-to-open-a-call'])
  assert.deepEqual(await slugs(ada), ['how-to-open-a-call'])
  assert.deepEqual(await slugs(await asServer()), ['a-draft', 'how-to-open-a-call', 'next-month'])
  refused(await ada.from('articles').insert({ slug: 'mine', title: 'Mine', content: '', category: 'blog' }), 403, '42501')
})
