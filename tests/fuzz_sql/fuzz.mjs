// Feeds random jsonb and text to the SQL functions: node fuzz.mjs SECONDS SEED [CASE]. Wants a database with the
// extension and its migrations (PGHOST, PGDATABASE …). An error that is not documented, an internal error, a lost
// connection, a statement of more than ten seconds and a broken law are failures: five of them end it.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { Random } from './random.mjs'
import { CASES, SETUP } from './cases.mjs'

const pg = createRequire(new URL('../integration/', import.meta.url))('pg')
const [seconds, seed, only] = process.argv.slice(2).map(Number)
const SLOWEST_MS = 10_000
/** What README.md's table of SQLSTATEs promises. */
const DOCUMENTED = new Set(['22023', '22004', '23514', '23503', '23505', '42501', 'PT404', '55000'])

const db = new pg.Client()
await db.connect()
const { rows: [{ pid }] } = await db.query('select pg_backend_pid() as pid')
const memory = (key) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024
await db.query(SETUP)
await db.query(`set statement_timeout = ${SLOWEST_MS}`)

class Failure extends Error {}
const outcomes = new Map()
const count = (name, outcome) => {
  const row = outcomes.get(name) ?? outcomes.set(name, new Map()).get(name)
  row.set(outcome, (row.get(outcome) ?? 0) + 1)
}
let statements = 0
let slowest = { ms: 0 }

/** Whether one of the parameters is refused by its type's own input function. */
async function refusedAsInput(sql, parameters) {
  for (const [, n, type] of sql.matchAll(/\$(\d+)::(\w+(?:\[\])?)/g)) {
    try {
      await db.query(`select $1::${type}`, [parameters[n - 1]])
    } catch {
      await db.query('rollback to savepoint before')
      return true
    }
  }
  return false
}

const shown = (value) => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text?.length > 1500 ? `${text.slice(0, 1500)}… (${text.length} characters)` : String(text)
}

class Trial {
  constructor(name) { this.name = name }

  async run(sql, parameters = []) {
    await db.query('savepoint before')
    const start = process.hrtime.bigint()
    const time = () => Number(process.hrtime.bigint() - start) / 1e6
    statements += 1
    try {
      const { rows } = await db.query(sql, parameters)
      if (time() > slowest.ms) slowest = { ms: time(), number: this.number, sql }
      count(this.name, '00000')
      return rows
    } catch (error) {
      const said = `${error.code ?? 'connection lost'}: ${error.message}\n${sql}\n${parameters.map((p, i) => `$${i + 1} = ${shown(p)}`).join('\n')}`
      if (!error.code || error.code.startsWith('57') || time() > SLOWEST_MS) throw new Failure(said)
      await db.query('rollback to savepoint before')
      if (/scenario_attempts_score_range/.test(error.message) && !/score = /.test(sql)) throw new Failure(said)
      if (DOCUMENTED.has(error.code)) {
        count(this.name, error.code)
      } else if (await refusedAsInput(sql, parameters)) {
        count(this.name, 'no input')
      } else {
        throw new Failure(said)
      }
      return null
    }
  }

  law(holds, law, found) {
    if (!holds) throw new Failure(`not so: ${law}\n${shown(found)}`)
  }
}

const chances = CASES.flatMap(([chance, test]) => Array(chance).fill(test))

async function one(number) {
  const r = new Random(seed, number)
  const test = r.pick(chances)
  const trial = new Trial(test.name)
  trial.number = number
  await db.query('begin')
  try {
    await test(trial, r)
  } finally {
    await db.query('rollback').catch(() => { lost = true })
  }
}

const start = Date.now()
let number = only ?? 0
let early = 0
let failures = 0
let lost = false
db.on('error', () => { lost = true })
do {
  try {
    await one(number)
  } catch (error) {
    failures += 1
    console.log(`FAILED in case ${number}: ${error instanceof Failure ? error.message : error.stack}`)
    console.log(`again: tests/fuzz_sql/run.sh fuzz 0 ${seed} ${number}`)
  }
  number += 1
  if (number === 500) early = memory('VmRSS')
} while (only === undefined && !lost && failures < 5 && Date.now() - start < seconds * 1000)

const codes = [...new Set([...outcomes.values()].flatMap((row) => [...row.keys()]))].sort()
console.log(['case'.padEnd(12), ...codes.map((code) => code.padStart(9))].join(''))
for (const [name, row] of outcomes) {
  console.log([name.padEnd(12), ...codes.map((code) => String(row.get(code) ?? '').padStart(9))].join(''))
}
console.log('("no input": refused by the type, before any function of callcoach)')
const time = (Date.now() - start) / 1000
console.log(`seed ${seed}: ${number - (only ?? 0)} cases, ${statements} statements in ${time.toFixed(1)} s; slowest ${slowest.ms.toFixed(0)} ms, case ${slowest.number}: ${slowest.sql?.trim().split("\n")[0]}`)
if (!lost) {
  console.log(`backend: ${memory('VmHWM').toFixed(0)} MB at most, ${memory('VmRSS').toFixed(0)} MB at the end, ${early.toFixed(0)} MB after 500 cases`)
}
await db.end().catch(() => {})
process.exit(failures === 0 ? 0 : 1)
