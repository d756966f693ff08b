import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { generator } from './load/load.ts'
import { canPin } from './measure/process.ts'

/** What was measured with: names and versions. */
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
    nginx: said('nginx', ['-v'], /nginx\/([\d.]+)/),
    HAProxy: said('haproxy', ['-v'], /version ([\d.]+)/),
    load: generator === 'wrk' ? `wrk ${said('wrk', ['-v'], /wrk (?:debian\/)?([\d.]+)/)}` : `autocannon ${versionOf('autocannon')}`,
    cores: canPin ? 'the contender on one, load and upstream on another' : 'not pinned: there is no taskset'
  }
}

function versionOf (name: string): string {
  // Not every package lets its package.json be imported.
  const path = new URL(`../../../node_modules/${name}/package.json`, import.meta.url)
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function said (program: string, args: readonly string[], pattern: RegExp): string {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  return error === undefined ? pattern.exec(stdout + stderr)?.[1] ?? 'of an unknown version' : 'not installed'
}
