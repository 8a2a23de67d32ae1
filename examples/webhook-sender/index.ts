// A Supabase Edge Function that sends what is due: to be called each minute, by pg_cron and pg_net or any scheduler.
import { createClient } from 'npm:@supabase/supabase-js@2'
import { sendDue } from './sender.ts'

const client = createClient(Deno.env.get('SUPABASE_URL')!, Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')!, {
  auth: { persistSession: false, autoRefreshToken: false }
})

Deno.serve(async (request: Request) => {
  // Whoever may call it: the service role's key alone.
  if (request.headers.get('authorization') !== `Bearer ${Deno.env.get('SUPABASE_SERVICE_ROLE_KEY')}`) {
    return new Response('forbidden', { status: 403 })
  }
  return Response.json(await sendDue(client, { until: Date.now() + 50_000 }))
})
