// Who belongs to an organisation, and as what: raising oneself, letting oneself in, locking the others out.
import { setTimeout as sleep } from 'node:timers/promises'
import { A, B, BOTH, anon, attacker, member, user } from './world.mjs'

const HERE = 'org_id = (select current_org_id())'
const LAST = ['42501', '23514']
const hit = (result) => result?.rowCount || null

/** What makes somebody an admin, or another role than they have. */
const RAISES = [
  ['update', (who) => `update org_members set role = 'admin' where user_id = '${who}'`],
  ['update without WHERE', () => `update org_members set role = 'admin'`],
  [
    'upsert',
    (who) => `insert into org_members (user_id, role) values ('${who}', 'admin')
    on conflict (org_id, user_id) do update set role = 'admin'`
  ],
  [
    'MERGE',
    (who) => `merge into org_members m using (values ('${who}')) as v (u) on m.user_id = v.u
    when matched then update set role = 'admin' when not matched then insert (user_id, role) values (v.u, 'admin')`
  ],
  [
    'deleting and inserting',
    (who) => `with gone as (delete from org_members where user_id = '${who}' returning user_id)
    insert into org_members (user_id, role) select user_id || '_again', 'admin' from gone`
  ]
]
const raising = RAISES.flatMap(([how, sql]) =>
  [A.trainee, A.manager, A.hr].map((who) => ({
    name: `raise oneself by ${how}, as ${who.replace('user_a_', '')}`,
    door: ['insert', 'update', 'delete']
      .map((command) => {
        const check = {
          insert: `with check (${HERE})`,
          update: `using (${HERE}) with check (${HERE})`,
          delete: `using (${HERE})`
        }[command]
        return `alter policy org_members_${command} on org_members ${check}`
      })
      .join(';'),
    attack: (db) => db.as(member(who), async (s) => hit(await s.try(sql(who))))
  }))
)

const inserting = [
  ['an organisation that the token names, by who is not in it', member('user_nobody', A)],
  ['an organisation that one has left', member(A.gone)],
  ['any organisation, by who is in none', user('user_nobody')],
  ['any organisation, as anon', anon]
].map(([what, who]) => ({
  name: `let oneself into ${what}`,
  door: 'alter table org_members disable row level security; grant insert on org_members to anon',
  attack: (db) =>
    db.as(who, async (s) =>
      hit(
        await s.try(
          `insert into org_members (org_id, user_id, role) values ('${A.org}', 'user_who_was_not', 'trainee')`
        )
      )
    )
}))

const others = [
  {
    name: 'let oneself into another organisation, and act there',
    door: 'alter policy org_members_insert on org_members with check (true)',
    attack: async (db) => {
      const made = await db.as(
        attacker,
        (s) => s.try(`insert into org_members (org_id, user_id, role) values ('${B.org}', '${A.admin}', 'admin')`),
        { commit: true }
      )
      return (
        made &&
        db.as(user(A.admin), async (s) => {
          await s.must('select set_org_claim($1)', [B.org])
          return s.value('select secret from webhooks limit 1')
        })
      )
    }
  },
  {
    name: 'use in one organisation the role that one has in another',
    door: `
      create function is_admin() returns boolean language sql stable security definer set search_path = '' as $$
        select exists (select from public.org_members m where m.user_id = public.current_user_id() and m.role = 'admin') $$;
      grant execute on function is_admin to authenticated;
      alter policy org_members_update on org_members using (${HERE} and (select is_admin())) with check (${HERE})`,
    attack: (db) =>
      db.as(
        member(BOTH, B),
        async (s) =>
          hit(await s.try(`update org_members set role = 'trainee' where user_id = '${B.admin}'`, [], LAST)) ??
          hit(await s.try(`update org_members set metadata = '{}' where user_id = '${B.admin}'`))
      )
  },
  ...['plan', 'stripe_customer_id', 'clerk_org_id', 'entitlements', 'id', 'created_at'].map((column) => ({
    name: `change orgs.${column} as the organisation's admin`,
    door: 'grant update on orgs to authenticated',
    attack: (db) =>
      db.as(attacker, async (s) => {
        const value = {
          plan: 'enterprise',
          stripe_customer_id: 'cus_other',
          clerk_org_id: 'org_other',
          entitlements: '{"all": true}',
          id: 'dddddddd-dddd-4ddd-8ddd-dddddddddddd',
          created_at: '2020-01-01'
        }[column]
        // Another id would leave rows behind that refer to the old one.
        return (
          hit(await s.try(`update orgs set ${column} = '${value}'`, [], ['42501', '23503'])) ??
          (column === 'id' ? hit(await s.try(`update orgs set id = id`)) : null)
        )
      })
  })),
  ...['org_id', 'user_id', 'id', 'created_at'].map((column) => ({
    name: `change org_members.${column} as the organisation's admin`,
    door: 'grant update on org_members to authenticated',
    attack: (db) =>
      db.as(attacker, async (s) =>
        hit(await s.try(`update org_members set ${column} = ${column} where user_id = '${A.hr}'`))
      )
  })),
  {
    name: 'change the organisation as one of its members who is no admin',
    door: 'alter policy orgs_update on orgs using (id = (select current_org_id())) with check (true)',
    attack: async (db) => {
      for (const who of [A.manager, A.hr, A.trainee, A.gone]) {
        const got = await db.as(member(who), async (s) => hit(await s.try(`update orgs set name = 'mine'`)))
        if (got) return who
      }
      return null
    }
  }
]

const KEEP = 'drop trigger keep_an_admin_delete on org_members; drop trigger keep_an_admin_update on org_members'
const leaving = [
  ['deletes himself', `delete from org_members where user_id = '${B.admin}'`],
  ['deletes everybody', 'delete from org_members'],
  ['demotes himself', `update org_members set role = 'hr' where user_id = '${B.admin}'`],
  ['demotes everybody', `update org_members set role = 'trainee'`],
  [
    'demotes himself by an upsert',
    `insert into org_members (user_id, role) values ('${B.admin}', 'hr')
    on conflict (org_id, user_id) do update set role = excluded.role`
  ],
  [
    'deletes himself by MERGE',
    `merge into org_members m using (values (1)) as v (n) on m.user_id = '${B.admin}' when matched then delete`
  ],
  [
    'demotes himself in a CTE that makes another admin of nobody',
    `with a as (update org_members set role = 'hr' where user_id = '${B.admin}' returning 1),
    b as (update org_members set role = 'admin' where user_id = 'user_of_nobody' returning 1) select from a`
  ]
].map(([what, sql]) => ({
  name: `the last admin ${what}`,
  door: KEEP,
  attack: (db) =>
    db.as(member(B.admin), async (s) => {
      await s.try(sql, [], LAST)
      return (await s.rows(`select from org_members where role = 'admin'`)).length === 0
        ? 'no admin is left'
        : noneSeen(s)
    })
}))
/** Who has deleted himself sees no members any more. */
const noneSeen = async (s) => ((await s.rows('select from org_members')).length === 0 ? 'nobody is left' : null)

/** Looks at what is there, and not at what others are about to do. */
const NAIVE_CHECK = `
  create or replace function callcoach.keep_an_admin() returns trigger
  language plpgsql security definer set search_path = '' as $$
  begin
    if exists (select from old_rows o where not exists
                 (select from public.org_members m where m.org_id = o.org_id and m.role = 'admin')) then
      raise 'the last admin stays' using errcode = '23514';
    end if;
    return null;
  end $$`
const remove = {
  demote: (who) => `update org_members set role = 'trainee' where user_id = '${who}'`,
  delete: (who) => `delete from org_members where user_id = '${who}'`
}
const atOnce = ['read committed', 'repeatable read'].flatMap((isolation) =>
  Object.entries(remove).map(([verb, sql]) => ({
    name: `two admins ${verb} each other at once, ${isolation}`,
    fresh: true,
    door: NAIVE_CHECK,
    attack: (db) =>
      db.session('authenticator', (one) =>
        db.session('authenticator', async (two) => {
          let second
          await one.request(
            attacker,
            async () => {
              // Both look before either writes: snapshots are taken.
              await one.must('select count(*) from org_members')
              const begun = new Promise((resolve) => {
                second = two.request(
                  member(BOTH, A),
                  async () => {
                    await two.must('select count(*) from org_members')
                    resolve()
                    await sleep(50)
                    // The other has written by now: this waits for its end, or does not.
                    return two.try(sql(A.admin), [], [...LAST, '40001'])
                  },
                  { commit: true, isolation }
                )
              })
              await begun
              await one.try(sql(BOTH), [], LAST)
              await Promise.race([second, sleep(250)])
            },
            { commit: true, isolation }
          )
          await second
          const left = await db.truth(`select count(*) from org_members where org_id = '${A.org}' and role = 'admin'`)
          return left === '0' ? 'no admin is left' : null
        })
      )
  }))
)

export default [...raising, ...inserting, ...others, ...leaving, ...atOnce]
