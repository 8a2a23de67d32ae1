// sales_coach through PostgREST and supabase-js: what an application does, and what it may not.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { asAnon, asServer, asUser, bare, count, data, psql, refused, row, signUp, token } from '../support.mjs'

const who = {}
let server, ana, ada, bob, noa
const MISSING = 'f0000000-0000-4000-8000-000000000000'
const transcript = [
  { speaker: 'assistant', text: 'Hello?', start_ms: 0, end_ms: 800 },
  { speaker: 'user', text: 'Hi, Ana of Acme. What do you pay now?', start_ms: 1000, end_ms: 4000 }
]
const embedding = (...first) => [...first, ...Array(1536 - first.length).fill(0)]
const session = (user, more = {}) => ({ user_id: user, persona_id: 'cfo', scenario_type: 'cold_call', transcript, ...more })

before(async () => {
  for (const name of ['ana', 'ada', 'bob', 'noa']) who[name] = signUp(`${name}@example.com`, { metadata: { full_name: name, role: 'admin' } })
  server = await asServer()
  const [acme, birch] = data(await server.from('organizations').insert([{ name: 'Acme', plan: 'pro' }, { name: 'Birch' }]).select())
  Object.assign(who, { acme: acme.id, birch: birch.id })
  data(await server.from('users').update({ org_id: acme.id }).in('id', [who.ana, who.ada]).select())
  data(await server.from('users').update({ org_id: birch.id, role: 'admin' }).eq('id', who.bob).select())
  data(await server.from('users').update({ role: 'admin' }).eq('id', who.ada).select())
  data(await server.from('curriculum_modules').insert([1, 2].map((id) => ({ id, name: `Module ${id}`, order_index: id }))).select())
  ;[ana, ada, bob, noa] = await Promise.all(['ana', 'ada', 'bob', 'noa'].map((name) => asUser(who[name])))
})

test('signing up makes a user without rights, whatever the user says of themselves', () => {
  assert.deepEqual(row(`select name, role, org_id from sales_coach.users where id = '${who.noa}'`), { name: 'noa', role: 'user', org_id: null })
})

test('a session, its scores and its KPIs, by its user', async () => {
  const mine = data(await ana.from('roleplay_sessions').insert(session(who.ana)).select().single())
  assert.equal(mine.user_id, who.ana)
  data(await ana.from('session_scores').insert([
    { session_id: mine.id, dimension: 'opener', score: 8, feedback: 'Says who calls.' },
    { session_id: mine.id, dimension: 'discovery', score: 6 }]).select())
  const read = data(await ana.from('roleplay_sessions').select('persona_id, session_scores(dimension, score)').eq('id', mine.id).single())
  assert.deepEqual(read.session_scores.sort((a, b) => a.score - b.score),
    [{ dimension: 'discovery', score: 6 }, { dimension: 'opener', score: 8 }])
  const kpis = data(await ana.rpc('session_kpis', { session_id: mine.id }))
  assert.deepEqual([kpis.talk_ms, kpis.listen_ms, kpis.questions_asked], [3000, 800, 1])
  assert.equal(data(await bob.rpc('session_kpis', { session_id: mine.id })), null)
  assert.equal(data(await ada.rpc('session_kpis', { session_id: mine.id })).talk_ms, 3000)
})

test('an admin reads their own organisation, never all', async () => {
  data(await bob.from('roleplay_sessions').insert(session(who.bob)).select())
  data(await noa.from('roleplay_sessions').insert(session(who.noa)).select())
  const users = async (db) => new Set(data(await db.from('roleplay_sessions').select('user_id')).map((s) => s.user_id))
  assert.deepEqual(await users(ada), new Set([who.ana]))
  assert.deepEqual(await users(bob), new Set([who.bob]))
  assert.deepEqual(await users(noa), new Set([who.noa]))
  assert.equal((await users(server)).size, 3)
  const names = async (db) => data(await db.from('users').select('name').order('name')).map((u) => u.name)
  assert.deepEqual(await names(ada), ['ada', 'ana'])
  assert.deepEqual(await names(ana), ['ana'])
  assert.deepEqual(await names(bob), ['bob'])
  assert.deepEqual(data(await ana.from('organizations').select('name')), [{ name: 'Acme' }])
  assert.deepEqual(data(await noa.from('organizations').select('name')), [])
})

test('for somebody else, or in place of the server: 403', async () => {
  refused(await ana.from('roleplay_sessions').insert(session(who.bob)), 403, '42501')
  refused(await ana.from('roleplay_sessions').insert(session(who.ana, { id: MISSING })), 403, '42501')
  refused(await ana.from('session_scores').insert({ session_id: MISSING, dimension: 'pitch', score: 5 }), 403, '42501')
  refused(await ana.from('users').update({ role: 'admin' }).eq('id', who.ana), 403, '42501')
  refused(await ana.from('users').update({ org_id: who.birch }).eq('id', who.ana), 403, '42501')
  refused(await ada.from('users').update({ role: 'admin' }).eq('id', who.ana), 403, '42501')
  refused(await ana.from('call_uploads').insert({ user_id: who.ana, file_path: `${who.bob}/1_call.mp3` }), 403, '42501')
  refused(await ana.from('session_events').select(), 403, '42501')
  refused(await ana.from('callcoach_migrations').select(), 403, '42501')
  refused(await server.from('audit_log').insert({ table_name: 'users', operation: 'INSERT' }), 403, '42501')
  refused(await server.from('audit_log').delete().neq('operation', ''), 403, '42501')
  data(await ana.from('users').update({ name: 'Ana R.' }).eq('id', who.ana).select().single())
  assert.deepEqual(data(await ana.from('users').update({ name: 'x' }).eq('id', who.bob).select()), [])
})

test('what a table refuses: 400, and 409 for keys', async () => {
  refused(await ana.from('roleplay_sessions').insert(session(who.ana, { scenario_type: 'warm_call' })), 400, '23514')
  refused(await ana.from('roleplay_sessions').insert(session(who.ana, { persona_id: null })), 400, '23502')
  refused(await ana.from('curriculum_progress').insert({ user_id: who.ana, module_id: 1, score: 11 }), 400, '23514')
  refused(await ana.from('curriculum_progress').insert({ user_id: who.ana, module_id: 7 }), 409, '23503')
  refused(await ana.rpc('session_kpis', { session_id: 'x' }), 400, '22P02')
})

test('progress is written again and again', async () => {
  for (const score of [4, 9]) {
    data(await ana.from('curriculum_progress')
      .upsert({ user_id: who.ana, module_id: 1, completed: score > 5, score }, { onConflict: 'user_id,module_id' }).select())
  }
  assert.deepEqual(data(await ana.from('curriculum_progress').select('module_id, completed, score')), [{ module_id: 1, completed: true, score: 9 }])
  refused(await bob.from('curriculum_progress')
    .upsert({ user_id: who.ana, module_id: 1, score: 1 }, { onConflict: 'user_id,module_id' }), 403, '42501')
})

test('an upload goes its way, and is deleted: marked, hidden, brought back by the server', async () => {
  const { id } = data(await ana.from('call_uploads')
    .insert({ user_id: who.ana, file_path: `${who.ana}/1_call.mp3`, original_filename: 'call.mp3' }).select().single())
  data(await server.from('call_uploads').update({ status: 'completed', overall_score: 7,
    transcript: { text: 'Hi.', segments: [{ start: 0, end: 1.5, text: ' Hi.' }] } }).eq('id', id).select().single())
  assert.equal(data(await ana.rpc('upload_kpis', { upload_id: id })).talk_ms, 1500)
  assert.equal((await ana.from('call_uploads').delete().eq('id', id)).error, null)
  for (const db of [ana, ada]) assert.deepEqual(data(await db.from('call_uploads').select().eq('id', id)), [])
  assert.notEqual(data(await server.from('call_uploads').select().eq('id', id).single()).deleted_at, null)
  data(await server.from('call_uploads').update({ deleted_at: null }).eq('id', id).select().single())
  assert.equal(data(await ana.from('call_uploads').select().eq('id', id)).length, 1)
})

test('the log says who did what, from where; to the admin of that organisation alone', async () => {
  const proxied = await asUser(who.ana, { 'x-forwarded-for': '203.0.113.9', 'user-agent': 'coach/2' })
  const { id } = data(await proxied.from('roleplay_sessions').insert(session(who.ana, { persona_id: 'logged' })).select().single())
  const logged = (db) => db.from('audit_log').select('table_name, operation, user_id, ip_address, old_data, new_data').eq('record_id', id)
  const [entry] = data(await logged(ada))
  assert.deepEqual([entry.table_name, entry.operation, entry.user_id, entry.ip_address, entry.old_data],
    ['roleplay_sessions', 'INSERT', who.ana, '203.0.113.9', null])
  assert.equal(entry.new_data.persona_id, 'logged')
  assert.equal('transcript' in entry.new_data, false)
  for (const db of [ana, bob, noa]) assert.deepEqual(data(await logged(db)), [])
  assert.equal(data(await logged(server)).length, 1)
})

test('chunks and objections are found by likeness', async () => {
  data(await server.from('knowledge_base').insert([
    { source: 'wiki', source_file: 'a.md', section_title: 'Near', content: 'a', embedding: embedding(0.8, 0.6) },
    { source: 'persona', source_file: 'b.md', section_title: 'Same', content: 'b', embedding: embedding(1) },
    { source: 'wiki', source_file: 'c.md', section_title: 'Far', content: 'c', embedding: embedding(0, 0, 1) }]).select('id'))
  data(await server.from('objection_library').insert({ category: 'pricing', objection_text: 'Too much.', response_template: 'Than what?', embedding: embedding(1) }).select('id'))
  const titles = async (more) => data(await ana.rpc('match_knowledge', { query_embedding: embedding(2), ...more })).map((k) => k.section_title)
  assert.deepEqual(await titles(), ['Same', 'Near'])
  assert.deepEqual(await titles({ match_threshold: -1, match_count: 10 }), ['Same', 'Near', 'Far'])
  assert.deepEqual(await titles({ filter_source: 'wiki' }), ['Near'])
  assert.deepEqual(await titles({ match_count: 1 }), ['Same'])
  const found = data(await ana.rpc('match_objections', { query_embedding: embedding(1), match_threshold: 0.6, match_count: 3 }))
  assert.deepEqual(found.map((o) => [o.category, o.similarity]), [['pricing', 1]])
  refused(await ana.rpc('match_knowledge', { query_embedding: [1, 2, 3] }), 400, '22000')
  refused(await ana.rpc('match_knowledge', { query_embedding: embedding(1), match_count: -1 }), 400, '2201W')
  data(await server.rpc('rebuild_embedding_indexes'))
  refused(await ana.rpc('rebuild_embedding_indexes'), 403, '42501')
  assert.deepEqual(await titles(), ['Same', 'Near'])
})

test('anonymous callers get nothing', async () => {
  const anon = await asAnon()
  for (const table of ['organizations', 'users', 'roleplay_sessions', 'session_scores', 'call_uploads', 'curriculum_modules',
    'curriculum_progress', 'knowledge_base', 'objection_library', 'audit_log', 'session_events']) {
    refused(await anon.from(table).select(), 401, '42501')
  }
  refused(await anon.rpc('match_objections', { query_embedding: embedding(1), match_threshold: 0, match_count: 1 }), 401, '42501')
  const answer = await bare('/users', { headers: { 'accept-profile': 'sales_coach' } })
  assert.equal(answer.status, 401)
})

test('no request leaves anything to the next on the pooled session', async () => {
  data(await ada.from('users').select())
  assert.deepEqual(data(await noa.from('users').select('id')), [{ id: who.noa }])
  const nobody = await asUser(MISSING)
  assert.deepEqual(data(await nobody.from('users').select()), [])
  const notes = await fetch(`${process.env.POSTGREST_URL}/users`, {
    headers: { 'accept-profile': 'sales_coach', authorization: `Bearer ${await token({ role: 'authenticated', sub: 'user_2x' })}` } })
  assert.deepEqual([notes.status, await notes.json()], [200, []])
})

test('a deleted account takes everything along', async () => {
  psql(`delete from auth.users where id = '${who.noa}'`)
  assert.equal(count('users', `id = '${who.noa}'`), 0)
  assert.equal(count('roleplay_sessions', `user_id = '${who.noa}'`), 0)
  assert.deepEqual(data(await noa.from('roleplay_sessions').select()), [])
})
