// Real sessions at once: the last slot, invitations, owners who leave, counters.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { count, row, rows, signUp } from '../support.mjs'
import { organization, psql, session, waiting } from './world.mjs'

const BOOK = `insert into appointments (organization_id, customer_id, customer_name, customer_phone, appointment_type,
  scheduled_date, scheduled_time, duration_minutes) values ($1, $2, 'x', '+15550001001', 'x', $3, $4, $5)`
let desk, sessions
before(async () => {
  desk = await organization('crowd')
  sessions = await Promise.all(Array.from({ length: 20 }, () => session(desk.member)))
})
after(() => Promise.all(sessions.map((s) => s.end())))
const book = (s, date, time, { minutes = 60, customer = null, isolation, at = desk.id } = {}) =>
  s.once(BOOK, [at, customer, date, time, minutes], isolation)
const capacity = (n) => psql(`update service_desk.organizations set settings = '{"capacity": ${n}}' where id = '${desk.id}'`)
const tally = (outcomes) => outcomes.reduce((n, o) => ({ ...n, [o]: (n[o] ?? 0) + 1 }), {})
/** The most that go on at once, and whether two share a lane. */
const atOnce = (date) => row(`select coalesce(max((select count(*) from service_desk.appointments b
    where b.organization_id = a.organization_id and b.period @> lower(a.period))), 0) as most
  from service_desk.appointments a where a.organization_id = '${desk.id}' and a.scheduled_date = '${date}' and a.period is not null`).most

test('two at the last slot: the second waits for the first, and is refused', async () => {
  const [first, second] = sessions
  await first.begin()
  await first.query(BOOK, [desk.id, null, '2036-06-02', '09:00', 60])
  const outcome = book(second, '2036-06-02', '09:30')
  await waiting(second.pid)
  await first.query('commit')
  assert.equal(await outcome, '23P01')
  assert.equal(atOnce('2036-06-02'), 1)
})

test('two at the last slot: the second has it where the first takes it back', async () => {
  const [first, second] = sessions
  await first.begin()
  await first.query(BOOK, [desk.id, null, '2036-06-03', '09:00', 60])
  const outcome = book(second, '2036-06-03', '09:30')
  await waiting(second.pid)
  await first.query('rollback')
  assert.equal(await outcome, 'done')
})

for (const isolation of ['repeatable read', 'serializable']) {
  test(`two at the last slot, ${isolation}: who has an old snapshot is refused by the constraint`, async () => {
    const [first, second] = sessions
    const date = isolation === 'serializable' ? '2036-06-05' : '2036-06-04'
    await first.begin(isolation)
    await second.begin(isolation)
    await second.query('select count(*) from appointments')
    await first.query(BOOK, [desk.id, null, date, '09:00', 60])
    await first.query('commit')
    await assert.rejects(second.query(BOOK, [desk.id, null, date, '09:30', 60]), (e) => ['23P01', '40001'].includes(e.code))
    await second.query('rollback')
    assert.equal(atOnce(date), 1)
  })
}

test('twenty at the same slot: one has it', async () => {
  capacity(1)
  const outcomes = await Promise.all(sessions.map((s) => book(s, '2036-06-09', '09:00')))
  assert.deepEqual(tally(outcomes), { done: 1, '23P01': 19 })
})

test('twenty at the same slot, three at a time: three have it', async () => {
  capacity(3)
  const outcomes = await Promise.all(sessions.map((s) => book(s, '2036-06-10', '09:00')))
  assert.deepEqual(tally(outcomes), { done: 3, '23P01': 17 })
  assert.equal(atOnce('2036-06-10'), 3)
})

test('twenty at the same slot, repeatable read, three at a time: never more than three', async () => {
  const outcomes = await Promise.all(sessions.map((s) => book(s, '2036-06-11', '09:00', { isolation: 'repeatable read' })))
  const { done } = tally(outcomes)
  assert.ok(done >= 1 && done <= 3, JSON.stringify(tally(outcomes)))
  assert.equal(atOnce('2036-06-11'), done)
})

test('twenty who book here and there, and cancel, for a while: never more than the capacity', async () => {
  capacity(2)
  const outcomes = await Promise.all(sessions.map(async (s, n) => {
    const codes = []
    for (let round = 0; round < 8; round++) {
      const quarter = 36 + ((n * 7 + round * 5) % 12)
      const time = `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${(quarter % 4) * 15}`
      codes.push(await book(s, '2036-06-12', time, { minutes: 15 * (1 + ((n + round) % 4)) }))
      if (round % 3 === 2) {
        codes.push(await s.once(`update appointments set status = 'cancelled' where id in (select id from appointments
          where scheduled_date = '2036-06-12' and status = 'pending' order by id limit 1)`))
      }
    }
    return codes
  }))
  const codes = tally(outcomes.flat())
  assert.ok(codes.done > 0 && codes['23P01'] > 0, JSON.stringify(codes))
  assert.deepEqual(Object.keys(codes).filter((c) => !['done', '23P01', '40P01'].includes(c)), [], JSON.stringify(codes))
  assert.equal(atOnce('2036-06-12') <= 2, true)
})

test('changing into a taken slot at once: one has it', async () => {
  capacity(1)
  for (let n = 0; n < 5; n++) assert.equal(await book(sessions[n], '2036-06-16', `${String(8 + 2 * n).padStart(2, '0')}:00`), 'done')
  const ids = rows(`select id from service_desk.appointments where organization_id = '${desk.id}' and scheduled_date = '2036-06-16' order by scheduled_time`)
  const outcomes = await Promise.all(ids.map(({ id }, n) =>
    sessions[n].once(`update appointments set scheduled_date = '2036-06-17', scheduled_time = '12:00' where id = $1`, [id])))
  assert.deepEqual(tally(outcomes), { done: 1, '23P01': 4 })
})

for (const end of [`update appointments set status = 'completed' where id = $1`, 'delete from appointments where id = $1']) {
  test(`one that would give way ends meanwhile (${end.slice(0, 6)}): the booking stands`, async () => {
    capacity(2)
    const [first, second] = sessions
    const date = end.startsWith('update') ? '2036-06-23' : '2036-06-24'
    // 09:00 in the first lane, 10:00 in the second: 09:30 to 10:30 has room where one of them changes lanes.
    for (const [time, minutes] of [['09:00', 60], ['10:00', 30], ['09:15', 15], ['10:00', 60]]) {
      assert.equal(await book(first, date, time, { minutes }), 'done')
    }
    psql(`delete from service_desk.appointments where scheduled_date = '${date}' and duration_minutes < 60`)
    const { id, lane } = row(`select id, lane from service_desk.appointments where scheduled_date = '${date}' and scheduled_time = '10:00'`)
    assert.equal(lane, 2)
    await first.begin()
    await first.query(end, [id])
    const outcome = book(second, date, '09:30')
    await waiting(second.pid)
    await first.query('commit')
    assert.equal(await outcome, 'done')
    assert.equal(count('appointments', `id = '${id}' and (period is not null or lane is not null)`), 0)
  })
}

test('one is cancelled while the organisation moves to another time zone: both are done', async () => {
  const other = await organization('moving')
  const [member, owner] = await Promise.all([session(other.member), session(other.owner)])
  assert.equal(await book(member, '2036-06-23', '09:00', { at: other.id }), 'done')
  await member.begin()
  await member.query(`update appointments set status = 'cancelled'`)
  const outcome = owner.once(`update organizations set timezone = 'America/Chicago'`)
  await waiting(owner.pid)
  await member.query('commit')
  const said = await outcome
  await Promise.all([member.end(), owner.end()])
  assert.equal(said, 'done')
  assert.equal(count('appointments', `organization_id = '${other.id}' and period is not null`), 0)
})

test('one organisation waits for no other', async () => {
  const other = await organization('calm')
  const elsewhere = await session(other.member)
  await sessions[0].begin()
  await sessions[0].query(BOOK, [desk.id, null, '2036-06-18', '09:00', 60])
  assert.equal(await elsewhere.once(BOOK, [other.id, null, '2036-06-18', '09:00', 60]), 'done')
  await sessions[0].query('rollback')
  await elsewhere.end()
})

test('counters: twenty who book for one customer at once', async () => {
  capacity(20)
  psql(`insert into service_desk.customers (organization_id, name, phone_number) values ('${desk.id}', 'Carla', '+15550001001')`)
  const { id } = row(`select id from service_desk.customers where organization_id = '${desk.id}'`)
  const outcomes = await Promise.all(sessions.map((s, n) => book(s, `2036-07-${String(n + 1).padStart(2, '0')}`, '09:00', { customer: id })))
  assert.deepEqual(tally(outcomes), { done: 20 })
  const read = () => row(`select total_appointments, last_appointment_date from service_desk.customers where id = '${id}'`)
  assert.deepEqual(read(), { total_appointments: 20, last_appointment_date: '2036-07-20' })
  await Promise.all(sessions.slice(0, 10).map((s, n) =>
    s.once(`update appointments set status = 'cancelled' where customer_id = $1 and scheduled_date = $2`, [id, `2036-07-${20 - n}`])))
  assert.deepEqual(read(), { total_appointments: 10, last_appointment_date: '2036-07-10' })
})

test('an invitation is accepted once, by twenty sessions of the invited', async () => {
  const user = signUp('twenty@crowd.test')
  psql(`insert into service_desk.organization_invitations (organization_id, invited_by_user_id, invited_email, role, token)
    values ('${desk.id}', '${desk.owner}', 'twenty@crowd.test', 'member', repeat('t', 40))`)
  const theirs = await Promise.all(Array.from({ length: 20 }, () => session(user)))
  const outcomes = await Promise.all(theirs.map((s) => s.once(`select accept_invitation(repeat('t', 40))`)))
  await Promise.all(theirs.map((s) => s.end()))
  assert.deepEqual(tally(outcomes), { done: 1, PT404: 19 })
  assert.equal(count('organization_members', `user_id = '${user}'`), 1)
})

for (const isolation of ['read committed', 'repeatable read']) {
  test(`two owners leave at once, ${isolation}: one stays`, async () => {
    const { id, owner, admin } = await organization('duo')
    psql(`update service_desk.organization_members set role = 'owner' where user_id = '${admin}'`)
    const [one, two] = await Promise.all([session(owner), session(admin)])
    const leave = 'delete from organization_members where user_id = auth.uid()'
    await one.begin(isolation)
    await two.begin(isolation)
    await two.query('select 1 from organizations')
    await one.query(leave)
    const outcome = two.query(leave).then(() => 'done', (e) => e.code)
    await waiting(two.pid)
    await one.query('commit')
    assert.ok(['23514', '40001'].includes(await outcome))
    await two.query('rollback')
    assert.equal(count('organization_members', `organization_id = '${id}' and role = 'owner'`), 1)
    await Promise.all([one.end(), two.end()])
  })
}
