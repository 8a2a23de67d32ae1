// A connection as somebody who is not to be trusted, and what trying things on it gives.
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

/** Where the servers are: PostgreSQL's socket, and pgbouncer's. */
export const host = () => ({ host: process.env.PGHOST, port: Number(process.env.PGPORT) })

/** Connects; where an attack has brought the server down, as soon as it is up again. */
export async function connect(to) {
  for (let tries = 0; ; tries += 1) {
    const client = new pg.Client(to)
    // A server that goes away is told of by the next query, too.
    client.on('error', () => {})
    try {
      await client.connect()
      return client
    } catch (error) {
      if (tries === 100 || (error.code !== '57P03' && error.code)) throw error
      await sleep(50)
    }
  }
}

/** Raised where an attack meets an error that refuses nobody: a mistake in the attack itself. */
export class BrokenAttack extends Error {
  constructor(sql, error) {
    super(
      [
        `not refused but broken: ${error.code ?? 'the server went away:'} ${error.message}`,
        error.detail ?? '',
        `in: ${sql.trim()}`
      ].join('\n  ')
    )
  }
}

/** COPY … FROM STDIN of a text. */
class CopyIn extends pg.Query {
  constructor(sql, text, done) {
    super(sql, done)
    this.data = text
  }

  handleCopyInResponse(connection) {
    connection.sendCopyFromChunk(Buffer.from(this.data))
    connection.endCopyFrom()
  }
}

export class Session {
  /** Logs in; `options` are those of PGOPTIONS. */
  static async open(database, user, { at = host(), options } = {}) {
    const session = new Session()
    session.notices = []
    session.client = await connect({ ...at, user, database, options })
    session.client.on('notice', (notice) => session.notices.push(`${notice.message} ${notice.detail ?? ''}`))
    return session
  }

  close() {
    return this.client.end()
  }

  /** What must work, or the attack says nothing. */
  async must(sql, params) {
    try {
      return await this.client.query(sql, params)
    } catch (error) {
      throw new BrokenAttack(sql, error)
    }
  }

  async rows(sql, params) {
    return (await this.must(sql, params)).rows
  }

  /** The first column of the first row. */
  async value(sql, params) {
    const [row] = await this.rows(sql, params)
    return row && Object.values(row)[0]
  }

  /**
   * An attempt: its result, or null where it is refused with one of these SQLSTATEs. Any other error is the attack's
   * own mistake.
   */
  try(sql, params, refusals = ['42501']) {
    return this.#tried(sql, refusals, () => this.client.query(sql, params))
  }

  /** Its rows; none where it is refused. */
  async tryRows(sql, params, refusals) {
    return (await this.try(sql, params, refusals))?.rows ?? []
  }

  copyIn(sql, text, refusals = ['42501', '0A000']) {
    return this.#tried(
      sql,
      refusals,
      () =>
        new Promise((resolve, reject) => {
          this.client.query(new CopyIn(sql, text, (error, result) => (error ? reject(error) : resolve(result))))
        })
    )
  }

  /** The text that COPY … TO STDOUT gives. */
  async copyOut(sql, refusals = ['42501']) {
    let text = ''
    const collect = (message) => {
      text += message.chunk
    }
    this.client.connection.on('copyData', collect)
    await this.try(sql, undefined, refusals)
    this.client.connection.off('copyData', collect)
    return text
  }

  /** What a caller is told, as one text, with `id` taken out: for comparing two answers. */
  async answer(sql, params = [], id = params[0]) {
    const savepoint = await this.#savepoint()
    let told
    try {
      const { rows, rowCount } = await this.client.query(sql, params)
      told = `${rowCount} ${JSON.stringify(rows)}`
    } catch (error) {
      if (isMistake(error.code)) throw new BrokenAttack(sql, error)
      told = ['code', 'message', 'detail', 'hint', 'constraint', 'table', 'column', 'where']
        .map((part) => error[part])
        .join(' | ')
    }
    await savepoint?.back()
    return told.replaceAll(String(id), 'THAT')
  }

  async #tried(sql, refusals, attempt) {
    const savepoint = await this.#savepoint()
    try {
      const result = await attempt()
      await savepoint?.release()
      return result
    } catch (error) {
      if (!refusals.includes(error.code)) throw new BrokenAttack(sql, error)
      await savepoint?.back()
      return null
    }
  }

  async #savepoint() {
    if (!this.inTransaction) return null
    await this.client.query('savepoint attempt')
    return {
      back: () => this.client.query('rollback to attempt; release attempt'),
      release: () => this.client.query('release attempt')
    }
  }

  /** Runs `body` in a transaction, which is rolled back unless told otherwise. */
  async transaction(body, { commit = false, isolation = 'read committed' } = {}) {
    await this.client.query(`begin isolation level ${isolation}`)
    this.inTransaction = true
    try {
      const result = await body(this)
      await this.client.query(commit ? 'commit' : 'rollback')
      return result
    } catch (error) {
      await this.client.query('rollback').catch(() => {})
      throw error
    } finally {
      this.inTransaction = false
    }
  }

  /** One transaction that PostgREST prepares for a caller: role, token, headers, hook. */
  request(who, body, how) {
    return this.transaction(async () => {
      await this.must(
        `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true),
                set_config('request.headers', $3, true), set_config('search_path', 'public', true)`,
        [who.role, JSON.stringify(who.claims), JSON.stringify(who.headers ?? {})]
      )
      if (who.hook !== false) await this.must('select callcoach.pre_request()')
      return body(this)
    }, how)
  }
}

/** Syntax errors, missing objects and the like, and internal errors: nobody is refused by them. */
const isMistake = (code) => !code || (code.startsWith('42') && code !== '42501') || code.startsWith('XX')
