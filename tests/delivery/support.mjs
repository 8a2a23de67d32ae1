// What the tests share: the database, receivers, waiting.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export { sleep }
const { DELIVERY_PORTS, DELIVERY_CERTIFICATES, DELIVERY_PROXIES, PGHOST, PGUSER, PGDATABASE } = process.env
if (!DELIVERY_PORTS) throw new Error('Run these through scripts/test_delivery.sh.')
const ports = DELIVERY_PORTS.split(',').map(Number)
const root = new URL('../../', import.meta.url).pathname

/** Superuser's sessions. Those that a crash takes are replaced. */
export const pool = new pg.Pool({ host: PGHOST, user: PGUSER, database: PGDATABASE, max: 8, idleTimeoutMillis: 0 })
pool.on('error', () => {})
after(() => pool.end())

/** Rows. */
export const rows = async (sql, args = []) => (await pool.query(sql, args)).rows
/** The only row. */
export const row = async (sql, args) => (await rows(sql, args))[0]
/** The only value. */
export const value = async (sql, args) => Object.values((await row(sql, args)) ?? {})[0]

/** A session of its own. */
export async function session() {
  const client = new pg.Client({ host: PGHOST, user: PGUSER, database: PGDATABASE })
  client.on('error', () => {})
  await client.connect()
  return client
}

/** Waits until `look` gives something true, and gives that. */
export async function soon(look, what = 'it', ms = 20_000) {
  const end = Date.now() + ms
  let last
  for (;;) {
    try {
      const found = await look()
      if (found) return found
      last = undefined
    } catch (e) {
      last = e
    }
    if (Date.now() > end) throw new Error(`never: ${what}${last ? ` (${last.message})` : ''}`)
    await sleep(25)
  }
}

let names = 0
/** A new organisation; gives its id. */
export const organisation = async () =>
  value('insert into orgs (name) values ($1) returning id', [`Organisation ${process.pid} ${++names}`])

/** A new endpoint: its row. */
export const endpoint = async (org, url, more = {}) => {
  const all = { org_id: org, name: 'endpoint', url, events: ['user.promoted'], ...more }
  const keys = Object.keys(all)
  return row(`insert into webhooks (${keys}) values (${keys.map((_, i) => `$${i + 1}`)}) returning *`, Object.values(all))
}

/** Queues `count` events of an organisation within one transaction; gives how many deliveries these are. */
export async function enqueue(org, data = {}, count = 1, event = 'user.promoted') {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query('select set_org_claim($1)', [org])
    const { rows: [{ n }] } = await client.query(
      'select sum(enqueue_webhook($1, $2::jsonb))::int as n from generate_series(1, $3)', [event, JSON.stringify(data), count])
    await client.query('commit')
    client.release()
    return n
  } catch (e) {
    client.release(true)
    throw e
  }
}

/** An endpoint's deliveries, oldest first. */
export const deliveries = (endpoint) => rows(
  `select d.*, status::text as status, extract(epoch from next_retry_at - attempted_at)::float8 as wait
     from webhook_deliveries d where webhook_id = $1 order by created_at, id`, [endpoint.id])
/** Its only delivery, once that has been tried. */
export const tried = (endpoint, ms) => soon(async () => {
  const [found] = await deliveries(endpoint)
  return found?.attempted_at && found
}, `an attempt at ${endpoint.url}`, ms)
/** The only delivery of a new endpoint of a new organisation, once it has been tried. */
export async function attempt(url, { data, ms, ...more } = {}) {
  const made = await endpoint(await organisation(), url, more)
  await enqueue(made.org_id, data)
  return { endpoint: made, ...(await tried(made, ms)) }
}
/** Makes an endpoint's retries due. */
export const makeDue = (endpoint) =>
  rows(`update webhook_deliveries set next_retry_at = now() where webhook_id = $1 and status = 'pending'`, [endpoint.id])

/** The worker's process; undefined while there is none. */
export const worker = () => value(
  `select pid from pg_stat_activity where backend_type = 'callcoach worker' and datname = current_database()`)
/** Sets a setting of the server's (null: as it was), and waits until new sessions and the worker have it. */
export const setting = async (name, to) => {
  await rows(to === null ? `alter system reset ${name}` : `alter system set ${name} = '${to}'`)
  await rows('select pg_reload_conf()')
  await sleep(1300)
}
/** What the server's log says from now on; gives a function that says it. */
export function log() {
  const path = `${PGHOST}/server.log`
  const from = readFileSync(path).length
  return () => readFileSync(path).subarray(from).toString()
}
/** Kilobytes of memory that a process has. */
export const memory = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1])

/** Runs scripts/cluster.sh, with the proxies that the server is to ignore, and more of an environment. */
export async function cluster(verb, more = {}) {
  const env = { ...process.env, ...Object.fromEntries(DELIVERY_PROXIES.split(' ').map((item) => item.split('='))), ...more }
  const [code] = await once(spawn(`${root}scripts/cluster.sh`, [verb, 'delivery'], { env, stdio: 'ignore' }), 'exit')
  if (code !== 0) throw new Error(`cluster.sh ${verb}: ${code}`)
}

const opened = []
after(() => opened.forEach((one) => one.close()))
let next = Math.floor(Math.random() * ports.length)
/** Lets a server listen on a port that webhooks may be sent to. */
async function listen(server, address = '127.0.0.1', port) {
  const sockets = new Set()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  for (let tries = 0; ; tries++) {
    const wanted = port ?? ports[next++ % ports.length]
    server.listen(wanted, address)
    try {
      await once(server, 'listening')
      break
    } catch (e) {
      if (e.code !== 'EADDRINUSE' || port || tries > ports.length) throw e
    }
  }
  const close = () => {
    server.close()
    sockets.forEach((socket) => socket.destroy())
  }
  opened.push({ close })
  return { port: server.address().port, close, sockets }
}
/** A port that nobody listens on. */
export async function silentPort() {
  const { port, close } = await listen(net.createServer())
  close()
  await sleep(20)
  return port
}

let paths = 0
/** A path of a receiver's own: what comes to its port on another is an earlier receiver's, tried again. */
const ownPath = () => `/${process.pid}-${++paths}/`
/** What of a request's path comes after a receiver's own, from the slash on; undefined for another's. */
const below = (path, own) => (path.startsWith(own) ? path.slice(own.length - 1) : undefined)

/** A receiver: what it has got is in `requests`; `answer(request, response)` answers, by default 200. */
export async function receiver(answer = (_, response) => response.end('ok'), { address, port, tls } = {}) {
  const requests = []
  const own = ownPath()
  const got = { requests, connections: 0, most: 0, inFlight: 0, mostInFlight: 0 }
  const take = (request, response) => {
    const url = below(request.url, own)
    if (!url) return response.writeHead(410).end()
    const chunks = []
    got.mostInFlight = Math.max(got.mostInFlight, ++got.inFlight)
    response.on('close', () => got.inFlight--)
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      const one = { at: Date.now(), method: request.method, url, headers: request.headers,
        raw: request.rawHeaders, body: Buffer.concat(chunks), id: request.headers['webhook-id'] }
      requests.push(one)
      answer(one, response, requests.length)
    })
  }
  const options = { keepAliveTimeout: 60_000 }
  const server = tls
    ? https.createServer({ ...options, key: pem(tls, 'key'), cert: pem(tls, 'pem') }, take)
    : http.createServer(options, take)
  const { sockets, ...rest } = await listen(server, address, port)
  server.on('connection', () => {
    got.connections++
    got.most = Math.max(got.most, sockets.size)
  })
  return Object.assign(got, rest, { sockets, url: `http${tls ? 's' : ''}://127.0.0.1:${rest.port}${own}` })
}
const pem = (name, ending) => readFileSync(`${DELIVERY_CERTIFICATES}/${name}.${ending}`)

/** A receiver that is given a socket, the path and the text of each request. */
export async function raw(answer, { early } = {}) {
  const own = ownPath()
  const server = net.createServer((socket) => {
    if (early) return early(socket)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      const end = text.indexOf('\r\n\r\n') + 4
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
      if (end < 4 || text.length < end + length) return
      const [request, path] = [text, below(/^POST (\S+)/.exec(text)?.[1] ?? '', own)]
      text = ''
      if (!path) return socket.end('HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n')
      answer(socket, path, request)
    })
  })
  const listening = await listen(server)
  return { ...listening, url: `http://127.0.0.1:${listening.port}${own}` }
}

/** The p-th percentile. */
export function percentile(numbers, p) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p / 100))]
}
