// What there is to get of organisation b, whoever asks.
import { B } from './world.mjs'

/** What the claim alone opens, and what it opens to a member: rows of b. */
export const loot = async (s) => {
  for (const table of ['notes', 'scenarios', 'webhooks', 'scenario_attempts']) {
    const [row] = await s.tryRows(`select * from ${table} where org_id = '${B.org}' limit 1`)
    if (row) return `${table}: ${JSON.stringify(row)}`
  }
  return null
}
/** Gives what there is after each of these, tried one after the other. */
export const after = async (s, tries, refusals) => {
  for (const [sql, params] of tries) {
    await s.try(sql, params, refusals)
    const got = await loot(s)
    if (got) return `${sql}: ${got}`
  }
  return null
}

/** Two answers that should be the same to whoever must not learn the difference: [sql, the id in it] of each. */
export const differ = async (s, sqls) => {
  const answers = []
  for (const [sql, id] of sqls) answers.push(await s.answer(sql, [], id))
  return answers[0] === answers[1] ? null : answers.join('\n')
}
