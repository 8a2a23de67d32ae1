// Through PostgREST, with supabase-js: what a service desk's clients do, and what they cannot.
import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { asAnon, asServer, asUser, bare, data, psql, refused, row, rows, signUp, token } from '../support.mjs'
import { appointment, organization } from './world.mjs'

let acme, birch, member, admin, owner, outsider, server
before(async () => {
  acme = await organization('acme')
  birch = await organization('birch')
  ;[owner, admin, member] = await Promise.all([acme.owner, acme.admin, acme.member].map((id) => asUser(id)))
  outsider = await asUser(birch.owner)
  server = await asServer()
})
const slots = async (client, args = {}) =>
  data(await client.rpc('get_available_time_slots', { org_id: acme.id, target_date: '2036-06-02', ...args }))

test('slots: by POST and GET, of an hour by default', async () => {
  const hours = await slots(member)
  assert.deepEqual(hours[0], { start_time: '09:00:00', end_time: '10:00:00', is_available: true })
  assert.equal(hours.length, 8)
  assert.deepEqual(data(await member.rpc('get_available_time_slots', { org_id: acme.id, target_date: '2036-06-02' }, { get: true })), hours)
  assert.equal((await slots(member, { slot_duration: 30 })).length, 16)
  assert.deepEqual(await slots(member, { target_date: '2036-06-07' }), [])
  assert.deepEqual(await slots(server), hours)
})

test('booking: a slot is taken, and free again; who comes second is told', async () => {
  const booked = data(await member.from('appointments').insert(appointment(acme, '09:00')).select('id, status, lane').single())
  assert.equal(booked.status, 'pending')
  assert.equal((await slots(member))[0].is_available, false)
  const error = refused(await member.from('appointments').insert(appointment(acme, '09:30')), 400, '23P01')
  assert.equal(error.message, 'that time is fully booked')
  assert.equal(error.hint, 'Choose a time of get_available_time_slots().')
  data(await member.from('appointments').update({ status: 'cancelled' }).eq('id', booked.id))
  assert.equal((await slots(member))[0].is_available, true)
  data(await member.from('appointments').delete().eq('id', booked.id))
})

test('booking many at once, one over: none is booked', async () => {
  refused(await member.from('appointments').insert([appointment(acme, '11:00'), appointment(acme, '12:00'), appointment(acme, '11:30')]), 400, '23P01')
  assert.ok((await slots(member)).every((slot) => slot.is_available))
})

test('two at the last slot through PostgREST: one has it', async () => {
  const answers = await Promise.all([member, admin, owner, server].map((who) => who.from('appointments').insert(appointment(acme, '15:00'))))
  assert.deepEqual(answers.map((a) => a.status).sort(), [201, 400, 400, 400])
})

test('what cannot be: durations, dates, times, settings', async () => {
  refused(await member.rpc('get_available_time_slots', { org_id: acme.id, target_date: '2036-06-02', slot_duration: 4 }), 400, '22023')
  refused(await member.rpc('get_available_time_slots', { org_id: acme.id, target_date: 'infinity' }), 400, '22023')
  refused(await member.rpc('get_available_time_slots', { org_id: acme.id, target_date: 'someday' }), 400, '22007')
  refused(await member.rpc('get_available_time_slots', { org_id: 'acme', target_date: '2036-06-02' }), 400, '22P02')
  refused(await member.from('appointments').insert(appointment(acme, '02:30', { scheduled_date: '2036-03-09' })), 400, '22008')
  refused(await member.from('appointments').insert(appointment(acme, '10:00', { duration_minutes: 481 })), 400, '23514')
  const { message } = refused(await admin.from('organizations').update({ settings: { capacity: 0 } }).eq('id', acme.id), 400, '22023')
  assert.equal(message, 'settings.capacity must be an integer from 1 to 100')
  refused(await admin.from('organizations').update({ timezone: 'Mars/Base' }).eq('id', acme.id), 400, '22023')
})

test('hours, holidays and time zone of the settings', async () => {
  const own = await organization('hours')
  const boss = await asUser(own.owner)
  data(await boss.from('organizations').update({
    timezone: 'Europe/Berlin',
    settings: { business_hours: { sunday: [{ start: '00:00', end: '04:00' }] }, holidays: ['2036-10-19'], capacity: 2 }
  }).eq('id', own.id))
  const of = async (target_date) => data(await boss.rpc('get_available_time_slots', { org_id: own.id, target_date }))
  assert.deepEqual((await of('2036-03-30')).map((s) => s.start_time), ['00:00:00', '01:00:00', '03:00:00'])
  assert.equal((await of('2036-10-26')).length, 4)
  assert.deepEqual(await of('2036-10-19'), [])
  assert.deepEqual(await of('2036-10-20'), [])
})

test('on call: the contact, or null', async () => {
  const call = async (who, urgency) => data(await who.rpc('get_on_call_contact', { org_id: acme.id, urgency }))
  assert.equal((await call(member, 'high'))?.id ?? null, null)
  const erin = { organization_id: acme.id, name: 'Erin', phone: '+15550003001', available_days: [] }
  refused(await member.from('emergency_contacts').insert(erin), 403, '42501')
  data(await admin.from('emergency_contacts').insert(erin))
  assert.equal((await call(member, 'high'))?.id ?? null, null)
  assert.equal((await call(member, 'emergency')).name, 'Erin')
  data(await admin.from('emergency_contacts').insert({ ...erin, name: 'Omar', priority: 5, available_days: null }))
  assert.equal((await call(server, 'emergency')).phone, '+15550003001')
  assert.equal((await call(member, 'low')).name, 'Omar')
  refused(await member.rpc('get_on_call_contact', { org_id: acme.id, urgency: 'soon' }), 400, '22023')
})

test('another organisation and none: the same error; nothing without a token', async () => {
  for (const [name, args] of [['get_available_time_slots', { target_date: '2036-06-02' }], ['get_on_call_contact', { urgency: 'low' }]]) {
    const foreign = refused(await outsider.rpc(name, { org_id: acme.id, ...args }), 403, '42501')
    assert.deepEqual(refused(await outsider.rpc(name, { org_id: 'cccccccc-cccc-4ccc-8ccc-cccccccccccc', ...args }), 403, '42501'), foreign)
    refused(await (await asAnon()).rpc(name, { org_id: acme.id, ...args }), 401, '42501')
  }
  refused(await (await asAnon()).from('appointments').select('id'), 401, '42501')
  const answer = await bare('/appointments', { headers: { 'accept-profile': 'service_desk' } })
  assert.equal(answer.status, 401)
})

test('another organisation\'s rows: not read, changed, deleted, taken, referred to', async () => {
  const { id } = data(await member.from('customers').insert({ organization_id: acme.id, name: 'Carla', phone_number: '+15550001001' }).select('id').single())
  const stranger = async (answer) => assert.deepEqual(data(await answer), [])
  await stranger(outsider.from('customers').select('id').eq('id', id))
  await stranger(outsider.from('customers').update({ notes: 'x' }).eq('id', id).select('id'))
  await stranger(outsider.from('customers').delete().eq('id', id).select('id'))
  refused(await outsider.from('customers').insert({ organization_id: acme.id, name: 'x', phone_number: '+15550001009' }), 403, '42501')
  refused(await outsider.from('customers').upsert({ organization_id: acme.id, name: 'x', phone_number: '+15550001001' }, { onConflict: 'organization_id,phone_number' }), 403, '42501')
  refused(await outsider.from('appointments').insert(appointment(birch, '09:00', { customer_id: id })), 409, '23503')
  refused(await outsider.from('appointments').insert(appointment(birch, '09:00', { customer_id: 'cccccccc-cccc-4ccc-8ccc-cccccccccccc' })), 409, '23503')
  refused(await outsider.from('appointments').insert(appointment(acme, '15:00')), 403, '42501')
  // What a token says beside its sub counts for nothing.
  const forger = await asUser(birch.owner, {}, { user_metadata: { organization_id: acme.id }, app_metadata: { organization_id: acme.id } })
  assert.deepEqual(data(await forger.from('customers').select('id')), [])
})

test('upserts of one\'s own, counters that nobody writes', async () => {
  const carla = { organization_id: acme.id, name: 'Carla B', phone_number: '+15550001001' }
  const own = data(await member.from('customers').upsert(carla, { onConflict: 'organization_id,phone_number' }).select('id, name'))
  assert.deepEqual(own.map((c) => c.name), ['Carla B'])
  data(await member.from('appointments').insert(appointment(acme, '13:00', { customer_id: own[0].id })))
  assert.deepEqual(data(await member.from('customers').select('total_appointments, last_appointment_date').single()),
    { total_appointments: 1, last_appointment_date: '2036-06-02' })
  refused(await member.from('customers').update({ total_appointments: 7 }).eq('id', own[0].id), 403, '42501')
  refused(await server.from('customers').update({ last_appointment_date: '2030-01-01' }).eq('id', own[0].id), 403, '42501')
  const joined = data(await member.from('customers').select('name, appointments(scheduled_time)').single())
  assert.deepEqual(joined, { name: 'Carla B', appointments: [{ scheduled_time: '13:00:00' }] })
})

test('credentials are written, and read back by nobody', async () => {
  const secret = 'twilio-secret-of-acme'
  data(await owner.from('organizations').update({ twilio_auth_token: secret, byo_sip_credentials: { password: secret } }).eq('id', acme.id))
  data(await server.from('organizations').update({ google_refresh_token: secret }).eq('id', acme.id))
  assert.equal(row(`select twilio_auth_token from service_desk.organizations where id = '${acme.id}'`).twilio_auth_token, secret)
  for (const who of [owner, server]) {
    for (const select of ['*', 'twilio_auth_token', 'id, byo_sip_credentials->>password']) {
      refused(await who.from('organizations').select(select).eq('id', acme.id), 403, '42501')
    }
    for (const column of ['twilio_auth_token', 'google_refresh_token', 'calendly_api_key']) {
      refused(await who.from('organizations').select('id').like(column, 'twilio%'), 403, '42501')
      refused(await who.from('organizations').update({ name: 'x' }).like(column, 'twilio%'), 403, '42501')
      refused(await who.from('organizations').select('id').order(column), 403, '42501')
    }
    refused(await who.from('organizations').update({ twilio_auth_token: secret }).eq('id', acme.id).select('twilio_auth_token'), 403, '42501')
    refused(await who.from('organizations').update({ twilio_auth_token: secret }).eq('id', acme.id).select(), 403, '42501')
    assert.equal(data(await who.from('organizations').select('id, name').eq('id', acme.id)).length, 1)
    const details = data(await who.from('organization_details').select('*').eq('id', acme.id).single())
    assert.ok(!JSON.stringify(details).includes(secret))
  }
  assert.deepEqual(data(await member.from('organizations').update({ twilio_auth_token: 'x' }).eq('id', acme.id).select('id')), [])
})

test('invitations: by admins, for the invited, once', async () => {
  const invite = (who, role, email = 'guest@acme.test') => who.from('organization_invitations').insert({ organization_id: acme.id, invited_email: email, role })
  refused(await invite(member, 'member'), 403, '42501')
  refused(await invite(outsider, 'member'), 403, '42501')
  refused(await invite(admin, 'owner'), 403, '42501')
  data(await invite(admin, 'member'))
  refused(await invite(owner, 'admin', 'GUEST@acme.test'), 409, '23505')
  refused(await admin.from('organization_invitations').select('token'), 403, '42501')
  assert.deepEqual(data(await member.from('organization_invitations').select('id')), [])
  const { token: secret } = data(await server.from('organization_invitations').select('token').eq('invited_email', 'guest@acme.test').single())
  const guest = await asUser(signUp('guest@acme.test'))
  const errors = [
    refused(await outsider.rpc('accept_invitation', { token: secret }), 404, 'PT404'),
    refused(await guest.rpc('accept_invitation', { token: 'x'.repeat(64) }), 404, 'PT404')]
  assert.equal(data(await guest.rpc('accept_invitation', { token: secret })), acme.id)
  errors.push(refused(await guest.rpc('accept_invitation', { token: secret }), 404, 'PT404'))
  for (const error of errors) assert.deepEqual(error, errors[0])
  assert.equal(data(await guest.from('organization_members').select('role')).length, 4)
  refused(await (await asAnon()).rpc('accept_invitation', { token: secret }), 401, '42501')
})

test('members: roles are changed by those who may', async () => {
  const change = (who, user, role) => who.from('organization_members').update({ role }).eq('user_id', user).eq('organization_id', acme.id).select('role')
  assert.deepEqual(data(await change(member, acme.member, 'admin')), [])
  refused(await change(admin, acme.admin, 'owner'), 403, '42501')
  assert.deepEqual(data(await change(admin, acme.owner, 'member')), [])
  assert.deepEqual(data(await change(admin, acme.member, 'admin')), [{ role: 'admin' }])
  assert.deepEqual(data(await change(owner, acme.member, 'member')), [{ role: 'member' }])
  refused(await change(owner, acme.owner, 'admin'), 400, '23514')
  refused(await owner.from('organization_members').delete().eq('user_id', acme.owner), 400, '23514')
  refused(await outsider.from('organization_members').insert({ organization_id: acme.id, user_id: birch.owner, role: 'owner' }), 403, '42501')
})

test('billing is the server\'s to write, and its admins\' to read', async () => {
  data(await server.from('billing_invoices').insert({ organization_id: acme.id, stripe_invoice_id: `in_${acme.id}`, amount_paid: 4900, status: 'paid' }))
  assert.equal(data(await admin.from('billing_invoices').select('amount_paid')).length, 1)
  assert.deepEqual(data(await member.from('billing_invoices').select('amount_paid')), [])
  refused(await owner.from('billing_invoices').update({ amount_paid: 0 }).eq('organization_id', acme.id), 403, '42501')
})

test('profiles: one\'s own name, not the address', async () => {
  data(await member.from('user_profiles').update({ full_name: 'Mia' }).eq('id', acme.member))
  refused(await member.from('user_profiles').update({ email: 'x@x.test' }).eq('id', acme.member), 403, '42501')
  assert.deepEqual(data(await member.from('user_profiles').update({ full_name: 'x' }).eq('id', acme.owner).select('id')), [])
  assert.equal(data(await owner.from('user_profiles').select('full_name').eq('id', acme.member).single()).full_name, 'Mia')
  assert.deepEqual(data(await outsider.from('user_profiles').select('id').eq('id', acme.member)), [])
})

test('the audit log: admins read it, nobody writes it', async () => {
  const log = data(await admin.from('audit_log').select('table_name, operation, user_id').eq('table_name', 'appointments'))
  assert.ok(log.some((entry) => entry.operation === 'INSERT' && entry.user_id === acme.member))
  assert.deepEqual(data(await member.from('audit_log').select('id')), [])
  refused(await server.from('audit_log').delete().gt('id', 0), 403, '42501')
  assert.deepEqual(rows(`select 1 from service_desk.audit_log l where l::text ~ 'twilio-secret-of-acme'`), [])
})

test('as a login that holds to its role: nothing but queries', async () => {
  for (const statement of ['truncate service_desk.appointments', 'lock table service_desk.appointments', 'explain select from service_desk.organizations',
    'create trigger t before insert on service_desk.appointments for each row execute function service_desk.stamp_appointment()',
    'copy service_desk.organizations (twilio_auth_token) to stdout', 'copy service_desk.organizations to stdout', 'set session authorization postgres', 'reset session authorization; set role postgres']) {
    const said = psql(`\\set VERBOSITY sqlstate\n\\set ON_ERROR_STOP 0\n\\c - authenticator\nset role authenticated;\n\\o /dev/null\n${statement};\n\\o\n\\echo :LAST_ERROR_SQLSTATE`)
    assert.equal(said, '42501', statement)
  }
})
