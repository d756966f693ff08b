// npm run demo              sends the seven requests and prints which version served each
// npm run demo -- --json    the same as JSON
// Exits with 1 if a result is not the expected one.
import type { VersionDecision } from 'fastify-version-gateway'
import { startCluster } from './cluster.ts'
import { type Scenario, scenarios } from './scenarios.ts'
import { printTable, type Row } from './table.ts'

let decision: VersionDecision | null = null
const cluster = await startCluster((made) => { decision = made })
const gateway = await cluster.listen(0)

const rows: Row[] = []
for (const scenario of scenarios(cluster.token)) rows.push(await run(scenario))
await cluster.close()

if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2))
else printTable(rows)
process.exitCode = rows.every(({ ok }) => ok) ? 0 : 1

async function run ({ request, headers, expected }: Scenario): Promise<Row> {
  decision = null
  const response = await fetch(`${gateway}/orders`, { headers })
  const { servedBy = null, code, detail } = await response.json() as { servedBy?: string, code?: string, detail?: string }
  const why = decision === null ? `${code}: ${detail}` : explain(decision)
  return { request, expected, servedBy, status: response.status, why, ok: expected === (servedBy ?? String(response.status)) }
}

function explain ({ tier, source, overridden }: VersionDecision): string {
  const outranked = overridden.map(({ source, id }) => `, outranks ${source} = ${id}`).join('')
  return tier === 'default' ? 'default: no override and no pin' : `${tier} by ${source}${outranked}`
}
