import { readFileSync } from 'node:fs'
import autocannon from 'autocannon'
import { readSetting } from '../measure/setting.ts'
import type { Load, Loaded } from './load.ts'

const { port, traffic, connections, seconds } = readSetting<Load & { port: number }>()
const { method, path, headers, bodyBytes, tokens } = traffic
const lines = tokens === null ? [] : readFileSync(tokens, 'utf8').split('\n')
const body = bodyBytes > 0 ? Buffer.alloc(bodyBytes, 'x') : undefined
const each = lines.length === 0 ? [{}] : lines.map((token) => ({ headers: { ...headers, authorization: `Bearer ${token}` } }))

const { requests, duration, errors, non2xx } = await autocannon({
  url: `http://127.0.0.1:${port}${path}`, method, headers, connections, duration: seconds, ...body !== undefined && { body }, requests: each
})
if (errors + non2xx > 0) throw new Error(`${traffic.name}: ${errors} errors, ${non2xx} answers that are no success`)
console.log(JSON.stringify({ requests: requests.total, seconds: duration } satisfies Loaded))
