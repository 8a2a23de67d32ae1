// Buckets, who attacks them, and paths that are not what they seem.
import { A, B, BOTH, anon, attacker, member, user } from './world.mjs'

export const BUCKETS = ['recordings', 'transcripts', 'org-assets', 'scenario-assets', 'exports', 'tmp']
export const ATTACKERS = [
  attacker,
  member(A.manager),
  member(A.hr),
  member(A.trainee),
  member(BOTH, A),
  member(A.gone),
  user('user_nobody'),
  user(A.admin, { user_metadata: { org_id: B.org } }),
  anon
]

/** Names that begin in the own folder, or look like it, and mean another. */
export const CROOKED = (from, to) => [
  `${from}/../${to}/x.bin`,
  `${from}/./../${to}/x.bin`,
  `./${to}/x.bin`,
  `../${to}/x.bin`,
  `/${to}/x.bin`,
  `//${to}/x.bin`,
  `${from}/..`,
  `${from}/x/../../${to}/x.bin`,
  `${to.toUpperCase()}/x.bin`,
  ` ${to}/x.bin`,
  `${to} /x.bin`,
  `{${to}}/x.bin`,
  `${to.replaceAll('-', '')}/x.bin`,
  `${from}%2F..%2F${to}/x.bin`,
  `%2e%2e/${to}/x.bin`,
  `${from}\\..\\${to}\\x.bin`
]
