import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Process } from '../measure/process.ts'
import type { Load, LoadResult } from './load.ts'

export const hasWrk = spawnSync('wrk', ['-v']).error === undefined

/** Runs wrk with one thread. @throws Error if a response is not successful or a socket fails */
export async function loadWithWrk (port: number, { traffic, connections, seconds, folder }: Load): Promise<LoadResult> {
  const script = join(folder, `${traffic.name}.lua`)
  await writeFile(script, luaFor(traffic))
  const command = ['wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, `http://127.0.0.1:${port}${traffic.path}`]
  const text = await new Process('wrk', 'load', command).output()
  const failure = /Non-2xx.*|Socket errors: (?!connect 0, read 0, write 0, timeout 0).*/.exec(text)
  if (failure !== null) throw new Error(`${traffic.name}: ${failure[0]}`)
  const [, requests, time, unit] = /(\d+) requests in ([\d.]+)(ms|s|m)/.exec(text) ?? []
  return { requests: Number(requests), seconds: Number(time) * { ms: 0.001, s: 1, m: 60 }[unit!]! }
}

/** The Lua script formats all requests once, before wrk sends the first. */
function luaFor ({ method, headers, bodyBytes, tokens }: Load['traffic']): string {
  const fields = Object.entries(headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  return `wrk.method = "${method}"
${fields.join('\n')}
${bodyBytes > 0 ? `wrk.body = string.rep("x", ${bodyBytes})` : ''}
${tokens === null
  ? ''
  : `local requests, at = {}, 0
init = function (args)
  for token in io.lines(${JSON.stringify(tokens)}) do
    wrk.headers["authorization"] = "Bearer " .. token
    requests[#requests + 1] = wrk.format()
  end
end
request = function ()
  at = at % #requests + 1
  return requests[at]
end`}
`
}
