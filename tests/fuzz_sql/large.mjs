// The largest inputs that jsonb holds: node large.mjs. Each is read in a session of its own, so that its memory is
// its own, too; and then again with a statement_timeout, which must end it soon after.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'

const pg = createRequire(new URL('../integration/', import.meta.url))('pg')
const MB = 1e6
/** A statement may take this long, this much longer than its timeout, and this many bytes for each of the input. */
const MOST_MS = 30_000
const TIMEOUT_MS = 200
const LATE_MS = 3000
const MOST_BYTES = 12

// As much of a text as fits into 200 MB, and how many words each repetition is; or how many the whole is.
const TEXTS = {
  speech: ['So um what is, you know, the very best rate you have? ', 12],
  hesitations: ['um ', 1],
  backchannels: ['yeah ', 1],
  sentences: ['no. ', 1],
  negations: ['not very good but ', 4],
  abbreviations: ['e.g. ', 1],
  noises: ['[noise] ', 0],
  letters: ['a', { words: 1 }],
  'drawn out': ['m', { words: 1 }],
  hyphens: ['a-', { words: 1 }],
  dots: ['a.', { words: 1 }],
  commas: ['a,', { words: 1 }],
  combining: ['e\u0301', { words: 1 }],
  ideographs: ['好', 1],
  arabic: ['مرحبا بالعالم؟ ', 2],
  emoji: ['👍🏽 ', 0],
  spaces: [' ', 0],
  marks: ['?', 0],
  brackets: ['[', 0],
  angles: ['‹', 0],
  quotes: ['"', 0],
  apostrophes: ["'", 0],
  controls: ['\u0001', 0]
}

/** Counts of an utterance of 200 MB. */
function ofText(name, speaker) {
  const [text, words] = TEXTS[name]
  const times = Math.floor(200 * MB / Buffer.byteLength(text))
  return {
    name: `${name}, ${speaker}`,
    input: `select jsonb_build_array(jsonb_build_object('speaker', '${speaker}',
      'text', repeat('${text.replaceAll("'", "''")}', ${times}), 'start_ms', 0, 'end_ms', 1000000))`,
    sql: 'select compute_kpis(j) ->> \'words\' as found from inputs',
    expected: String(words.words ?? words * times)
  }
}

const many = (what, n = 1e6) => `select jsonb_agg(${what}) from generate_series(1, ${n}) as i`
const UTTERANCES = many(`jsonb_build_object('speaker', case i % 2 when 0 then 'user' else 'bot' end,
  'text', 'So um what is it, number ' || i || '?', 'start_ms', 1e9 - i * 900, 'end_ms', 1e9 - i * 900 + 1500)`)
const count = (sql) => `select count(*)::text as found from inputs, ${sql}`
const ignored = "select compute_kpis(j) ->> 'ignored' as found from inputs"
const completing = (column) => `with done as (insert into scenario_attempts (org_id, user_id, scenario_id, status, ${column})
  select org_id, 'ana', id, 'completed', j from inputs, scenarios returning 1) select count(*)::text as found from done`
const LARGE = [
  ...Object.keys(TEXTS).map((name) => ofText(name, 'user')),
  ...['speech', 'letters', 'ideographs', 'quotes'].map((name) => ofText(name, 'assistant')),
  { name: 'a million utterances', input: UTTERANCES, sql: 'select compute_kpis(j) ->> \'utterances\' as found from inputs', expected: '1000000' },
  { name: '… their events', input: UTTERANCES, sql: count("kpi_events(j, '{number 8, rate}', '{it}') where event_type <> 'interruption'"), expected: '1500001' },
  { name: '… as messages', input: many(`jsonb_build_object('role', case i % 2 when 0 then 'user' else 'bot' end,
    'message', 'Number ' || i, 'secondsFromStart', i * 1.5, 'duration', 999.5)`),
  sql: 'select jsonb_array_length(transcript_from_vapi(j))::text as found from inputs', expected: '1000000' },
  { name: 'exact times of messages', input: many("jsonb_build_object('role', 'user', 'message', '', 'time', -1e-16000, 'endTime', 1)", 3000),
    sql: 'select jsonb_array_length(transcript_from_vapi(j))::text as found from inputs', expected: '3000' },
  { name: 'a message to escape', input: `select jsonb_build_array(jsonb_build_object('role', 'user', 'message', repeat(e'\\x01', ${100 * MB})))`,
    sql: 'select jsonb_array_length(transcript_from_vapi(j))::text as found from inputs', expected: '1' },
  { name: 'five million numbers', input: many('i', 5e6), sql: ignored, expected: '5000000' },
  { name: 'two million keys', input: `select jsonb_build_array(jsonb_object_agg('key ' || i, i)) from generate_series(1, 2000000) as i`, sql: ignored, expected: '1' },
  { name: 'events of 20 MB of um', input: `select jsonb_build_array(jsonb_build_object('speaker', 'user', 'text', repeat('um ', ${20 * MB / 4})))`,
    sql: count('kpi_events(j)'), expected: String(20 * MB / 4) },
  { name: 'a keyword of 200 MB', input: `select to_jsonb(repeat('a', ${200 * MB}))`,
    sql: "select count(*)::text as found from inputs, kpi_events('[]', array[j #>> '{}'])", expected: '0' },
  { name: 'keywords of 200 MB', input: `select to_jsonb(repeat('a ', ${100 * MB}))`,
    sql: "select count(*)::text as found from inputs, kpi_events('[]', array[j #>> '{}'])", expected: '22023' },
  { name: 'a payload of 200 MB', input: `select to_jsonb(repeat('a', ${200 * MB}))`,
    sql: "select enqueue_webhook('webhook.test', j)::text as found from inputs", expected: '22023' },
  { name: 'a payload to escape', input: `select to_jsonb(repeat(e'\\x01', ${200 * MB}))`,
    sql: "select enqueue_webhook('webhook.test', j)::text as found from inputs", expected: '22023' },
  { name: 'marks of 200 MB', input: `select jsonb_build_object('a', repeat('a', ${200 * MB}))`, sql: completing('evaluation'), expected: '22023' },
  { name: 'completing with 200 MB', input: ofText('speech', 'user').input, sql: completing('transcript_json'), expected: '1' },
  { name: 'completing with a million', input: UTTERANCES, sql: completing('transcript_json'), expected: '1' }
]

let failures = 0
const failed = (what) => {
  failures += 1
  console.log(`FAILED: ${what}`)
}
const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`

/** Gives `work` a session, and a function that knows how much memory it has had at most. */
async function session(work) {
  const db = new pg.Client()
  await db.connect()
  try {
    const { rows: [{ pid }] } = await db.query('select pg_backend_pid() as pid')
    const peak = () => Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024
    return await work(db, peak)
  } finally {
    await db.end()
  }
}

async function timed(db, sql) {
  const start = process.hrtime.bigint()
  const took = () => Number(process.hrtime.bigint() - start) / 1e6
  try {
    const { rows: [{ found }] } = await db.query(sql)
    return { found, ms: took() }
  } catch (error) {
    return { code: error.code ?? 'connection lost', message: error.message, ms: took() }
  }
}

async function check({ name, input, sql, expected }) {
  const size = await session(async (db) => {
    await db.query('truncate inputs')
    await db.query(`insert into inputs ${input}`)
    return Number((await db.query("select pg_column_size(j || '[]') as n from inputs")).rows[0].n)
  })
  const read = await session(async (db, peak) => {
    await timed(db, 'select jsonb_array_length(j) as found from inputs')
    return peak()
  })
  let what = `${name.padEnd(26)}${(size / MB).toFixed(0).padStart(4)} MB`
  await session(async (db, peak) => {
    await db.query(`set statement_timeout = ${MOST_MS}`)
    const { found, code, message, ms } = await timed(db, sql)
    what += `${seconds(ms).padStart(10)}${(peak() / MB).toFixed(0).padStart(6)} MB (${(read / MB).toFixed(0)} MB to read it)`
    if ((found ?? code) !== expected) failed(`${name}: expected ${expected}, found ${found ?? `${code}: ${message}`}`)
    if (peak() > MOST_BYTES * size + 100 * MB) failed(`${name}: ${(peak() / MB).toFixed(0)} MB of memory`)
  })
  await session(async (db) => {
    await db.query(`set statement_timeout = ${TIMEOUT_MS}`)
    const { code, message, ms } = await timed(db, sql)
    if (code === '57014') what += `, cancelled after ${seconds(ms)}`
    else if (code && code !== expected) failed(`${name}, cancelled: ${code}: ${message}`)
    if (ms > TIMEOUT_MS + LATE_MS) failed(`${name}: a timeout of ${seconds(TIMEOUT_MS)} took effect after ${seconds(ms)}`)
  })
  console.log(what)
}

await session((db) => db.query(`create table inputs (j jsonb);
  with org as (insert into orgs (name) values ('A') returning id)
  insert into scenarios (org_id, title, rubric) select id, 'x', '{"criteria": [{"name": "a", "weight": 1}]}' from org`))
for (const input of LARGE) await check(input)

// Deeper than PostgreSQL reads: its own error, and the session goes on.
await session(async (db) => {
  for (const [open, close] of [['[', ']'], ['{"a":', '}']]) {
    const { code, message, ms } = await timed(db, `select compute_kpis((repeat('${open}', 100000) || '1' || repeat('${close}', 100000))::jsonb) as found`)
    console.log(`100,000 levels of ${open}: ${code}: ${message} (${seconds(ms)})`)
    if (code !== '54001') failed('nesting that PostgreSQL does not read')
  }
})
console.log(failures === 0 ? 'large inputs: all as expected' : `large inputs: ${failures} FAILED`)
process.exit(failures === 0 ? 0 : 1)
