import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { readSetting } from '../measure/setting.ts'
import type { Load, LoadResult } from './load.ts'

const { port, traffic, connections, seconds } = readSetting<Load & { port: number }>()
const { method, path, headers, bodyBytes, tokens } = traffic
const lines = tokens === null ? [] : readFileSync(tokens, 'utf8').split('\n')
const body = bodyBytes > 0 ? Buffer.alloc(bodyBytes, 'x') : undefined
const requests = lines.map((token) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }))

// Each connection sends its share of the tokens. Copying the full list for every connection takes autocannon longer than a round.
let connectionIndex = 0
function setupClient (client: autocannon.Client): void {
  const share = requests.filter((_, index) => index % connections === connectionIndex)
  if (share.length > 0) client.setRequests(share)
  connectionIndex++
}

const { requests: sent, duration, errors, non2xx } = await autocannon({
  url: `http://127.0.0.1:${port}${path}`, method, headers, connections, duration: seconds, setupClient, ...body !== undefined && { body }
})
if (errors + non2xx > 0) throw new Error(`${traffic.name}: ${errors} errors, ${non2xx} responses that were not successful`)
console.log(JSON.stringify({ requests: sent.total, seconds: duration } satisfies LoadResult))
