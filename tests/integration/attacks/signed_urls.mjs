// URLs that open an object to whoever has them: signed for who may not read it.
import { ATTACKERS, BUCKETS, CROOKED } from './paths.mjs'
import { A, B, BOTH, NOWHERE, anon, attacker, member, server, user } from './world.mjs'

const NAIVE_SIGN = `
  create or replace function grant_signed_url(path text, ttl int) returns text language sql stable as
  $$ select 'https://project.supabase.co/storage/v1/object/sign/' || path || '?token=signed-for-' || ttl $$`
const sign = async (s, path, ttl = 60) =>
  (await s.tryRows('select grant_signed_url($1, $2) as url', [path, ttl], ['42501', '22023']))[0]?.url
/** Over PostgREST's way in, and over Storage's. */
const signing = (paths, callers) => async (db) => {
  for (const who of callers) {
    const got = await db.as(who, async (s) => {
      for (const path of paths(who)) {
        const url = await sign(s, path)
        if (url) return url
      }
      return null
    })
    if (got) return `${who.claims.sub ?? who.role}: ${got}`
  }
  return null
}
const signed = [
  {
    name: "have a URL signed for another organisation's object",
    door: NAIVE_SIGN,
    attack: signing(
      (who) => BUCKETS.flatMap((b) => [`${b}/${B.org}/call.mp3`, `${b}/${B.org}/${who.claims.sub}/report.csv`]),
      [...ATTACKERS.filter((who) => who !== anon), server(A), user(BOTH)]
    )
  },
  {
    name: "have a URL signed for a path that leads to another organisation's object",
    door: NAIVE_SIGN,
    attack: signing(
      () =>
        CROOKED(A.org, B.org)
          .map((name) => `recordings/${name}`)
          .concat([
            `recordings/${A.org}/../../${B.org}/call.mp3`,
            `exports/${A.org}/${A.admin}/../${A.second}/report.csv`,
            `recordings/../recordings/${B.org}/call.mp3`,
            `recordings/${NOWHERE}/call.mp3`
          ]),
      [attacker, server(A)]
    )
  },
  {
    name: 'have a URL signed for what another user has exported',
    door: NAIVE_SIGN,
    attack: signing(
      () => [`exports/${A.org}/${A.second}/report.csv`],
      [attacker, member(A.manager), member(A.trainee), member(A.gone)]
    )
  },
  {
    name: 'have a URL signed for org-assets as who is no admin',
    door: NAIVE_SIGN,
    attack: signing(
      () => [`org-assets/${A.org}/logo.png`],
      [member(A.manager), member(A.hr), member(A.trainee), member(A.gone)]
    )
  },
  {
    name: 'have a URL signed after leaving the organisation',
    door: NAIVE_SIGN,
    attack: signing(() => BUCKETS.map((b) => `${b}/${A.org}/${A.gone}/report.csv`), [member(A.gone), user(A.gone)])
  },
  {
    name: 'have a URL signed for longer than is allowed',
    door: NAIVE_SIGN,
    attack: (db) =>
      db.as(attacker, async (s) => {
        for (const ttl of [3601, 2147483647, 0, -1]) {
          const url = await sign(s, `recordings/${A.org}/call.mp3`, ttl)
          if (url) return url
        }
        return null
      })
  },
  {
    name: 'have a URL signed as anon',
    door: `${NAIVE_SIGN}; grant execute on function grant_signed_url(text, int) to anon`,
    attack: (db) => db.as(anon, (s) => sign(s, `recordings/${A.org}/call.mp3`))
  },
  {
    name: 'have a URL signed by a plain login with a token of its own making',
    door: NAIVE_SIGN,
    attack: (db) =>
      db.asMallory({ 'request.jwt.claims': member(B.admin).claims }, (s) => sign(s, `recordings/${B.org}/call.mp3`))
  }
]

export default signed
