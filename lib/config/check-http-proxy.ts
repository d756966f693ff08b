import type { UpstreamOptions, VersionsConfig } from '../../types/index.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** Checks that @fastify/http-proxy can forward to every version without losing protection. */
export function checkHttpProxy (problems: Problems, versions: VersionsConfig): void {
  for (const [id, { upstream }] of Object.entries(versions)) {
    const path = ['versions', id, 'upstream']
    const options: UpstreamOptions = typeof upstream === 'string' ? { targets: upstream } : upstream
    for (const target of [options.targets].flat()) checkTarget(problems, path, target, options)
    if (options.tls !== undefined) {
      problems.add([...path, 'tls'], 'has no effect with @fastify/http-proxy. Remove it, and pass the option undici: { connect: { ... } } to @fastify/http-proxy.')
    }
    if (options.dispatcher !== undefined) {
      problems.add([...path, 'dispatcher'], 'has no effect with @fastify/http-proxy. Remove it, and pass the option undici to @fastify/http-proxy.')
    }
    if ((options.maxRequestBytes ?? 0) > 0) {
      problems.add([...path, 'maxRequestBytes'], '@fastify/http-proxy does not enforce it. Remove it, or forward with proxyVersions.')
    }
  }
}

function checkTarget (problems: Problems, path: Path, target: string, { http2 = false }: UpstreamOptions): void {
  if (target.startsWith('unix+')) {
    problems.add([...path, 'targets'], `${show(target)} is a Unix socket, which @fastify/http-proxy cannot use for several versions. Use a TCP address, or forward with proxyVersions.`)
  } else if (http2 && target.startsWith('http:')) {
    problems.add([...path, 'http2'], `@fastify/http-proxy cannot use HTTP/2 for several versions, and ${show(target)} speaks nothing else. Forward with proxyVersions.`)
  }
}
