// Sends callcoach's webhooks from outside the database: claim, send, settle, until nothing is due. It needs no
// secret of any endpoint: the headers come signed.

/** What claim_webhook_deliveries gives. */
export type Delivery = {
  delivery_id: string
  claim: string
  url: string
  headers: Record<string, string>
  body: string
  attempt: number
  timeout_ms: number
}

/** What settle_webhook_delivery takes. */
type Ending = {
  status?: number
  body?: string
  error?: string
  retry_after?: string | null
  duration_ms: number
}

/** As much of supabase-js as is needed; its client must have the service role. */
type Client = {
  rpc(name: string, args: object): PromiseLike<{ data: any; error: { code: string; message: string } | null }>
}

export type Options = {
  /** When to stop, in milliseconds since 1970. */
  until: number
  /** As many deliveries are claimed, and sent at once. */
  batch?: number
}

/** The most of a response's body that is read, in bytes. */
const READ = 16 * 1024

/** Sends what is due; returns how many deliveries came to what. */
export async function sendDue(client: Client, { until, batch = 20 }: Options): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  while (Date.now() < until) {
    // The lease is longer than an attempt may take: nobody else sends them meanwhile.
    const { data, error } = await client.rpc('claim_webhook_deliveries', { max_deliveries: batch, lease: '3 minutes' })
    if (error) throw new Error(`claim_webhook_deliveries: ${error.code} ${error.message}`)
    if (data.length === 0) break
    const outcomes = await Promise.all(data.map((delivery: Delivery) => sendOne(client, delivery)))
    for (const outcome of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1
  }
  return counts
}

/** Sends one and settles it; never throws. */
async function sendOne(client: Client, delivery: Delivery): Promise<string> {
  const ending = await attempt(delivery)
  // Settling may be repeated; what is never settled is sent again after the lease, under the same webhook-id.
  for (let left = 3; left > 0; left--) {
    const { data, error } = await client
      .rpc('settle_webhook_delivery', { delivery_id: delivery.delivery_id, claim: delivery.claim, ...ending })
      .then((answer) => answer, (cause) => ({ data: null, error: { code: '', message: String(cause) } }))
    if (!error) return data[0].outcome
    // The lease ended and somebody else has it, or its endpoint was deleted.
    if (error.code === 'PT409' || error.code === 'PT404') return 'lost'
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  return 'unsettled'
}

/** One request. Redirects are not followed: they are failures. */
async function attempt({ url, headers, body, timeout_ms }: Delivery): Promise<Ending> {
  const began = Date.now()
  try {
    const signal = AbortSignal.timeout(timeout_ms)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    const text = await beginning(response).catch(() => '')
    return {
      status: response.status,
      body: text,
      retry_after: response.headers.get('retry-after'),
      duration_ms: Date.now() - began
    }
  } catch (cause) {
    return { error: why(cause), duration_ms: Date.now() - began }
  }
}

/** The beginning of a response's body; the rest is left unread. */
async function beginning(response: Response): Promise<string> {
  if (!response.body) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let read = 0; read < READ; ) {
    const { done, value } = await reader.read()
    if (done) break
    read += value.length
    text += decoder.decode(value, { stream: true })
  }
  await reader.cancel().catch(() => undefined)
  // PostgreSQL's text takes no NUL.
  return text.slice(0, READ).replaceAll('\0', '\ufffd')
}

/** The innermost message says most; a URL is in none. */
function why(cause: any): string {
  if (cause?.name === 'TimeoutError') return 'no response in time'
  let inner = cause
  while (inner?.cause) inner = inner.cause
  return String(inner?.code ?? inner?.message ?? 'the request failed')
}
