import { execFileSync } from 'node:child_process'

// node bench/dist/bench/imports.js [rounds]     how long the first import of each entry point takes, beside @fastify/http-proxy
//
// Each import has a process of its own. The processes alternate, so that a disturbance of the machine hits all of them.

const peer = '@fastify/http-proxy'
const entryPoints = ['fastify-version-gateway', ...['observe', 'admin', 'standalone'].map((name) => `fastify-version-gateway/${name}`)]
const rounds = Number(process.argv[2] ?? 15)

/** Milliseconds, measured in the new process: the start of Node does not count. */
function timeOf (specifier: string): number {
  const program = `const start = performance.now(); await import('${specifier}'); console.log(performance.now() - start)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { encoding: 'utf8' }))
}

function median (times: readonly number[]): number {
  return times.toSorted((one, other) => one - other)[times.length >> 1]!
}

const times = new Map([peer, ...entryPoints].map((specifier) => [specifier, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  for (const [specifier, measured] of times) measured.push(timeOf(specifier))
}
const ofPeer = median(times.get(peer)!)
for (const [specifier, measured] of times) {
  console.log(`${specifier.padEnd(36)} ${median(measured).toFixed(1).padStart(7)} ms  ${(median(measured) / ofPeer).toFixed(2)}x`)
}
if (entryPoints.some((specifier) => median(times.get(specifier)!) > 1.5 * ofPeer)) process.exitCode = 1
