import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ownCheckout } from './checkout.ts'

// node bench/dist/bench/imports.js [rounds]     how long the first import of each entry point takes, compared with @fastify/http-proxy
//
// Each import has a process of its own. The CPU time counts, the processes alternate, and times are compared within a round: the median
// hardly changes when the machine is busy.

const limit = 1.5
const peer = '@fastify/http-proxy'
const rounds = Number(process.argv[2] ?? 15)

/** The specifiers of everything that an app can import. */
function entryPoints (): string[] {
  const { name, exports } = JSON.parse(readFileSync(join(ownCheckout, 'package.json'), 'utf8')) as { name: string, exports: object }
  return Object.keys(exports).filter((subpath) => !subpath.endsWith('.json')).map((subpath) => name + subpath.slice(1))
}

/** Milliseconds of CPU time, measured in the new process: the start of Node does not count. */
function timeOf (specifier: string): number {
  const program = `
    const start = process.cpuUsage()
    await import('${specifier}')
    const { user, system } = process.cpuUsage(start)
    console.log((user + system) / 1000)`
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', program], { cwd: ownCheckout, encoding: 'utf8' }))
}

function median (values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1]!
}

const times = new Map([peer, ...entryPoints()].map((specifier) => [specifier, [] as number[]]))
for (let round = 0; round < rounds; round++) {
  for (const [specifier, measured] of times) measured.push(timeOf(specifier))
}
const ofPeer = times.get(peer)!
for (const [specifier, measured] of times) {
  const ratio = median(measured.map((time, round) => time / ofPeer[round]!))
  console.log(`${specifier.padEnd(36)} ${median(measured).toFixed(1).padStart(7)} ms  ${ratio.toFixed(2)}x`)
  if (ratio > limit) process.exitCode = 1
}
