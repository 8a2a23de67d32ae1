// A customer success team by supabase-js through PostgREST: what a CSM does, what the server does, and what is refused.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, test } from 'node:test'
import { asAnon, asServer, asUser, bare, count, data, psql, refused, row, rows, signUp, token } from '../support.mjs'

const ana = signUp('ana@success.test')
const bob = signUp('bob@success.test')
const agent = { 'x-forwarded-for': '203.0.113.7, 10.0.0.1', 'user-agent': 'success-app/1.0' }
let server, asAna, asBob, acme, birch, session, module

before(async () => {
  server = await asServer()
  asAna = await asUser(ana, agent)
  asBob = await asUser(bob)
  const customers = data(await server.from('customers')
    .insert([{ name: 'Acme', arr: 120000, csm_id: ana }, { name: 'Birch', csm_id: bob }]).select())
  ;[acme, birch] = customers.map((customer) => customer.id)
  module = data(await server.from('training_modules').insert({ title: 'First steps', duration: 20 }).select().single()).id
})

const health = (customer) => row(`select health_score from customer_success.customers where id = '${customer}'`).health_score

test('a CSM sees the own customers, and what belongs to them embedded', async () => {
  data(await asAna.from('stakeholders').insert({ customer_id: acme, name: 'Pat', is_primary: true }))
  data(await asBob.from('stakeholders').insert({ customer_id: birch, name: 'Sam' }))
  const found = data(await asAna.from('customers').select('name, stage, metadata, stakeholders(name), agent_sessions(id)'))
  assert.deepEqual(found, [{ name: 'Acme', stage: 'prospect', metadata: {}, stakeholders: [{ name: 'Pat' }], agent_sessions: [] }])
  assert.deepEqual(data(await asBob.from('stakeholders').select('name')), [{ name: 'Sam' }])
  assert.equal((await asAna.from('customers').select('*', { count: 'exact', head: true })).count, 1)
})

test('the health score follows what is said and learned, and can be asked for', async () => {
  session = data(await asAna.from('agent_sessions').insert({ customer_id: acme, user_id: ana }).select().single()).id
  assert.equal(health(acme), null)
  data(await asAna.from('agent_messages').insert([
    { session_id: session, role: 'user', content: 'How do we roll out?' },
    { session_id: session, role: 'agent', agent_id: 'onboarding', content: 'In three steps.' }]))
  assert.equal(health(acme), 10)
  data(await server.from('agent_messages').insert({ session_id: session, role: 'system', content: 'Done.' }))
  assert.equal(health(acme), 15)
  // An upsert by the unique key, which has no stakeholder here.
  const progress = { customer_id: acme, stakeholder_id: null, module_id: module }
  for (const percent of [50, 90]) {
    data(await asAna.from('training_progress').upsert({ ...progress, progress: percent, status: 'in_progress' },
      { onConflict: 'customer_id,stakeholder_id,module_id' }))
  }
  assert.equal(count('training_progress'), 1)
  assert.equal(health(acme), (30 + 90) / 2)
  psql(`alter table customer_success.customers disable trigger user;
    update customer_success.customers set health_score = 1 where id = '${acme}';
    alter table customer_success.customers enable trigger user`)
  assert.equal(data(await asAna.rpc('update_health_score', { customer_uuid: acme })), 60)
  assert.equal(data(await server.rpc('update_health_score', { customer_uuid: acme })), 60)
  assert.equal(health(acme), 60)
})

test('of another CSM\'s customer nothing can be asked, and it is as if it were not there', async () => {
  for (const customer_uuid of [birch, randomUUID()]) {
    const error = refused(await asAna.rpc('update_health_score', { customer_uuid }), 404, 'PT404')
    assert.equal(error.message, 'customer not found')
  }
  refused(await asAna.rpc('update_health_score', { customer_uuid: 'x' }), 400, '22P02')
  assert.equal(data(await asAna.rpc('update_health_score', { customer_uuid: null })), null)
  refused(await asAna.rpc('refresh_health_scores'), 403, '42501')
  assert.equal(typeof data(await server.rpc('refresh_health_scores')), 'number')
})

test('customer_health_view', async () => {
  const scheduled_at = '2026-01-15T10:00:00+00:00'
  const meeting = data(await asAna.from('meetings')
    .insert({ customer_id: acme, session_id: session, title: 'Kick-off', scheduled_at }).select().single())
  data(await asAna.from('transcripts').insert({ meeting_id: meeting.id, content: 'Good morning.', word_count: 2 }))
  data(await asAna.from('insights').insert(['concern', 'concern', 'quote'].map((type) => (
    { customer_id: acme, meeting_id: meeting.id, source: 'meeting', type, content: 'The price.' }))))
  const [line, ...others] = data(await asAna.from('customer_health_view').select())
  assert.deepEqual(others, [])
  const { last_interaction, ...rest } = line
  assert.deepEqual(rest, { id: acme, name: 'Acme', arr: 120000, health_score: 60, stage: 'prospect', stakeholder_count: 1,
    meeting_count: 1, concern_count: 2, last_meeting: scheduled_at })
  assert.ok(Date.now() - Date.parse(last_interaction) < 60_000)
  assert.equal(data(await server.from('customer_health_view').select()).length, 2)
})

test('an approval is asked for by the server and decided once, in one\'s own name', async () => {
  refused(await asAna.from('approvals').insert({ session_id: session, agent_id: 'qbr', action: 'send', status: 'approved' }), 403, '42501')
  const { id } = data(await server.from('approvals').insert({ session_id: session, agent_id: 'qbr', action: 'send' }).select().single())
  const decide = (who, decision) => who.from('approvals').update(decision).eq('id', id).select('status, comment')
  refused(await decide(asAna, { status: 'approved', resolved_by: bob }), 403, '42501')
  assert.deepEqual(data(await decide(asBob, { status: 'approved', resolved_by: bob })), [])
  const approved = { status: 'approved', resolved_by: ana, resolved_at: new Date().toISOString(), comment: 'Go on.' }
  assert.deepEqual(data(await decide(asAna, approved)), [{ status: 'approved', comment: 'Go on.' }])
  assert.deepEqual(data(await decide(asAna, { status: 'rejected', resolved_by: ana })), [])
})

test('what everybody shares is read by who is signed in, and written by the server', async () => {
  data(await server.from('knowledge_base').insert([
    { title: 'How to begin', content: 'Sign in.', tags: ['start'], is_public: true },
    { title: 'Rivals', content: '…', tags: ['start'], is_public: false }], { defaultToNull: false }))
  assert.deepEqual(data(await asAna.from('knowledge_base').select('title, view_count').contains('tags', ['start'])), [{ title: 'How to begin', view_count: 0 }])
  assert.equal(data(await asAna.from('knowledge_base').select('id')).length, 1)
  assert.equal(data(await asAna.from('training_modules').select('title, level').single()).level, 'beginner')
  refused(await asAna.from('knowledge_base').insert({ title: 'x', content: 'x' }), 403, '42501')
  refused(await asAna.from('training_modules').update({ title: 'x' }).eq('id', module), 403, '42501')
})

test('bad values are 400, conflicts 409', async () => {
  refused(await asAna.from('agent_messages').insert({ session_id: session, role: 'assistant', content: 'x' }), 400, '23514')
  refused(await asAna.from('training_progress').update({ progress: 101 }).eq('customer_id', acme), 400, '23514')
  refused(await asAna.from('training_progress').insert({ customer_id: acme, module_id: module }), 409, '23505')
  refused(await asAna.from('training_progress').insert({ customer_id: acme, module_id: randomUUID() }), 409, '23503')
})

test('the log says who did what from where, to the CSM of the customer alone, and nobody writes it', async () => {
  const logged = data(await asAna.from('activity_log').select('user_id, customer_id, action, entity_type, ip_address, user_agent')
    .eq('entity_type', 'stakeholders'))
  assert.deepEqual(logged, [{ user_id: ana, customer_id: acme, action: 'INSERT', entity_type: 'stakeholders',
    ip_address: '203.0.113.7', user_agent: 'success-app/1.0' }])
  // By its session, which the row itself names.
  assert.equal(data(await asAna.from('activity_log').select().eq('entity_type', 'approvals')).length, 2)
  assert.equal(data(await asBob.from('activity_log').select().eq('customer_id', acme)).length, 0)
  assert.equal(data(await asBob.from('activity_log').select().eq('entity_type', 'approvals')).length, 0)
  const [transcript] = data(await asAna.from('activity_log').select('customer_id, new_values').eq('entity_type', 'transcripts'))
  assert.equal(transcript.customer_id, acme)
  assert.equal(transcript.new_values.word_count, 2)
  assert.ok(!('content' in transcript.new_values))
  for (const who of [asAna, server]) {
    refused(await who.from('activity_log').insert({ action: 'nothing', customer_id: acme }), 403, '42501')
    refused(await who.from('activity_log').update({ user_id: null }).eq('customer_id', acme), 403, '42501')
    refused(await who.from('activity_log').delete().eq('customer_id', acme), 403, '42501')
  }
})

test('anon, no token, another\'s secret, and what a token says of itself', async () => {
  const anon = await asAnon()
  for (const table of ['customers', 'customer_health_view', 'knowledge_base', 'training_modules', 'activity_log', 'callcoach_migrations']) {
    refused(await anon.from(table).select(), 401, '42501')
    assert.equal((await bare(`/${table}`, { headers: { 'accept-profile': 'customer_success' } })).status, 401)
  }
  refused(await anon.rpc('update_health_score', { customer_uuid: acme }), 401, '42501')
  const forged = `${(await token({ role: 'authenticated', sub: ana })).split('.').slice(0, 2).join('.')}.${'A'.repeat(43)}`
  const answer = await bare('/customers', { headers: { authorization: `Bearer ${forged}`, 'accept-profile': 'customer_success' } })
  assert.equal(answer.status, 401)
  // What a user may write into the own token decides nothing.
  const eve = signUp('eve@success.test')
  const boasting = await asUser(eve, {}, { user_metadata: { sub: ana, role: 'service_role', csm_id: ana } })
  assert.deepEqual(data(await boasting.from('customers').select()), [])
  // Requests follow each other on one session: nothing stays behind of Ana's.
  assert.equal(data(await asAna.from('customers').select()).length, 1)
  assert.deepEqual(data(await boasting.from('agent_messages').select()), [])
})

test('smuggling through the API', async () => {
  const theirs = data(await asBob.from('agent_sessions').insert({ customer_id: birch }).select().single()).id
  const foreign = [
    asAna.from('stakeholders').insert({ customer_id: birch, name: 'x' }),
    asAna.from('agent_messages').insert({ session_id: theirs, role: 'user', content: 'x' }),
    asAna.from('meetings').insert({ customer_id: acme, session_id: theirs, title: 'x' }),
    asAna.from('agent_sessions').insert({ customer_id: acme, user_id: bob }),
    asAna.from('customers').insert({ name: 'x', csm_id: bob }),
    asAna.from('customers').update({ csm_id: bob }).eq('id', acme),
    asAna.from('customers').update({ health_score: 100 }).eq('id', acme),
    asAna.from('customers').upsert({ id: birch, name: 'x', csm_id: ana })
  ]
  for (const answer of await Promise.all(foreign)) refused(answer, 403, '42501')
  assert.deepEqual(data(await asAna.from('agent_sessions').delete().eq('id', theirs).select()), [])
  assert.deepEqual(data(await asAna.from('customers').update({ name: 'x' }).eq('id', birch).select()), [])
  refused(await asAna.from('customers').select('*', { count: 'planned', head: false }), 403, '42501')
})

test('a customer is deleted with all that is its own', async () => {
  const spruce = data(await asAna.from('customers').insert({ name: 'Spruce', csm_id: ana }).select().single()).id
  const { id } = data(await asAna.from('agent_sessions').insert({ customer_id: spruce }).select().single())
  data(await asAna.from('agent_messages').insert({ session_id: id, role: 'user', content: 'Bye.' }))
  data(await asAna.from('meetings').insert({ customer_id: spruce, session_id: id, title: 'Last' }))
  data(await asAna.from('customers').delete().eq('id', spruce))
  assert.equal(count('agent_messages', `session_id = '${id}'`), 0)
  assert.equal(count('activity_log', `customer_id = '${spruce}'`), 0)
  assert.deepEqual(rows(`select action from customer_success.activity_log where entity_type = 'customers' and entity_id = '${spruce}' order by created_at, action`)
    .map((entry) => entry.action).sort(), ['DELETE', 'INSERT', 'UPDATE'])
})
