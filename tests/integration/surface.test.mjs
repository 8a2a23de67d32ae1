// What is not meant for clients cannot be reached by any of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { A, asAnon, asMember, asServer, bare, refused, rows } from './support.mjs'

const INTERNAL = rows(`select distinct proname from pg_proc where pronamespace = 'callcoach'::regnamespace order by 1`)
  .map((f) => f.proname)
const callers = async () => [await asAnon(), await asMember('user_ada', A.org), await asServer(A.org)]

test('there are internal functions to try', () => {
  assert.ok(INTERNAL.includes('pre_request') && INTERNAL.includes('security_findings'), INTERNAL.join())
})

for (const name of INTERNAL) {
  test(`callcoach.${name} is 404 to every role, and its schema 406`, async () => {
    for (const caller of await callers()) {
      refused(await caller.rpc(name), 404, 'PGRST202')
      refused(await caller.schema('callcoach').rpc(name), 406, 'PGRST106')
      refused(await caller.schema('callcoach').rpc(name, {}, { get: true }), 406, 'PGRST106')
    }
  })
}

test('schema callcoach is 406 for tables too', async () => {
  for (const caller of await callers()) refused(await caller.schema('callcoach').from('anything').select(), 406, 'PGRST106')
})

test('the API\'s own description shows an anonymous caller articles and who he is, and no tenant table', async () => {
  const { paths } = await (await bare('/')).json()
  assert.deepEqual(Object.keys(paths).sort(),
    ['/', '/articles', '/rpc/current_org_id', '/rpc/current_org_role', '/rpc/current_user_id'])
})
