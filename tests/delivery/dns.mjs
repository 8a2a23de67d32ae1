// A name server for the tests: what a name leads to is said by a function, each time anew.
import dgram from 'node:dgram'
import { once } from 'node:events'
import { after } from 'node:test'

const opened = []
after(() => opened.forEach((server) => server.close()))

const TYPES = { 1: 'A', 5: 'CNAME', 28: 'AAAA' }
const name = (text) => Buffer.concat([
  ...text.split('.').filter(Boolean).map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])), Buffer.from([0])])
const data = {
  A: (value) => Buffer.from(value.split('.').map(Number)),
  // Written out in full, or ::1.
  AAAA: (value) => value === '::1' ? Buffer.from([...Array(15).fill(0), 1])
    : Buffer.from(value.split(':').flatMap((part) => [parseInt(part, 16) >> 8, parseInt(part, 16) & 255])),
  CNAME: name
}

/**
 * Serves DNS. `answers[host](type, times)` gives a list of [type, value, owner, ttl] for the question, an rcode, or
 * null for silence; `times` counts the host's questions of that type. `asked` has what was asked for.
 */
export async function nameServer(answers, address = '127.0.0.1', port = Number(process.env.DELIVERY_DNS_PORT)) {
  const asked = []
  const server = dgram.createSocket('udp4')
  server.on('message', (query, from) => {
    const labels = []
    let at = 12
    while (query[at]) {
      labels.push(query.subarray(at + 1, at + 1 + query[at]).toString())
      at += query[at] + 1
    }
    const host = labels.join('.').toLowerCase()
    const type = TYPES[query.readUInt16BE(at + 1)]
    asked.push(`${host} ${type}`)
    const found = answers[host]?.(type, asked.filter((one) => one === `${host} ${type}`).length) ?? (host in answers ? null : 3)
    if (found === null) return
    const records = Array.isArray(found) ? found.map(([type, value, owner = host, ttl = 0]) => {
      const fixed = Buffer.alloc(10)
      fixed.writeUInt16BE(Number(Object.keys(TYPES).find((n) => TYPES[n] === type)), 0)
      fixed.writeUInt16BE(1, 2)
      fixed.writeUInt32BE(ttl, 4)
      fixed.writeUInt16BE(data[type](value).length, 8)
      return Buffer.concat([name(owner), fixed, data[type](value)])
    }) : []
    const head = Buffer.from(query.subarray(0, 12))
    head[2] = 0x84 | (query[2] & 1)
    head[3] = 0x80 | (Array.isArray(found) ? 0 : found)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(records.length, 6)
    head.writeUInt32BE(0, 8)
    server.send(Buffer.concat([head, query.subarray(12, at + 5), ...records]), from.port, from.address)
  })
  server.bind(port, address)
  await once(server, 'listening')
  opened.push(server)
  return { asked }
}
