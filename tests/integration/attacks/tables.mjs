// The tables that belong to organisations: how a row of each is written, changed, moved and hit by an upsert.
import { randomUUID } from 'node:crypto'
import { A, B } from './world.mjs'

const values = (row) => `(${Object.keys(row)}) values (${Object.values(row).map((value) => `'${value}'`)})`
const SUMS = { attempts: 1, duration_sum: 0, duration_count: 0, score_sum: 0 }
const MONTH = { ...SUMS, talk_count: 0, talk_percent_sum: 0 }
const SCENARIO = { ...SUMS, score_square_sum: 0, scores: '' }
/** The defaults are the extension's to make. */
const ids = () => ({ id: randomUUID(), idempotency_key: randomUUID() })
const secret = 'a secret of the attacker'

/**
 * - member: what a member holds on it beside SELECT
 * - set: a change of a row
 * - row: a row for an organisation, where one can be inserted alone
 * - move: which row of the own organisation can go, and what must change with it
 * - upsert: the row and key that meet one of b
 */
export const TABLES = {
  orgs: {
    column: 'id',
    member: 'update',
    set: `name = 'stolen'`,
    upsert: [{ id: B.org, name: 'stolen' }, 'id']
  },
  org_members: {
    member: 'insert, update, delete',
    set: `metadata = '{"stolen": 1}'`,
    keep: `role <> 'admin'`,
    row: (o) => ({ org_id: o.org, user_id: 'user_stolen', role: 'trainee' }),
    move: [`user_id = '${A.second}'`],
    upsert: [{ org_id: B.org, user_id: B.trainee, role: 'hr' }, 'org_id, user_id']
  },
  scenarios: {
    member: 'insert, update, delete',
    set: `title = 'stolen'`,
    row: (o) => ({ org_id: o.org, title: 'stolen' }),
    move: [`id = '${A.draft}'`],
    upsert: [{ id: B.scenario, org_id: A.org, title: 'stolen' }, 'id']
  },
  tracks: {
    member: 'insert, update, delete',
    set: `title = 'stolen'`,
    row: (o) => ({ org_id: o.org, title: 'stolen' }),
    move: [`id = '${A.spareTrack}'`],
    upsert: [{ id: B.track, org_id: A.org, title: 'stolen' }, 'id']
  },
  track_scenarios: {
    member: 'insert, update, delete',
    set: 'position = 77',
    row: (o) => ({ org_id: o.org, track_id: o.track, scenario_id: o.draft, position: 9 }),
    move: [`track_id = '${A.track}'`, `track_id = '${B.track}', scenario_id = '${B.draft}'`],
    upsert: [
      { org_id: B.org, track_id: B.track, scenario_id: B.scenario, position: 1 },
      'org_id, track_id, scenario_id'
    ]
  },
  assignments: {
    member: 'insert, update, delete',
    set: 'required = false',
    row: (o) => ({ org_id: o.org, assignee_user_id: 'user_stolen', type: 'scenario', scenario_id: o.scenario }),
    move: [`id = '${A.teamAssignment}'`, `scenario_id = '${B.scenario}'`],
    upsert: [
      { id: B.assignment, org_id: A.org, assignee_user_id: 'user_stolen', type: 'track', track_id: A.track },
      'id'
    ]
  },
  track_completion_events: {
    member: '',
    set: `user_id = 'user_stolen'`,
    row: (o) => ({ org_id: o.org, assignment_id: o.assignment, track_id: o.track, user_id: 'user_stolen' }),
    move: ['true', `assignment_id = '${B.assignment}'`],
    upsert: [
      { org_id: B.org, assignment_id: B.assignment, track_id: B.track, user_id: B.trainee },
      'org_id, assignment_id, track_id, user_id'
    ]
  },
  scenario_attempts: {
    member: 'insert, delete',
    set: `feedback_text = 'stolen'`,
    row: (o) => ({ org_id: o.org, user_id: A.trainee }),
    move: [`id = '${A.openAttempt}'`, 'scenario_id = null'],
    upsert: [{ id: B.openAttempt, org_id: A.org, user_id: A.trainee }, 'id']
  },
  webhooks: {
    member: 'insert, update, delete',
    set: `url = 'https://stolen.example'`,
    row: (o) => ({
      org_id: o.org,
      name: 'stolen',
      url: 'https://stolen.example',
      secret,
      events: '{scenario.completed}'
    }),
    move: [`id = '${A.spareWebhook}'`],
    upsert: [
      { id: B.webhook, org_id: A.org, name: 'stolen', url: 'https://stolen.example', secret, events: '{user.added}' },
      'id'
    ]
  },
  webhook_deliveries: {
    member: '',
    set: `status = 'pending'`,
    row: (o) => ({ ...ids(), org_id: o.org, webhook_id: o.webhook, event: 'user.added', payload: '{}', body: '{}' }),
    move: ['true', `webhook_id = '${B.webhook}'`]
  },
  fact_scenario_attempts: {
    member: '',
    set: 'score = 100',
    row: (o) => ({ attempt_id: A.openAttempt, org_id: o.org, user_id: A.trainee }),
    move: ['true'],
    upsert: [{ attempt_id: B.attempt, org_id: A.org, user_id: A.trainee }, 'attempt_id']
  },
  fact_kpi_events: {
    member: '',
    set: 'timestamp_ms = 7',
    row: (o) => ({ id: randomUUID(), org_id: o.org, user_id: A.trainee, event_type: 'filler_word' }),
    move: ['true', 'attempt_id = null']
  },
  dim_orgs: {
    member: '',
    set: `name = 'stolen'`,
    upsert: [{ org_id: B.org, name: 'stolen' }, 'org_id']
  },
  dim_users: {
    member: '',
    set: `role = 'admin'`,
    row: (o) => ({ org_id: o.org, user_id: 'user_stolen' }),
    move: [`user_id = '${A.hr}'`],
    upsert: [{ org_id: B.org, user_id: B.trainee }, 'org_id, user_id']
  },
  dim_scenarios: {
    member: '',
    set: `title = 'stolen'`,
    row: (o) => ({ org_id: o.org, scenario_id: A.openAttempt }),
    move: ['true'],
    upsert: [{ org_id: B.org, scenario_id: B.scenario }, 'org_id, scenario_id']
  },
  dim_tracks: {
    member: '',
    set: `title = 'stolen'`,
    row: (o) => ({ org_id: o.org, track_id: A.openAttempt }),
    move: ['true'],
    upsert: [{ org_id: B.org, track_id: B.track }, 'org_id, track_id']
  },
  reporting_deltas: {
    member: '',
    set: 'new_score = 100',
    row: (o) => ({ org_id: o.org, new_user_id: A.trainee, new_score: 100 }),
    move: ['true']
  },
  reporting_folds: {
    member: '',
    set: 'changes = 77',
    row: (o) => ({ org_id: o.org, kind: 'fold', started_at: '2025-09-01', finished_at: '2025-09-01', changes: 1 }),
    move: ['true']
  },
  rollup_user_months: {
    member: '',
    set: 'attempts = 77',
    row: (o) => ({ org_id: o.org, user_id: 'user_stolen', month: '2025-01-01', ...MONTH }),
    move: [`user_id = '${A.trainee}'`],
    upsert: [{ org_id: B.org, user_id: B.trainee, month: '2025-09-01 00:00Z', ...MONTH }, 'org_id, month, user_id']
  },
  rollup_orgs: {
    member: '',
    set: 'attempts = 77',
    upsert: [{ org_id: B.org, attempts: 1, active_users: 1, score_count: 0, score_sum: 0 }, 'org_id']
  },
  rollup_org_users: {
    member: '',
    set: 'attempts = 77',
    row: (o) => ({ org_id: o.org, user_id: 'user_stolen', attempts: 1 }),
    move: [`user_id = '${A.trainee}'`],
    upsert: [{ org_id: B.org, user_id: B.trainee, attempts: 1 }, 'org_id, user_id']
  },
  rollup_org_hours: {
    member: '',
    set: 'attempts = 77',
    row: (o) => ({ org_id: o.org, hour: '2025-01-01', attempts: 1, ended_at: '{}' }),
    move: ['true'],
    upsert: [{ org_id: B.org, hour: B.hour, attempts: 1, ended_at: '{}' }, 'org_id, hour']
  },
  rollup_scenarios: {
    member: '',
    set: 'attempts = 77',
    row: (o) => ({ org_id: o.org, scenario_id: A.openAttempt, ...SCENARIO }),
    move: [`scenario_id = '${A.scenario}'`],
    upsert: [{ org_id: B.org, scenario_id: B.scenario, ...SCENARIO }, 'org_id, scenario_id']
  }
}
for (const spec of Object.values(TABLES)) spec.column ??= 'org_id'

export const insertInto = (table, row) => `insert into ${table} ${values(row)}`
