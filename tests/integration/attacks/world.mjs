// Who and what is in the two organisations of seed.sql.

const organisation = (letter) => {
  const id = (n) => `${letter}0000000-0000-4000-8000-${String(n).padStart(12, '0')}`
  const user = (who) => `user_${letter}_${who}`
  return {
    letter,
    org: id(1),
    clerkId: `org_${letter}`,
    /** What only this organisation has: it stands in its rows, wherever text can stand. */
    secret: `secret of ${letter}`,
    scenario: id(2),
    draft: id(3),
    track: id(4),
    assignment: id(5),
    /** For the second trainee, and for that trainee's team. */
    secondAssignment: id(6),
    teamAssignment: id(7),
    webhook: id(8),
    webhookSecret: `webhook secret of ${letter}`,
    /** Completed, by the trainee and by the second trainee. */
    attempt: id(9),
    secondAttempt: id(10),
    /** In progress, by the trainee. */
    openAttempt: id(11),
    /** A track and an endpoint that no row refers to. */
    spareTrack: id(12),
    spareWebhook: id(13),
    /** In which the trainee had a call yesterday. */
    hour: new Date(Math.floor(Date.now() / 86_400_000 - 1) * 86_400_000 + { a: 2, b: 5 }[letter] * 3_600_000).toISOString(),
    /** One that has failed; one that is being sent, and by which claim. */
    delivery: id(14),
    claimedDelivery: id(15),
    claim: id(16),
    trainee: user('trainee'),
    second: user('second'),
    manager: user('manager'),
    hr: user('hr'),
    admin: user('admin'),
    /** Was an admin, and is no member any more. */
    gone: user('gone')
  }
}
export const A = organisation('a')
export const B = organisation('b')
/** An organisation, or a row, that does not exist. */
export const NOWHERE = 'cccccccc-cccc-4ccc-8ccc-cccccccccccc'
/** Admin of a, manager of b. */
export const BOTH = 'user_both'
/** A scenario's title that only b has, 400 times, and one that nobody has. */
export const COMMON_TITLE = 'Project Nightjar'
export const NO_TITLE = 'Project Nighthawk'

/** The claims of a user whose token names an organisation. */
export const claims = (sub, org) => ({ sub, role: 'authenticated', app_metadata: { org_id: org.org } })
/** Callers, as PostgREST sets them up. */
export const member = (sub, org = sub.startsWith('user_b') ? B : A) => ({
  role: 'authenticated',
  claims: claims(sub, org)
})
export const user = (sub, more = {}) => ({ role: 'authenticated', claims: { sub, role: 'authenticated', ...more } })
export const anon = { role: 'anon', claims: { role: 'anon' } }
/** The application's server, acting for an organisation. */
export const server = (org) => ({
  role: 'service_role',
  claims: { role: 'service_role' },
  headers: org ? { 'x-org-id': org.org } : {}
})
/** The attacker of most attacks: of a, where an admin may do most. */
export const attacker = member(A.admin)

/** API users run queries only. The door to other statements. */
export const ANY_STATEMENT = `do $$ begin
  execute format('alter database %I set callcoach.guard_statements = off', current_database());
  execute format('grant temporary on database %I to public', current_database());
end $$`
