// Attacks on the wall between organisations, each twice: on the database as it is, where it must get nothing; and
// on a copy in which one door stands open, where it must get in. The second shows that the first can fail.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { cleanUp, copy, prepare } from './attacks/database.mjs'
import * as bouncer from './attacks/pgbouncer.mjs'
import { psql } from './support.mjs'
import controls from './attacks/controls.mjs'
import claims from './attacks/claims.mjs'
import estimates from './attacks/estimates.mjs'
import forging from './attacks/forging.mjs'
import functions from './attacks/functions.mjs'
import hijack from './attacks/hijack.mjs'
import leaks from './attacks/leaks.mjs'
import members from './attacks/members.mjs'
import oracles from './attacks/oracles.mjs'
import plans from './attacks/plans.mjs'
import privileges from './attacks/privileges.mjs'
import references from './attacks/references.mjs'
import residue from './attacks/residue.mjs'
import roles from './attacks/roles.mjs'
import rows from './attacks/rows.mjs'
import signedUrls from './attacks/signed_urls.mjs'
import storage from './attacks/storage.mjs'
import sweep from './attacks/sweep.mjs'
import temporary from './attacks/temporary.mjs'
import overHttp from './attacks/http.mjs'
import overHttpTokens from './attacks/http_tokens.mjs'

const ATTACKS = [
  rows,
  references,
  oracles,
  privileges,
  claims,
  forging,
  plans,
  residue,
  temporary,
  functions,
  hijack,
  leaks,
  estimates,
  members,
  roles,
  storage,
  signedUrls,
  sweep
].flat()
const HTTP = [...overHttp, ...overHttpTokens]

before(prepare)
after(async () => {
  await bouncer.stop()
  await shut()
  await (await closed)?.drop()
  await Promise.all(dropping)
  await cleanUp()
})

test('every attack has a name of its own, and a door', () => {
  const all = [...ATTACKS, ...HTTP]
  assert.equal(new Set(all.map(({ name }) => name)).size, all.length)
  for (const { name, door, attack, limit, doorless } of all) assert.ok(attack && (door || limit || doorless), name)
})

const dropping = []
let closed
for (const { name, act, expected } of controls) {
  test(`to begin with, ${name}`, async () => {
    closed ??= copy()
    assert.equal(await act(await closed), expected)
  })
}

for (const { name, attack, fresh, limit } of ATTACKS) {
  // What is known to get in is on the list for as long as it does.
  test(`${name}: ${limit ? 'a known limit' : 'refused'}`, async () => {
    closed ??= copy()
    const database = await (fresh ? copy() : closed)
    try {
      const got = await attack(database)
      if (limit) assert.ok(got, 'it is refused now: take it off the list of limits')
      else assert.ok(!got, `it got in: ${got}`)
    } finally {
      if (fresh) dropping.push(database.drop())
    }
  })
}

// Attacks with the same door share a copy, for as long as they follow each other.
let behind
async function open(door) {
  if (behind?.door !== door) {
    await shut()
    behind = { door, database: await copy() }
    await (door.open ? door.open(behind.database) : behind.database.superuser(door))
  }
  return behind.database
}
async function shut() {
  // A door of the whole cluster must not stay open for the others.
  await behind?.door.close?.(behind.database)
  if (behind) dropping.push(behind.database.drop())
  behind = undefined
}
for (const { name, door, attack, fresh } of ATTACKS.filter(({ limit }) => !limit)) {
  test(`${name}: gets in through an open door`, async () => {
    if (fresh) await shut()
    assert.ok(await attack(await open(door)), 'the door stands open, and still it got nothing')
    if (fresh) await shut()
  })
}

// Over HTTP there is one database, that of the other tests.
for (const { name, attack } of HTTP) {
  test(`${name}: refused`, async () => {
    const got = await attack()
    assert.ok(!got, `it got in: ${got}`)
  })
}
for (const { name, door, attack } of HTTP.filter(({ doorless }) => !doorless)) {
  test(`${name}: gets in through an open door`, async () => {
    const turn = (step) => (typeof step === 'string' ? psql(step) : step())
    await turn(door.open)
    try {
      assert.ok(await attack(), 'the door stands open, and still it got nothing')
    } finally {
      await turn(door.close)
    }
  })
}
