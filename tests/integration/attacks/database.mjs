// Databases to attack: copies of one that is made once.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { Session, connect, host } from './session.mjs'
import * as bouncer from './pgbouncer.mjs'

const run = promisify(execFile)
const root = new URL('../../../', import.meta.url).pathname
const psql = (database, ...args) =>
  run('psql', ['-Xq', '-v', 'ON_ERROR_STOP=1', '-d', database, ...args], { cwd: root })
const HERE = 'tests/integration/attacks'
const TEMPLATE = 'attacks'
/** Logins that no gateway stands before: one has authenticated's rights; one has none, but a schema of its own. */
const LOGINS = `
  create role mallory login inherit;
  grant authenticated to mallory;
  create role smith login`

/** Makes the template: Supabase's roles, default privileges and storage, the extension, two organisations. */
export async function prepare() {
  // Hundreds of databases are made and dropped.
  await psql('postgres', '-c', 'alter system set fsync = off', '-c', 'select pg_reload_conf()')
  await run('createdb', [TEMPLATE])
  await psql(TEMPLATE, '-f', 'scripts/supabase_roles.sql', '-f', 'scripts/supabase_storage.sql')
  await psql(TEMPLATE, '-f', 'sql/install.sql', '-c', LOGINS, '-f', `${HERE}/seed.sql`, '-f', `${HERE}/lair.sql`)
  await psql(TEMPLATE, '-c', 'vacuum full analyze')
}

export async function cleanUp() {
  await Promise.all(spares.map(async (spare) => (await spare).drop()))
  await psql(
    'postgres',
    '-c',
    `drop database ${TEMPLATE} with (force)`,
    '-c',
    'drop role mallory, smith',
    '-c',
    'alter system reset fsync',
    '-c',
    'select pg_reload_conf()'
  )
}

/** Copies made ahead, while attacks run. */
const spares = []
let made = 0

/** A copy of the template. */
export function copy() {
  while (spares.length < 2) spares.push(make())
  return spares.shift()
}

/** What CREATE DATABASE leaves out: the database's own privileges and settings. */
const LIKE_TEMPLATE = (name) => `
  update pg_database d set datacl = t.datacl from pg_database t where d.datname = '${name}' and t.datname = '${TEMPLATE}';
  insert into pg_db_role_setting select d.oid, s.setrole, s.setconfig
    from pg_db_role_setting s join pg_database t on t.oid = s.setdatabase and t.datname = '${TEMPLATE}', pg_database d
   where d.datname = '${name}'`

async function make() {
  const name = `${TEMPLATE}_${(made += 1)}`
  await psql('postgres', '-c', `create database ${name} template ${TEMPLATE}`, '-c', LIKE_TEMPLATE(name))
  return new Database(name)
}

/** A database under attack. */
export class Database {
  #superuser

  constructor(name) {
    this.name = name
  }

  /** Rows of a query, or of the last of several, that a superuser runs past every policy. */
  async superuser(sql, params) {
    if (!this.#superuser) {
      this.#superuser = await connect({ ...host(), user: process.env.PGUSER, database: this.name })
      this.#superuser.once('end', () => {
        this.#superuser = undefined
      })
    }
    const result = await this.#superuser.query(sql, params)
    return (Array.isArray(result) ? result.at(-1) : result).rows
  }

  async truth(sql, params) {
    const [row] = await this.superuser(sql, params)
    return row && Object.values(row)[0]
  }

  /** Hands `body` a session of this login, and closes it. */
  async session(user, body, options) {
    const session = await Session.open(this.name, user, options)
    try {
      return await body(session)
    } finally {
      await session.close()
    }
  }

  /** The same through pgbouncer, which has one server connection for each login of a database. */
  async pooled(user, body) {
    return this.session(user, body, { at: await bouncer.address() })
  }

  /** Two clients of the pool, one after the other, on one and the same session of the server. */
  async inTurn(user, first, second) {
    const pid = 'select pg_backend_pid()'
    const one = await this.pooled(user, async (session) => {
      await first(session)
      return session.value(pid)
    })
    return this.pooled(user, async (session) => {
      if ((await session.value(pid)) !== one) throw new Error('not the same session')
      return second(session)
    })
  }

  /** One request over PostgREST's way in. */
  as(who, body, how) {
    return this.session('authenticator', (session) => session.request(who, body, how))
  }

  /** One transaction of a plain login, which has authenticated's rights and sets by itself what it likes. */
  asMallory(settings, body, how) {
    return this.session('mallory', (session) =>
      session.transaction(async () => {
        for (const [name, value] of Object.entries(settings)) {
          await session.must('select set_config($1, $2, true)', [
            name,
            typeof value === 'string' ? value : JSON.stringify(value)
          ])
        }
        return body(session)
      }, how)
    )
  }

  /** What smith builds, or tries. */
  asSmith(body, how = { commit: true }) {
    return this.session('smith', (session) => session.transaction(body, how))
  }

  async drop() {
    await this.#superuser?.end()
    await psql('postgres', '-c', `drop database ${this.name} with (force)`)
  }
}
