// Temporary objects, left in a pooled session for the next client: to be read, or to stand in the place of others.
import { ANY_STATEMENT, B, attacker, member, server } from './world.mjs'

const committed = { commit: true }
/** One client, and then another, on the same session; each in a request of its own. */
const handedOn = (first, second) => (db) =>
  db.inTurn(
    'authenticator',
    (s) => s.request(first.who, () => s.try(first.sql), committed),
    async (s) => {
      if (second.victim) await s.request(second.victim, () => s.try(second.sql), committed)
      // What was refused to be made is not there.
      const rows = await s.request(attacker, () => s.tryRows(second.read, [], ['42501', '42P01', '3F000']))
      return rows[0] && JSON.stringify(rows[0])
    }
  )

const COPY = 'create temp table mine as select title, ai_prompt from scenarios'
const KEPT = [
  COPY,
  'select title, ai_prompt into temp mine from scenarios',
  'create table pg_temp.mine as select title, ai_prompt from scenarios',
  'do $$ begin create temp table mine on commit preserve rows as select title, ai_prompt from public.scenarios; end $$',
  'create temp table mine (title text, ai_prompt text); insert into mine select title, ai_prompt from scenarios',
  `select lair.run('create temp table mine as select title, ai_prompt from public.scenarios')`,
  'prepare p as select title, ai_prompt from scenarios; create temp table mine as execute p'
].map((sql, n) => ({
  name: `read a temporary table that another client of the pool made (${n + 1})`,
  attack: handedOn(
    { who: member(B.admin), sql },
    { read: `select ai_prompt from pg_temp.mine where ai_prompt = '${B.secret}'` }
  )
}))

const ofServer = {
  name: 'read, as a member, a temporary table that the server made on the same session',
  attack: handedOn(
    { who: server(B), sql: COPY },
    { read: `select ai_prompt from pg_temp.mine where ai_prompt = '${B.secret}'` }
  ),
  fresh: true,
  door: 'alter default privileges for role service_role grant select on tables to public'
}

/** In the place of something that others use by its bare name; what they do with it; what it gives. */
const looted = `select what from lair.loot where what = '${B.secret}'`
const DECOYS = [
  [
    'table',
    'create temp table notes (org_id uuid, body text)',
    `insert into notes (org_id, body) values ('${B.org}', 'what b noted')`,
    'select body from pg_temp.notes'
  ],
  [
    'table with a trigger',
    `create temp table tracks (title text);
     create trigger spy before insert on pg_temp.tracks execute function lair.spy_statement()`,
    `insert into tracks (title) values ('New')`,
    looted
  ],
  [
    'view with a function',
    'create temp view tracks as select title from public.tracks where lair.spy()',
    'select title from tracks',
    looted
  ],
  [
    'type with a check',
    'create domain pg_temp.uuid as pg_catalog.uuid check (lair.spy())',
    `select title from tracks where id = '${B.track}'::uuid`,
    looted
  ]
].map(([what, sql, use, read]) => ({
  name: `put a temporary ${what} in the place of another, for the next client of the pool to meet`,
  attack: handedOn({ who: attacker, sql }, { victim: member(B.admin), sql: use, read })
}))

export default [...[...KEPT, ...DECOYS].map((attack) => ({ ...attack, fresh: true, door: ANY_STATEMENT })), ofServer]
