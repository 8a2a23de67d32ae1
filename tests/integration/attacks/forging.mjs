// The claim, and the token it follows from, set by who may not set them.
import { after, loot } from './loot.mjs'
import { B, anon, attacker, claims } from './world.mjs'

/** SET ON PARAMETER is the privilege that all of these lack. It is of the whole cluster. */
const GRANTED = {
  open: (db) => db.superuser('grant set on parameter "jwt.claims.org_id" to public'),
  close: (db) =>
    db.superuser(`revoke set on parameter "jwt.claims.org_id" from public;
      alter role mallory reset all; alter role smith reset all`)
}
const forged = (how, attack) => ({ name: `forge the claim: ${how}`, door: GRANTED, attack })
/** In a request of a member, and of anon; as plain logins with no token at all. */
const anybody = (attack) => async (db) =>
  (await db.as(attacker, attack)) ??
  (await db.as(anon, attack)) ??
  (await db.asMallory({}, attack)) ??
  db.asSmith(attack, {})
const byAny = (tries) =>
  anybody((s) =>
    after(
      s,
      tries.map((sql) => [sql])
    )
  )
/** What a login has stored takes effect in its next session. */
const later = (tries) => async (db) => {
  for (const login of ['mallory', 'smith']) {
    for (const sql of tries(db, login)) {
      await db.session(login, (s) => s.try(sql))
      const got = await db.session(login, loot)
      if (got) return `${sql}: ${got}`
    }
  }
  return null
}

const forging = [
  forged(
    'SET, SET LOCAL',
    byAny([
      `set jwt.claims.org_id = '${B.org}'`,
      `set local jwt.claims.org_id = '${B.org}'`,
      `set session "JWT.Claims.Org_Id" = '${B.org}'`,
      `set local jwt.claims.org_id to '{${B.org}}'`
    ])
  ),
  forged(
    'set_config',
    byAny(
      [true, false].flatMap((local) => [
        `select set_config('jwt.claims.org_id', '${B.org}', ${local})`,
        `select set_config('JWT.CLAIMS.ORG_ID', '${B.org}', ${local})`
      ])
    )
  ),
  forged('UPDATE pg_settings', byAny([`update pg_settings set setting = '${B.org}' where name = 'jwt.claims.org_id'`])),
  forged(
    'in a block that catches errors',
    byAny([
      `do $$ begin
         perform set_config('jwt.claims.org_id', '${B.org}', true);
       exception when insufficient_privilege then null;
       end $$`
    ])
  ),
  forged("a function's SET clause", async (db) => {
    const peek = 'returns setof text language sql'
    const body = `as 'select body from public.notes'`
    await db.asSmith(async (s) => {
      for (const check of ['on', 'off']) {
        await s.must(`set local check_function_bodies = ${check}`)
        await s.try(`create or replace function lair.peek_in() ${peek} set jwt.claims.org_id = '${B.org}' ${body}`)
      }
      await s.must(`create or replace function lair.peek_later() ${peek} ${body}`)
      await s.try(`alter function lair.peek_later() set jwt.claims.org_id = '${B.org}'`)
    })
    return anybody(async (s) => {
      for (const name of ['peek_in', 'peek_later']) {
        // Where the clause was refused, so was the function.
        const rows = await s.tryRows(`select lair.${name}() as body`, [], ['42501', '42883'])
        if (rows.some((row) => row.body === B.secret)) return `${name}: ${B.secret}`
      }
      return null
    })(db)
  }),
  forged(
    'ALTER ROLE … SET',
    later((db, login) => [
      `alter role ${login} set jwt.claims.org_id = '${B.org}'`,
      `alter role ${login} in database ${db.name} set jwt.claims.org_id = '${B.org}'`
    ])
  ),
  forged(
    'ALTER DATABASE … SET, ALTER SYSTEM',
    later((db, login) => [
      `alter database ${db.name} set jwt.claims.org_id = '${B.org}'`,
      `alter role all in database ${db.name} set jwt.claims.org_id = '${B.org}'`,
      `alter system set jwt.claims.org_id = '${B.org}'`,
      // The door is that of the parameter; who may alter a database is another. So this must be tried here, too.
      `alter role ${login} set jwt.claims.org_id = '${B.org}'`
    ])
  ),
  forged('PGOPTIONS', async (db) => {
    const options = ['-c jwt.claims.org_id=', '--jwt.claims.org_id=', '-c JWT.claims.Org_id='].map((o) => o + B.org)
    for (const login of ['mallory', 'smith']) {
      for (const option of options) {
        const got = await db.session(login, loot, { options: option }).catch((error) => {
          if (error.code !== '42501') throw error
        })
        if (got) return `${option}: ${got}`
      }
    }
    return null
  })
]

/** The word of a login that the setting names counts; that of any other is its own. */
const BELIEVED = {
  open: (db) => db.superuser(`alter database ${db.name} set callcoach.gateways = 'authenticator, mallory'`)
}
const HAND_SET = [
  ['of a member', { 'request.jwt.claims': claims(B.admin, B) }],
  ['of a member, who names no organisation', { 'request.jwt.claims': { sub: B.admin } }],
  ['as Clerk writes them', { 'request.jwt.claims': { sub: B.admin, o: { id: B.clerkId, rol: 'admin' } } }],
  ['of the server', { 'request.jwt.claims': { role: 'service_role', sub: B.admin }, role: 'authenticated' }],
  ['with a header', { 'request.jwt.claims': { sub: B.admin }, 'request.headers': { 'x-org-id': B.org } }],
  [
    'in the old settings',
    { 'request.jwt.claim.sub': B.admin, 'request.jwt.claim.org_id': B.org, 'request.jwt.claims': { sub: B.admin } }
  ]
]
const byHand = [
  ...HAND_SET.map(([what, settings]) => ({
    name: `request.jwt.claims set by hand, by a plain login: ${what}`,
    door: BELIEVED,
    attack: (db) =>
      db.asMallory(settings, (s) =>
        after(s, [
          ['select 1'],
          ['select callcoach.pre_request()'],
          ['select set_org_claim($1)', [B.org]],
          ['set local role authenticated'],
          ['select callcoach.pre_request()']
        ])
      )
  })),
  {
    name: 'current_user_id(), of claims set by hand',
    door: BELIEVED,
    attack: (db) =>
      db.asMallory({ 'request.jwt.claims': claims(B.admin, B) }, (s) => s.value('select current_user_id()'))
  },
  {
    name: 'a role in an organisation, of claims set by hand',
    door: BELIEVED,
    attack: (db) =>
      db.asMallory({ 'request.jwt.claims': claims(B.admin, B) }, (s) =>
        s.value(
          `select coalesce(current_org_role()::text, callcoach.org_role(),
             nullif(callcoach.acts_as('admin')::text, 'false'))`
        )
      )
  }
]

export default [...forging, ...byHand]
