import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createSecureContext, type SecureContextOptions } from 'node:tls'
import type { ConfigFileOptions, GatewayOptions, GatewayPlugin, ResolverFile, VersionResolver, VersionsConfig } from '../../types/index.ts'
import { checkGateway } from '../config/check-gateway.ts'
import { checkShape } from '../config/check-shape.ts'
import { isConfigInvalid, type Path, pathOf, Problems } from '../config/problems.ts'
import { type ConfigFile, type FileProblem, importDefault, readConfigFile } from './config-file.ts'
import { fileSchema } from './file-schema.ts'
import { toResolver } from './to-resolver.ts'

/** A config that a gateway can be made of. */
export interface LoadedConfig {
  /** With certificates and keys in the place of the names of their files. */
  readonly file: ConfigFileOptions
  readonly gateway: GatewayOptions & { prefix?: string }
  readonly plugin: GatewayPlugin
}

/** Everything that is wrong in a config file. */
export class ConfigFileInvalid extends Error {
  readonly file: string
  readonly problems: readonly FileProblem[]

  constructor (file: string, problems: readonly FileProblem[]) {
    const inOrder = problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0))
    super(inOrder.map(({ line, column, message }) => `${file}${line === null ? '' : `:${line}:${column}`} ${message}`).join('\n'))
    this.file = file
    this.problems = inOrder
  }
}

/**
 * Reads and checks a config file, all of it.
 *
 * @param environment variables that it may name
 * @throws ConfigFileInvalid with every problem, each with its line
 */
export async function loadConfig (file: string, environment: NodeJS.ProcessEnv = process.env): Promise<LoadedConfig> {
  const absolute = resolve(file)
  const folder = dirname(absolute)
  const read = await readOrRefuse(file, () => readConfigFile(absolute, environment))
  if (read.problems.length > 0) throw new ConfigFileInvalid(file, read.problems)
  const problems = new Problems()
  checkShape(problems, fileSchema, read.value)
  // What has the wrong shape cannot be made anything of.
  throwLocated(file, read, problems)

  const said = read.value as ConfigFileOptions
  const options = await withCertificates(problems, said, folder)
  const plugin = options.plugin === undefined
    ? {}
    : await readOrRefuse(file, async () => await importDefault(resolve(folder, options.plugin!)) as GatewayPlugin)
  const gateway = toGateway(problems, options, plugin)
  checkMeaning(problems, gateway)
  throwLocated(file, read, problems)
  return { file: options, gateway, plugin }
}

function checkMeaning (problems: Problems, gateway: LoadedConfig['gateway']): void {
  try {
    checkGateway(gateway)
  } catch (error) {
    if (!isConfigInvalid(error)) throw error
    for (const problem of error.problems) problems.add(pathOf(problem), problem.message)
  }
}

async function readOrRefuse<Value> (file: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (error) {
    throw new ConfigFileInvalid(file, [{ line: null, column: null, message: (error as Error).message }])
  }
}

function throwLocated (file: string, read: ConfigFile, problems: Problems): void {
  const found = problems.list()
  if (found.length > 0) throw new ConfigFileInvalid(file, found.map((problem) => located(read, pathOf(problem), `${problem.path}: ${problem.message}`)))
}

function located (read: ConfigFile, path: Path, message: string): FileProblem {
  return { ...read.locate(path), message }
}

/** What is not PEM itself is the name of a file that has it. */
async function withCertificates (problems: Problems, said: ConfigFileOptions, folder: string): Promise<ConfigFileOptions> {
  const { server, versions } = said
  const entries = Object.entries(versions).map(async ([id, version]) => {
    const { upstream } = version
    if (typeof upstream === 'string' || upstream.tls === undefined) return [id, version]
    return [id, { ...version, upstream: { ...upstream, tls: await withPem(problems, ['versions', id, 'upstream', 'tls'], upstream.tls, folder) } }]
  })
  const read = { ...said, versions: Object.fromEntries(await Promise.all(entries)) as VersionsConfig }
  if (server?.tls !== undefined) return { ...read, server: { ...server, tls: await withPem(problems, ['server', 'tls'], server.tls, folder) } }
  if (server?.http2 === true) problems.add(['server', 'http2'], 'needs server.tls: clients agree on HTTP/2 while they set up TLS.')
  return read
}

async function withPem<Tls extends object> (problems: Problems, path: Path, tls: Tls, folder: string): Promise<Tls> {
  const entries = Object.entries(tls).map(async ([name, value]: [string, unknown]) => {
    const isFile = typeof value === 'string' && name !== 'servername' && !value.includes('-----BEGIN')
    return [name, isFile ? await pemOf(problems, [...path, name], resolve(folder, value)) : value]
  })
  const read = Object.fromEntries(await Promise.all(entries)) as Tls & SecureContextOptions
  // What cannot be read has been told of.
  if (!Object.values(read).includes(undefined)) checkPair(problems, path, read)
  return read
}

function checkPair (problems: Problems, path: Path, { cert, key }: SecureContextOptions): void {
  try {
    createSecureContext({ cert, key })
  } catch (error) {
    problems.add(path, `is no certificate with its private key: ${(error as Error).message}`)
  }
}

async function pemOf (problems: Problems, path: Path, file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').catch((error: Error) => {
    problems.add(path, error.message)
    return undefined
  })
}

function toGateway (problems: Problems, options: ConfigFileOptions, plugin: GatewayPlugin): LoadedConfig['gateway'] {
  const { server, discovery, metrics, health, admin, plugin: _file, $schema, resolve: choice = {}, ...rest } = options
  const resolvers = (path: Path, files: readonly ResolverFile[] = []): VersionResolver[] =>
    files.map((file, index) => toResolver(problems, [...path, index], file, plugin)).filter((resolver) => resolver !== null)
  const { override = [], pin = [], ...others } = choice
  const strong = 'resolvers' in override
    ? { ...override, resolvers: resolvers(['resolve', 'override', 'resolvers'], override.resolvers) }
    : resolvers(['resolve', 'override'], override)
  return { ...rest, resolve: { ...others, override: strong, pin: resolvers(['resolve', 'pin'], pin) } } as LoadedConfig['gateway']
}
