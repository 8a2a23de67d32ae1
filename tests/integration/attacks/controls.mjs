// That the attackers are who they are meant to be: each gets what is theirs. An attacker whose token nobody
// understands would be refused everything, and prove nothing.
import { A, B, BOTH, attacker, member, server, user } from './world.mjs'

const count = (s, table) => s.value(`select count(*)::int from ${table}`)
const started = `insert into scenario_attempts (user_id, scenario_id, assignment_id)
  values ('${A.trainee}', '${A.scenario}', '${A.assignment}') returning status`
const signed = (s, path) => s.value('select grant_signed_url($1, 60)', [path])

/** [who, what they can do, what that gives] */
export default [
  [
    'an admin reads the secret of the endpoints',
    (db) => db.as(attacker, (s) => s.value('select min(secret) from webhooks')),
    A.webhookSecret
  ],
  [
    'an admin adds a member',
    (db) =>
      db.as(
        attacker,
        async (s) => (await s.must(`insert into org_members (user_id, role) values ('user_new', 'hr')`)).rowCount
      ),
    1
  ],
  [
    'an admin who is one of two leaves',
    (db) =>
      db.as(attacker, async (s) => (await s.must(`delete from org_members where user_id = '${A.admin}'`)).rowCount),
    1
  ],
  ['a manager reads every attempt', (db) => db.as(member(A.manager), (s) => count(s, 'scenario_attempts')), 3],
  ['hr reads every scenario', (db) => db.as(member(A.hr), (s) => count(s, 'scenarios')), 2],
  ['a trainee reads their own attempts', (db) => db.as(member(A.trainee), (s) => count(s, 'scenario_attempts')), 2],
  ['a trainee reads what is active', (db) => db.as(member(A.trainee), (s) => count(s, 'scenarios')), 1],
  ['a trainee starts a call', (db) => db.as(member(A.trainee), (s) => s.value(started)), 'in_progress'],
  [
    "another trainee reads the own assignment and the team's",
    (db) => db.as(member(A.second), (s) => count(s, 'assignments')),
    2
  ],
  [
    'who is in both, with a token for a, reads a',
    (db) => db.as(member(BOTH, A), (s) => s.value('select current_org_id()')),
    A.org
  ],
  [
    'who is in both may choose b',
    (db) =>
      db.as(user(BOTH), async (s) => {
        await s.must('select set_org_claim($1)', [B.org])
        return s.value('select current_org_role()::text')
      }),
    'manager'
  ],
  ['a user of b reads b', (db) => db.as(member(B.admin), (s) => s.value('select body from notes')), B.secret],
  [
    'the server reads both, and names one',
    (db) => db.as(server(A), async (s) => `${await count(s, 'orgs')} ${await s.value('select current_org_id()')}`),
    `2 ${A.org}`
  ],
  [
    'the server scores an attempt',
    (db) => db.as(server(A), (s) => s.value('select score_attempt($1)', [A.attempt])),
    '55.00'
  ],
  [
    "a member lists over Storage's way in",
    (db) =>
      db.session('supabase_storage_admin', (s) =>
        s.request({ ...attacker, hook: false }, () => count(s, 'storage.objects'))
      ),
    5
  ],
  [
    'a trainee lists their own export',
    (db) =>
      db.session('supabase_storage_admin', (s) =>
        s.request({ ...member(A.trainee), hook: false }, () =>
          s.value(`select count(*)::int from storage.objects where bucket_id = 'exports'`)
        )
      ),
    1
  ],
  [
    'a member has a URL signed',
    async (db) => (await db.as(attacker, (s) => signed(s, `recordings/${A.org}/call.mp3`))).split('?')[0],
    `https://storage.test/storage/v1/object/sign/recordings/${A.org}/call.mp3`
  ],
  ['a plain login may ask, and gets no rows', (db) => db.asMallory({}, (s) => count(s, 'scenarios')), 0],
  ['the first sweep finds nothing', (db) => db.truth('select count(*)::int from callcoach.security_findings()'), 0]
].map(([name, act, expected]) => ({ name, act, expected }))
