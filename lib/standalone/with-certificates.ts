import { resolve } from 'node:path'
import type { VersionsConfig } from '../../types/index.ts'
import { checkTls } from '../config/check-pem.ts'
import type { Path, Problems } from '../problems/config-problems.ts'
import type { Files } from './files.ts'
import type { LoadedFile, Reading } from './loaded-file.ts'

/** Replaces file names with the files' PEM. Any value that is not PEM itself is a file name. */
export async function withCertificates (problems: Problems, said: LoadedFile, reading: Reading): Promise<LoadedFile> {
  const { server, versions } = said
  const entries = Object.entries(versions).map(async ([id, version]) => {
    const { upstream } = version
    if (typeof upstream === 'string' || upstream.tls === undefined) return [id, version]
    return [id, { ...version, upstream: { ...upstream, tls: await withPem(problems, ['versions', id, 'upstream', 'tls'], upstream.tls, reading) } }]
  })
  const read = { ...said, versions: Object.fromEntries(await Promise.all(entries)) as VersionsConfig }
  if (server?.tls !== undefined) {
    const tls = await withPem(problems, ['server', 'tls'], server.tls, reading)
    checkTls(problems, ['server', 'tls'], tls)
    return { ...read, server: { ...server, tls } }
  }
  if (server?.http2 === true) problems.add(['server', 'http2'], 'needs server.tls: clients agree on HTTP/2 while they set up TLS.')
  return read
}

async function withPem<Tls extends object> (problems: Problems, path: Path, tls: Tls, { folder, files }: Reading): Promise<Tls> {
  const entries = Object.entries(tls).map(async ([name, value]: [string, unknown]) => {
    const isFile = typeof value === 'string' && name !== 'servername' && !value.includes('-----BEGIN')
    return [name, isFile ? await pemOf(problems, [...path, name], resolve(folder, value), files) : value]
  })
  return Object.fromEntries(await Promise.all(entries)) as Tls
}

async function pemOf (problems: Problems, path: Path, file: string, files: Files): Promise<string | undefined> {
  return await files.read(file).catch((error: Error) => {
    problems.add(path, error.message)
    return undefined
  })
}
