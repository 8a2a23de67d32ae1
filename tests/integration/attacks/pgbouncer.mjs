// pgbouncer in transaction mode, with one server connection for each login of a database: whoever comes next
// gets the session that the one before had.
import { spawn } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { existsSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Session, host } from './session.mjs'

const PROGRAM = '/usr/sbin/pgbouncer'
let running

/** Where it listens; starts it on first use. */
export function address() {
  running ??= start()
  return running.then(({ at }) => at)
}

async function start() {
  if (!existsSync(PROGRAM)) throw new Error('pgbouncer is missing: run scripts/setup.sh tests')
  const dir = await mkdtemp(join(tmpdir(), 'bouncer-'))
  const at = { host: dir, port: 6432 }
  const logins = ['authenticator', 'mallory', 'supabase_storage_admin']
  await writeFile(join(dir, 'users.txt'), logins.map((name) => `"${name}" ""\n`).join(''))
  await writeFile(
    join(dir, 'pgbouncer.ini'),
    `
[databases]
* = host=${host().host} port=${host().port}
[pgbouncer]
listen_addr =
unix_socket_dir = ${dir}
listen_port = ${at.port}
auth_type = trust
auth_file = ${join(dir, 'users.txt')}
pool_mode = transaction
default_pool_size = 1
ignore_startup_parameters = options
logfile = ${join(dir, 'pgbouncer.log')}
`
  )
  // It refuses to run as root, as PostgreSQL does: the owner of PostgreSQL's socket will do.
  const root = process.getuid() === 0
  if (root) {
    const { uid, gid } = statSync(host().host)
    await chown(dir, uid, gid)
  }
  await chmod(dir, 0o755)
  const child = spawn(PROGRAM, ['-q', ...(root ? ['-u', 'postgres'] : []), join(dir, 'pgbouncer.ini')], {
    stdio: 'ignore'
  })
  // However this ends, it ends too.
  process.once('exit', () => child.kill('SIGKILL'))
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1))
  await ready(at, child)
  return { at, child, dir }
}

async function ready(at, child) {
  for (let tries = 0; tries < 100; tries += 1) {
    if (child.exitCode !== null) break
    try {
      const session = await Session.open('postgres', 'authenticator', { at })
      return await session.close()
    } catch {
      await sleep(50)
    }
  }
  throw new Error('pgbouncer did not start')
}

export async function stop() {
  if (!running) return
  const { child, dir } = await running
  const ended = new Promise((resolve) => {
    child.once('exit', resolve)
  })
  child.kill('SIGTERM')
  await ended
  await rm(dir, { recursive: true })
}
