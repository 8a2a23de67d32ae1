// Objects of another organisation in Supabase Storage, which connects as supabase_storage_admin and runs no
// request hook: the token alone must do.
import { ATTACKERS, BUCKETS, CROOKED } from './paths.mjs'
import { A, B, attacker, member, user } from './world.mjs'

const hit = (result) => result?.rowCount || null

/** Storage's way in, as each of them. */
const asEach =
  (attack, attackers = ATTACKERS) =>
  (db) =>
    db.session('supabase_storage_admin', async (session) => {
      for (const who of attackers) {
        const got = await session.request({ ...who, hook: false }, () => attack(session, who))
        if (got) return `${who.claims.sub}: ${got}`
      }
      return null
    })
const MEMBER = `(select callcoach.acts_as('trainee', 'manager', 'hr', 'admin'))`
const HERE = '(storage.foldername(name))[1] = (select current_org_id()::text)'
/** A policy that forgets whose folder it is. */
const forgets = (
  command
) => `alter policy callcoach_${command} on storage.objects ${command === 'insert' ? 'with check' : 'using'} (${MEMBER})
  ${command === 'update' ? `with check (${MEMBER})` : ''}`
const object = (bucket, name) => `insert into storage.objects (bucket_id, name) values ('${bucket}', '${name}')`
const theirs = (column = 'name') => `starts_with(${column}, '${B.org}')`

const foreign = [
  {
    name: "list another organisation's objects",
    door: forgets('select'),
    attack: asEach(
      async (s) =>
        (await s.rows(`select bucket_id, name from storage.objects where ${theirs()}`)).map(({ name }) => name)[0]
    )
  },
  ...BUCKETS.flatMap((bucket) => [
    {
      name: `put an object into another organisation's folder of ${bucket}`,
      door: forgets('insert'),
      attack: asEach(
        async (s) =>
          hit(await s.try(object(bucket, `${B.org}/mine.bin`))) ??
          hit(await s.try(object(bucket, `${B.org}/${B.trainee}/mine.bin`)))
      )
    },
    {
      name: `overwrite an object in another organisation's folder of ${bucket}`,
      door: `${forgets('update')}; ${forgets('select')}`,
      attack: asEach(async (s) =>
        hit(await s.try(`update storage.objects set version = 'mine' where bucket_id = '${bucket}' and ${theirs()}`))
      )
    },
    {
      name: `delete an object from another organisation's folder of ${bucket}`,
      door: `${forgets('delete')}; ${forgets('select')}`,
      attack: asEach(async (s) =>
        hit(await s.try(`delete from storage.objects where bucket_id = '${bucket}' and ${theirs()}`))
      )
    }
  ]),
  {
    name: 'upsert an object of another organisation',
    door: `${forgets('insert')}; ${forgets('update')}; ${forgets('select')}`,
    attack: asEach(async (s) =>
      hit(
        await s.try(`${object('recordings', `${B.org}/call.mp3`)}
      on conflict (bucket_id, name) do update set version = 'mine'`)
      )
    )
  },
  {
    name: 'tell by an upload whether another organisation has an object',
    door: forgets('insert'),
    attack: asEach(async (s) => {
      const answers = []
      for (const name of ['call.mp3', 'no-such.mp3'])
        answers.push(await s.answer(object('recordings', `${B.org}/${name}`), [], name))
      return answers[0] === answers[1] ? null : answers.join('\n')
    })
  },
  {
    name: 'overwrite or empty the folder of every organisation, without reading',
    door: forgets('update'),
    attack: asEach(async (s, who) => {
      const own = who.claims.app_metadata ? await s.value('select count(*) from storage.objects') : 0
      const result = await s.try(`update storage.objects set version = 'mine'`)
      return result && result.rowCount > own ? `${result.rowCount} objects` : null
    })
  },
  {
    name: "move an object of one's own into another organisation's folder",
    door: `${forgets('update')}; ${forgets('select')}`,
    attack: asEach(async (s) => {
      for (const bucket of ['org-assets', 'scenario-assets', 'tmp']) {
        const moved = hit(
          await s.try(
            `update storage.objects set name = '${B.org}/' || id
              where bucket_id = '${bucket}' and starts_with(name, '${A.org}')`
          )
        )
        if (moved) return bucket
      }
      return null
    })
  }
]

/** Where a path leads, to a store that takes dots for folders. */
const leadsTo = (name) => decodeURIComponent(new URL(`http://store/${name.trim()}`).pathname).slice(1)
const crooked = {
  name: "put an object under a path that leads into another organisation's folder",
  door: forgets('insert'),
  attack: asEach(async (s) => {
    for (const bucket of ['recordings', 'tmp', 'org-assets']) {
      for (const name of CROOKED(A.org, B.org)) {
        if (leadsTo(name).startsWith(B.org) && hit(await s.try(object(bucket, name.replaceAll(`'`, '')))))
          return `${bucket}/${name}`
      }
    }
    return null
  })
}

const HERE_ONLY = `alter policy callcoach_select on storage.objects using (${HERE} and ${MEMBER})`
const CHANGE_ANY = ['update', 'delete']
  .map((command) => `alter policy callcoach_${command} on storage.objects using (${HERE} and ${MEMBER})`)
  .join(';')
const within = [
  {
    name: 'list what another user has exported',
    door: HERE_ONLY,
    attack: asEach(async (s, { claims }) =>
      (await s.rows(`select name from storage.objects where bucket_id = 'exports'`))
        .map(({ name }) => name)
        .find((name) => !name.includes(`/${claims.sub}/`))
    )
  },
  {
    name: 'list org-assets as who is no admin',
    door: HERE_ONLY,
    attack: asEach(
      async (s) => (await s.rows(`select name from storage.objects where bucket_id = 'org-assets'`))[0]?.name,
      [member(A.manager), member(A.hr), member(A.trainee), member(A.gone)]
    )
  },
  {
    name: 'put org-assets as who is no admin',
    door: `alter policy callcoach_insert on storage.objects with check (${HERE} and ${MEMBER})`,
    attack: asEach(
      async (s) => hit(await s.try(object('org-assets', `${A.org}/mine.png`))),
      [member(A.manager), member(A.hr), member(A.trainee), member(A.gone)]
    )
  },
  {
    name: 'put an export, which the server makes',
    door: `alter policy callcoach_insert on storage.objects with check (${HERE} and ${MEMBER})`,
    attack: asEach(
      async (s, { claims }) => hit(await s.try(object('exports', `${A.org}/${claims.sub}/mine.csv`))),
      [attacker, member(A.trainee)]
    )
  },
  {
    name: 'delete what another user has exported',
    door: `${HERE_ONLY}; alter policy callcoach_delete on storage.objects using (${HERE} and ${MEMBER})`,
    attack: asEach(
      async (s) =>
        hit(await s.try(`delete from storage.objects where bucket_id = 'exports' and name like '%${A.second}%'`)),
      [attacker, member(A.manager), member(A.trainee)]
    )
  },
  {
    name: 'replace or delete the recording of a call as who is no admin',
    door: CHANGE_ANY,
    attack: asEach(
      async (s) =>
        hit(
          await s.try(`update storage.objects set version = 'mine' where bucket_id in ('recordings', 'transcripts')`)
        ) ?? hit(await s.try(`delete from storage.objects where bucket_id in ('recordings', 'transcripts')`)),
      [member(A.manager), member(A.hr), member(A.trainee), member(A.gone)]
    )
  },
  {
    name: 'replace or delete what another user has put into tmp',
    door: CHANGE_ANY,
    attack: asEach(
      async (s) =>
        hit(
          await s.try(
            `update storage.objects set version = 'mine' where bucket_id = 'tmp' and starts_with(name, '${A.org}')`
          )
        ) ?? hit(await s.try(`delete from storage.objects where bucket_id = 'tmp' and starts_with(name, '${A.org}')`)),
      [attacker, member(A.manager), member(A.hr), member(A.second), member(A.gone)]
    )
  },
  {
    name: 'reach any object after leaving the organisation',
    door: `alter policy callcoach_select on storage.objects using (${HERE})`,
    attack: asEach(
      async (s) => (await s.rows('select name from storage.objects'))[0]?.name,
      [member(A.gone), user(A.gone)]
    )
  },
  {
    name: 'make a bucket, or publish one',
    door: 'alter table storage.buckets disable row level security',
    attack: asEach(
      async (s) =>
        hit(await s.try(`update storage.buckets set public = true`)) ??
        hit(await s.try(`insert into storage.buckets (id, name, public) values ('mine', 'mine', true)`))
    )
  },
  {
    name: 'reach objects by a plain login with a token of its own making',
    door: {
      open: (db) => db.superuser(`alter database ${db.name} set callcoach.gateways = 'mallory'`)
    },
    attack: (db) =>
      db.asMallory(
        { 'request.jwt.claims': member(B.admin).claims },
        async (s) => (await s.rows('select name from storage.objects'))[0]?.name
      )
  }
]

export default [...foreign, crooked, ...within]
