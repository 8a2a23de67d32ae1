// Inbound signatures made by the senders' own libraries, and signed URLs read by a JWT library.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jwtVerify } from 'jose'
import Stripe from 'stripe'
import { Webhook as Svix } from 'svix'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { A, B, asMember, asServer, asUser, data, refused } from './support.mjs'

const PAYLOADS = [
  '{"type": "organization.created", "data": {"id": "org_1", "name": "Zoë’s 😀 Lending"}}',
  '', ' \n\t', 'x'.repeat(100_000), '{"quote": "\\u0000 \\"', 'a.b.c'
]
const now = () => Math.floor(Date.now() / 1000)
const server = await asServer()
const svixSecret = 'whsec_' + Buffer.from('twenty-four random bytes').toString('base64')

/** What the database says of it, and the library the same. */
async function verdicts(args, library) {
  let theirs = true
  try { library() } catch { theirs = false }
  return [data(await server.rpc('verify_svix_signature', args)), theirs]
}

for (const [name, Library] of [['svix', Svix], ['standardwebhooks', StandardWebhook]]) {
  test(`${name}: what the library signs is verified, and nothing that was changed on the way`, async () => {
    const library = new Library(svixSecret)
    for (const payload of PAYLOADS) {
      const id = 'msg_' + Math.random().toString(36).slice(2)
      const args = {
        payload, msg_id: id, msg_timestamp: String(now()), secret: svixSecret,
        signature: library.sign(id, new Date(), payload)
      }
      assert.equal(data(await server.rpc('verify_svix_signature', args)), true, payload.slice(0, 40))
      for (const change of [
        { payload: payload + ' ' }, { msg_id: id + 'x' }, { msg_timestamp: String(Number(args.msg_timestamp) - 1) },
        { signature: args.signature.replace('v1,', 'v2,') }, { signature: args.signature.slice(0, -1) },
        { secret: 'whsec_' + Buffer.from('another secret').toString('base64') }, { secret: null }
      ]) {
        assert.equal(data(await server.rpc('verify_svix_signature', { ...args, ...change })), false, JSON.stringify(change).slice(0, 60))
      }
    }
  })
}

test('svix: the database and the library agree on times, rotation and malformed headers', async () => {
  const library = new Svix(svixSecret)
  const payload = '{"a": 1}'
  const wrong = 'v1,' + Buffer.alloc(32).toString('base64')
  for (const [what, seconds, shape, expected] of [
    ['now', 0, (s) => s, true],
    ['an old one', -301, (s) => s, false],
    ['one from the future', 310, (s) => s, false],
    ['just within', -295, (s) => s, true],
    ['rotated: the second is right', 0, (s) => `${wrong} ${s}`, true],
    ['another version beside it', 0, (s) => `v1a,AAAA ${s}`, true],
    ['both wrong', 0, () => `${wrong} ${wrong}`, false],
    ['empty', 0, () => '', false],
    ['a bare v1,', 0, () => 'v1,', false],
    ['no comma', 0, (s) => s.replace(',', ''), false]
  ]) {
    const at = now() + seconds
    const signature = shape(library.sign('msg_1', new Date(at * 1000), payload))
    const args = { payload, msg_id: 'msg_1', msg_timestamp: String(at), signature, secret: svixSecret }
    const headers = { 'svix-id': 'msg_1', 'svix-timestamp': String(at), 'svix-signature': signature }
    assert.deepEqual(await verdicts(args, () => library.verify(payload, headers)), [expected, expected], what)
  }
})

test('stripe: what the library signs is verified, and the two agree on what is not', async () => {
  const { webhooks } = new Stripe('sk_test_not_a_key')
  const secret = 'whsec_test_secret'
  const stripe = (args) => server.rpc('verify_stripe_signature', args)
  for (const payload of PAYLOADS.filter((p) => p !== '')) {
    const header = webhooks.generateTestHeaderString({ payload, secret })
    assert.equal(data(await stripe({ payload, header, secret })), true)
    assert.equal(data(await stripe({ payload: payload + ' ', header, secret })), false)
  }
  const payload = '{"id": "evt_1"}'
  const made = (seconds) => webhooks.generateTestHeaderString({ payload, secret, timestamp: now() + seconds })
  const right = made(0)
  for (const [what, header, expected] of [
    ['right', right, true],
    ['old', made(-301), false],
    ['two v1', right.replace('v1=', `v1=${'0'.repeat(64)},v1=`), true],
    ['a v0 beside it', right + ',v0=' + '0'.repeat(64), true],
    ['under v0 only', right.replace('v1=', 'v0='), false],
    ['v1,t=1', 'v1,t=1', false], ['empty', '', false], ['no time', right.replace(/t=\d+,/, ''), false],
    ['a time that is none', right.replace(/t=\d+/, 't=hello'), false],
    ['a prefix', right.slice(0, -1), false]
  ]) {
    let theirs = true
    try { webhooks.signature.verifyHeader(payload, header, secret, 300) } catch { theirs = false }
    assert.deepEqual([data(await stripe({ payload, header, secret })), theirs], [expected, expected], what)
  }
  // The library takes what is signed for tomorrow; here too new is false, too.
  assert.equal(data(await stripe({ payload, header: made(600), secret })), false)
})

test('grant_signed_url: a token that a JWT library accepts, as Storage would', async () => {
  const trainee = await asMember('user_both', A.org)
  const path = `recordings/${A.org}/2026/Ärger & Co.mp3`
  const url = new URL(data(await trainee.rpc('grant_signed_url', { path, ttl: 120 })))
  assert.equal(url.origin + decodeURIComponent(url.pathname), `https://storage.test/storage/v1/object/sign/${path}`)
  const key = new TextEncoder().encode(process.env.STORAGE_JWT_SECRET)
  const { payload, protectedHeader } = await jwtVerify(url.searchParams.get('token'), key, { algorithms: ['HS256'], requiredClaims: ['exp', 'iat'] })
  assert.deepEqual(protectedHeader, { alg: 'HS256' })
  assert.deepEqual({ url: payload.url, scope: payload.scope }, { url: path, scope: 'download' })
  assert.equal(payload.exp - payload.iat, 120)
  assert.ok(Math.abs(payload.iat - now()) <= 2)
  await assert.rejects(jwtVerify(url.searchParams.get('token'), new TextEncoder().encode('another secret')))
  // It runs out.
  const late = new Date(Date.now() + 125_000)
  await assert.rejects(jwtVerify(url.searchParams.get('token'), key, { currentDate: late }), { code: 'ERR_JWT_EXPIRED' })
})

test('grant_signed_url: 403 for what is not the caller\'s, 400 for what cannot be', async () => {
  const trainee = await asMember('user_bo', A.org)
  const member = await asMember('user_both', A.org)
  const ask = (who, path, ttl = 60) => who.rpc('grant_signed_url', { path, ttl })
  refused(await ask(trainee, `recordings/${A.org}/call.mp3`), 403, '42501')
  refused(await ask(member, `recordings/${B.org}/call.mp3`), 403, '42501')
  refused(await ask(await asUser({ sub: 'user_both', user_metadata: { org_id: B.org } }), `recordings/${B.org}/call.mp3`), 403, '42501')
  refused(await ask(member, `exports/${A.org}/user_ada/all.csv`), 403, '42501')
  refused(await ask(member, `org-assets/${A.org}/logo.png`), 403, '42501')
  refused(await ask(member, `recordings/${A.org}/../${B.org}/call.mp3`), 400, '22023')
  refused(await ask(member, `recordings/${A.org}/%2e%2e/call.mp3`), 400, '22023')
  refused(await ask(member, `recordings/${A.org}/call.mp3`, 3601), 400, '22023')
  refused(await ask(member, `recordings/${A.org}/call.mp3`, 0), 400, '22023')
  data(await ask(await asMember('user_ada', A.org), `org-assets/${A.org}/logo.png`))
  data(await ask(member, `exports/${A.org}/user_both/mine.csv`))
})
