import type { VersionsConfig } from '../../types/index.ts'
import { checkTls } from '../config/check-pem.ts'
import type { Path, Problems } from '../problems/config-problems.ts'
import type { LoadedFile } from './loaded-file.ts'
import { isObject } from '../shared/is-object.ts'
import type { ReferencedFiles } from './referenced-files.ts'

/** Replaces file names with the files' PEM. Any value that is not PEM itself is a file name. */
export async function inlineCertificates (problems: Problems, file: LoadedFile, referenced: ReferencedFiles): Promise<LoadedFile> {
  const { server, versions } = file
  const entries = Object.entries(Object(versions) as VersionsConfig).map(async ([id, version]) => {
    const upstream = Object(version).upstream as unknown
    if (!isObject(upstream) || !isObject(upstream.tls)) return [id, version]
    return [id, { ...version, upstream: { ...upstream, tls: await inlinePem(problems, ['versions', id, 'upstream', 'tls'], upstream.tls, referenced) } }]
  })
  const read = isObject(versions) ? { ...file, versions: Object.fromEntries(await Promise.all(entries)) as VersionsConfig } : file
  if (isObject(server?.tls)) {
    const tls = await inlinePem(problems, ['server', 'tls'], server.tls, referenced)
    checkTls(problems, ['server', 'tls'], tls)
    return { ...read, server: { ...server, tls } as LoadedFile['server'] & object }
  }
  if (server?.http2 === true) problems.add(['server', 'http2'], 'needs server.tls: HTTP/2 is negotiated in the TLS handshake.')
  return read
}

async function inlinePem<Tls extends object> (problems: Problems, path: Path, tls: Tls, referenced: ReferencedFiles): Promise<Tls> {
  const entries = Object.entries(tls).map(async ([name, value]: [string, unknown]) => {
    const isFile = typeof value === 'string' && name !== 'servername' && !value.includes('-----BEGIN')
    return [name, isFile ? await referenced.read(problems, [...path, name], value, (pem) => pem) : value]
  })
  return Object.fromEntries(await Promise.all(entries)) as Tls
}
