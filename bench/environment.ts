import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { ownCheckout } from './checkout.ts'
import { generator } from './load/load.ts'
import { canPin } from './measure/process.ts'

/** The machine and the versions of everything that takes part. */
export function environment (): Record<string, string> {
  const [cpu] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} x ${cpu!.model.trim()}, Linux ${release().split('-')[0]!}`,
    node: process.version,
    undici: versionOf('undici'),
    fastify: versionOf('fastify'),
    '@fastify/http-proxy': versionOf('@fastify/http-proxy'),
    '@fastify/jwt': versionOf('@fastify/jwt'),
    'http-proxy': versionOf('http-proxy'),
    httpxy: versionOf('httpxy'),
    'http-proxy-3': versionOf('http-proxy-3'),
    nginx: reportedVersion('nginx', ['-v'], /nginx\/([\d.]+)/),
    HAProxy: reportedVersion('haproxy', ['-v'], /version ([\d.]+)/),
    load: generator === 'wrk' ? `wrk ${reportedVersion('wrk', ['-v'], /wrk (?:debian\/)?([\d.]+)/)}` : `autocannon ${versionOf('autocannon')}`,
    cores: canPin ? 'contender on one, load and upstream on the other' : 'not pinned: taskset is not installed'
  }
}

function versionOf (name: string): string {
  // Not every package exports its package.json.
  const path = join(ownCheckout, 'node_modules', name, 'package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function reportedVersion (program: string, args: readonly string[], pattern: RegExp): string {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  return error === undefined ? pattern.exec(stdout + stderr)?.[1] ?? 'unknown version' : 'not installed'
}
