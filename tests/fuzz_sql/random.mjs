// Random inputs, as JSON text: numbers that no double holds and keys that come twice have to survive.

/** A source of choices that its seed and the case's number determine. */
export class Random {
  constructor(seed, number) {
    // Two rounds of splitmix32, so that neighbouring cases have nothing in common.
    this.state = seed >>> 0
    this.state = this.next() ^ Math.imul(number + 1, 0x9e3779b9)
    this.next()
  }

  next() {
    this.state = (this.state + 0x9e3779b9) | 0
    let z = this.state
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return (z ^ (z >>> 15)) >>> 0
  }

  below(n) { return Math.floor((this.next() / 2 ** 32) * n) }
  between(low, high) { return low + this.below(high - low + 1) }
  chance(percent) { return this.next() / 2 ** 32 * 100 < percent }
  pick(list) { return list[this.below(list.length)] }
  /** Mostly few, now and then up to `most`. */
  few(most) { return this.below(this.chance(5) ? most : Math.min(most, 6)) }
  times(n, make) { return Array.from({ length: n }, (_, i) => make(i)) }
}

const WORDS = `um uh hmm ummm mhm yeah okay right? uh-huh you know I mean, kind of sort of , like, basically honestly what
  is how many why tell me about do you know could you the rate lock price great terrible not very hate don’t what's
  e.g. p.m. Dr. 3.5% [noise] ‹unk› … ... ?! (well) "quoted «so» —dash— 'tis it`.split(/\s+/)
const SCRIPTS = ['שלום', 'مرحبا؟', '你好。', '我有30年', 'こんにちは', '안녕', 'ｈｏｗ？', 'ÜBER', 'e\u0301te\u0301', 'Z\u0351\u036b\u0343',
  'İstanbul', 'ﬁne', '👨‍👩‍👧', '👍🏽', '\u200b', '\u202ewhy\u202c', '\ufeff', '\u2028', '\u0001', '\u007f', '\u00a0', '\\', '/', '"', "'", '%', '_', '𠀀']

function character(r) {
  const planes = [[1, 0x7f], [0x80, 0x7ff], [0x800, 0xd7ff], [0xe000, 0xffff], [0x10000, 0x1ffff], [0x20000, 0x10ffff]]
  return String.fromCodePoint(r.between(...r.pick(planes)))
}

/** Any text that PostgreSQL can hold. */
export function text(r) {
  const word = () => (r.chance(80) ? r.pick(WORDS) : r.chance(70) ? r.pick(SCRIPTS) : character(r))
  switch (r.below(20)) {
    case 0: return ''
    case 1: return r.times(r.few(200), () => character(r)).join('')
    case 2: return r.times(r.few(60), word).join('')
    case 3: return (r.chance(50) ? word() : word() + ' ').repeat(r.between(1, r.chance(3) ? 60000 : 300))
    default: return r.times(r.few(80), word).join(r.chance(90) ? ' ' : r.pick(['-', '.', '\n', '\t', ', ', '\u3000', '  ']))
  }
}

/** JSON's number, of any size that PostgreSQL has. */
export function number(r) {
  const digits = (n) => r.times(n, () => r.below(10)).join('')
  switch (r.below(10)) {
    case 0: return r.pick(['0', '-0', '0.5', '-0.5', '1e400', '-1e400', '1e-400', '9007199254740992', '9007199254740993',
      '9007199254740991.5', '2147483648', '-9223372036854775809', '1e16000', '1e-16000', '1E+2', '0.0000000000000000000000001'])
    case 1: return `${r.pick(['', '-'])}${r.between(1, 9)}${digits(r.between(0, 40))}.${digits(r.between(1, 40))}`
    case 2: return `${r.between(1, 9)}e${r.between(-320, 320)}`
    case 3: return r.chance(10) ? '9' + digits(r.between(1, 2000)) : String(r.below(100))
    case 4: return (r.below(200000) / 100).toFixed(r.below(3))
    default: return String(r.below(r.pick([2, 10, 101, 5000, 60000, 1e7])))
  }
}

export const string = (r) => JSON.stringify(text(r))
export const array = (elements) => `[${elements.join(',')}]`
export const object = (fields) => `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`

/** A JSON value of any structure. */
export function value(r, depth = 4) {
  switch (r.below(depth > 0 ? 9 : 6)) {
    case 0: return 'null'
    case 1: return r.pick(['true', 'false'])
    case 2: case 3: return number(r)
    case 4: case 5: return string(r)
    case 6: return array(r.times(r.few(40), () => value(r, depth - 1)))
    default: return object(r.times(r.few(70), () => [r.chance(50) ? near(r, r.pick(KEYS)) : text(r), value(r, depth - 1)]))
  }
}

/** Arrays and objects in each other, at times deeper than PostgreSQL's own reader goes. */
export function deep(r) {
  const levels = r.between(50, r.chance(10) ? 8000 : 600)
  const open = r.times(levels, () => r.pick(['[', '{"a":', '[1,', '{"text":']))
  return open.join('') + '1' + open.reverse().map((o) => (o[0] === '[' ? ']' : '}')).join('')
}

const KEYS = ['speaker', 'text', 'start_ms', 'end_ms', 'role', 'message', 'time', 'endTime', 'secondsFromStart', 'duration',
  'criteria', 'name', 'weight', 'threshold', 'critical', 'kpi', 'band', 'scale', 'min', 'max', 'score', 'kpi_events',
  'keywords', 'objections', 'low_score_threshold', 'org_id', 'o', 'id', 'sub', 'app_metadata', 'x-org-id']

/** A key, or one that looks like it. */
function near(r, key) {
  if (r.chance(70)) return key
  const at = r.below(key.length)
  return r.pick([key.toUpperCase(), key + 's', key.slice(0, -1), ` ${key}`, key.slice(0, at) + character(r) + key.slice(at + 1), ''])
}

/** An object of these fields, given as [key, make]; damaged in `percent` of the fields. */
function damaged(r, percent, fields) {
  const made = fields.flatMap(([key, make]) => {
    if (!r.chance(percent)) return [[key, make()]]
    switch (r.below(6)) {
      case 0: return []
      case 1: return [[near(r, key), make()]]
      case 2: return [[key, make()], [key, value(r, 1)]]
      case 3: return [[key, 'null']]
      case 4: return [[key, r.chance(10) ? deep(r) : value(r, 2)]]
      default: return [[key, value(r, 0)]]
    }
  })
  if (r.chance(percent)) made.push(...r.times(r.few(50), () => [text(r), r.chance(3) ? deep(r) : value(r, 1)]))
  return object(made)
}

const howDamaged = (r) => r.pick([0, 0, 2, 10, 40])

/** A list of what `make` makes; at times something else altogether. */
function list(r, make, most) {
  if (r.chance(4)) return r.chance(20) ? deep(r) : value(r)
  const strange = r.pick([0, 0, 10])
  return array(r.times(r.below(r.chance(2) ? most : 30), (i) => (r.chance(strange) ? value(r, 2) : make(i))))
}

export function transcript(r) {
  const percent = howDamaged(r)
  const ordered = r.chance(50)
  return list(r, (i) => {
    const start = ordered ? i * 3000 : r.below(60000)
    return damaged(r, percent, [
      ['speaker', () => JSON.stringify(r.pick(['user', 'user', 'assistant', 'assistant', 'bot', 'ai', ' User ', 'system', 'agent']))],
      ['text', () => string(r)],
      ['start_ms', () => (r.chance(90) ? String(start) : number(r))],
      ['end_ms', () => (r.chance(90) ? String(start + r.between(-300, 6000)) : number(r))]
    ])
  }, 3000)
}

export function messages(r) {
  const percent = howDamaged(r)
  return list(r, (i) => damaged(r, percent, [
    ['role', () => JSON.stringify(r.pick(['user', 'bot', 'assistant', 'system', 'tool_calls', 'tool_call_result']))],
    ['message', () => string(r)],
    ['time', () => (r.chance(80) ? `17600000${String(10000 + i * 3).padStart(5, '0')}.${r.below(999)}` : number(r))],
    ['endTime', () => (r.chance(80) ? `17600000${String(10002 + i * 3).padStart(5, '0')}` : number(r))],
    ['secondsFromStart', () => (r.chance(80) ? `${i * 3}.${r.below(9999)}` : number(r))],
    ['duration', () => (r.chance(80) ? `${r.below(9000)}.${r.below(999)}` : number(r))]
  ]), 1000)
}

const KPIS = ['talk_ms', 'listen_ms', 'talk_listen_ratio', 'words_per_minute', 'filler_words', 'interruptions', 'questions_asked',
  'sentiment_score', 'open_questions', 'patience_ms', 'interactivity', 'words', 'ignored']

/** Names of criteria, few enough that marks meet them. */
export const names = (r) => r.times(r.between(1, r.chance(3) ? 1100 : 5), (i) => (r.chance(90) ? `c${i}` : text(r).slice(0, 50) || ' '))

export function rubric(r, criteria) {
  const percent = howDamaged(r)
  if (r.chance(3)) return r.chance(20) ? deep(r) : value(r)
  const weights = criteria.map(() => r.below(10))
  const sum = weights.reduce((a, b) => a + b, 0) || 1
  const exact = r.chance(80)
  const ascending = () => array([number, number, number, number].map((make) => Number(make(r))).sort((a, b) => a - b)
    .map((n) => (Number.isFinite(n) ? n : 0)))
  const fields = [['criteria', () => array(criteria.map((name, i) => {
    const bound = r.chance(30)
    return damaged(r, percent, [
      ['name', () => JSON.stringify(name)],
      ['weight', () => (exact ? String(weights[i] / sum) : number(r))],
      ...(bound ? [['kpi', () => JSON.stringify(r.pick(KPIS))], ['band', () => (r.chance(70) ? '[0,5,20,80]' : ascending())]] : []),
      ...(r.chance(30) ? [['threshold', () => number(r)]] : []),
      ...(r.chance(30) ? [['critical', () => r.pick(['true', 'false'])]] : [])
    ])
  }))]]
  if (r.chance(30)) fields.push(['scale', () => damaged(r, percent, [['min', () => '1'], ['max', () => r.pick(['7', '5.5', '1e99'])]])])
  if (r.chance(40)) fields.push(['threshold', () => number(r)])
  return damaged(r, percent / 4, fields)
}

export function marks(r, criteria) {
  if (r.chance(2)) return r.chance(20) ? deep(r) : value(r)
  const mark = () => (r.chance(80) ? String(r.between(1, 5)) : r.chance(40) ? 'null' : r.chance(70) ? number(r) : value(r, 1))
  const marked = criteria.filter(() => r.chance(90)).map((name) => [name, r.chance(70) ? mark() : object([['score', mark()]])])
  if (r.chance(10)) marked.push([text(r), value(r, 1)])
  return object(marked)
}

export function kpis(r) {
  if (r.chance(3)) return value(r)
  return damaged(r, howDamaged(r), KPIS.map((key) => [key, () => (key === 'talk_listen_ratio' ? JSON.stringify(`${r.below(101)}:${r.below(101)}`) : number(r))]))
}

/** A list of phrases, as a JSON array or as PostgreSQL's text[]. */
const phrase = (r) => (r.chance(80) ? r.times(r.between(1, 3), () => r.pick(WORDS)).join(' ') : text(r).slice(0, 400))
export const phrases = (r) => (r.chance(10) ? value(r) : array(r.times(r.few(900), () => (r.chance(90) ? JSON.stringify(phrase(r)) : value(r, 1)))))

export function textArray(r) {
  const element = () => (r.chance(8) ? 'NULL' : `"${phrase(r).replace(/(["\\])/g, '\\$1')}"`)
  const flat = (n) => `{${r.times(n, element).join(',')}}`
  switch (r.below(12)) {
    case 0: return '{}'
    case 1: { const n = r.between(1, 3); return `{${r.times(r.between(1, 3), () => flat(n)).join(',')}}` }
    case 2: return `[${r.pick(['0:1', '-5:-4', '2147483640:2147483641'])}]=${flat(2)}`
    case 3: return flat(r.between(900, 1100))
    default: return flat(r.few(50))
  }
}

export function metadata(r) {
  if (r.chance(3)) return value(r)
  return damaged(r, howDamaged(r), [['kpi_events', () => r.pick(['true', 'true', 'false', '"true"'])], ['keywords', () => phrases(r)],
    ['low_score_threshold', () => number(r)]])
}

export const persona = (r) => (r.chance(5) ? value(r) : damaged(r, howDamaged(r), [['role', () => '"x"'], ['objections', () => phrases(r)]]))

export const uuid = (r) => r.pick(['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'cccccccc-cccc-4ccc-8ccc-cccccccccccc'])
export const integer = (r) => (r.chance(40) ? r.pick([null, 0, -1, 2147483647, -2147483648]) : r.below(4000))
export const moment = (r) => r.pick([null, 'infinity', '-infinity', '4714-11-24 00:00:00+00 BC', '294276-12-31 23:59:59+00',
  '1970-01-01 00:00:00+00', '2023-11-14 22:13:20+00', '2025-09-01 10:00:00.999999+00'])
