import { dirname, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { ConfigFileOptions, GatewayPlugin, ResolverConfig } from '../../types/config-file.ts'
import type { GatewayOptions, VerifyIdentityOptions, VersionResolver } from '../../types/index.ts'
import { checkAccessLog } from '../config/check-access-log.ts'
import { checkExternalChecks, checkNamedChecks } from '../config/check-external-checks.ts'
import { findGatewayProblems } from '../config/check-gateway.ts'
import { checkLimits } from '../config/check-limits.ts'
import { checkShape } from '../config/check-shape.ts'
import { type Path, Problems } from '../problems/config-problems.ts'
import { checkRequiredKeys } from '../config/check-required-keys.ts'
import { checkListening } from './check-listening.ts'
import { checkPaths } from './check-paths.ts'
import { defaultExport, readConfigFile } from './config-file.ts'
import { fileSchema } from './file-schema.ts'
import { FileReader } from './file-reader.ts'
import { ProblemCollector } from './problem-collector.ts'
import { inlineIdentityFiles } from './inline-identity-files.ts'
import { type LoadedFile, sections } from './loaded-file.ts'
import { ReferencedFiles } from './referenced-files.ts'
import { inlineCertificates } from './inline-certificates.ts'
import { toResolver } from './to-resolver.ts'
import type { ConfigFile, FileProblem } from './yaml-file.ts'

/** A valid config. */
export interface LoadedConfig {
  /** The file, in which certificates and keys have replaced the names of their files. */
  readonly file: LoadedFile
  /** Sections that the file sets to `false`, so they are absent on purpose. */
  readonly switchedOff: readonly string[]
  readonly gateway: GatewayOptions & { prefix?: string, identity?: VerifyIdentityOptions }
  readonly plugin: GatewayPlugin
  /** Masks values of variables in a message. */
  readonly masked: (message: string) => string
}

/** Masks values of variables in the message of an error. */
export function maskError (error: unknown, { masked }: LoadedConfig): Error {
  if (!(error instanceof Error)) return new Error(masked(String(error)))
  // The message of a DOMException is a getter.
  return Object.defineProperty(error, 'message', { value: masked(error.message), writable: true, configurable: true })
}

/** The problems of a config file, in their order in the file. */
export class ConfigFileInvalid extends Error {
  readonly file: string
  /** The first problems; at most as many as a message lists. */
  readonly problems: readonly FileProblem[]
  /** The number of all problems. */
  readonly count: number

  constructor (file: string, problems: readonly FileProblem[], count = problems.length) {
    const inOrder = problems.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0))
    const lines = inOrder.map(({ line, column, message }) => `${file}${line === null ? '' : `:${line}:${column}`} ${message}`)
    if (count > problems.length) lines.push(`${file} has ${count - problems.length} more problems.`)
    super(lines.join('\n'))
    this.file = file
    this.problems = inOrder
    this.count = count
  }
}

/**
 * Reads and checks a config file.
 *
 * @param environment variables that the file may use
 * @param files reads the files, and records what was read, even if the config is invalid
 * @throws ConfigFileInvalid with all problems and their lines
 */
export async function loadConfig (
  file: string, environment: NodeJS.ProcessEnv = process.env, files = new FileReader()
): Promise<LoadedConfig> {
  const absolute = resolve(file)
  const read = await readOrRefuse(file, () => readConfigFile(absolute, environment, files))
  try {
    return await check(file, read, dirname(absolute), files)
  } finally {
    read.close()
  }
}

/** @throws ConfigFileInvalid */
async function check (file: string, read: ConfigFile, folder: string, files: FileReader): Promise<LoadedConfig> {
  if (read.value === undefined && read.problems.length > 0) throw new ConfigFileInvalid(file, read.problems, read.problemCount)
  if (read.value === null) throw new ConfigFileInvalid(file, [{ line: 1, column: 1, message: emptyFile }])
  const found = new ProblemCollector(read)
  const shape = new Problems()
  found.conceal(() => checkShape(shape, fileSchema, read.value))
  found.add(shape)
  // Requests are served between the steps, each of which takes a while for a large file.
  await setImmediate()
  const referenced = new ReferencedFiles(folder, files, (text) => found.sourceOf(text))
  const rest = await completeConfig(Object(read.value) as ConfigFileOptions, referenced, found).catch((error: Error) => error)
  const { problems, count } = await found.list()
  // An error here is just a consequence of other problems.
  if (count > 0) throw new ConfigFileInvalid(file, problems, count)
  if (rest instanceof Error) throw new ConfigFileInvalid(file, [{ line: null, column: null, message: found.mask(rest.message) }])
  return rest
}

const emptyFile = "the file is empty. Write a config, or create one with 'fastify-version-gateway init'."

/** Makes a config from a file's content, and finds the problems that the schema cannot detect. */
async function completeConfig (written: ConfigFileOptions, referenced: ReferencedFiles, found: ProblemCollector): Promise<LoadedConfig> {
  const problems = new Problems()
  const switchedOff = sections.filter((section) => written[section] === false)
  const present = { ...written } as LoadedFile
  for (const section of switchedOff) delete present[section]
  const file = await inlineIdentityFiles(problems, await inlineCertificates(problems, present, referenced), referenced)
  const plugin = await readPlugin(problems, file, referenced)
  try {
    const gateway = found.conceal(() => {
      const made = toGateway(problems, file, plugin)
      checkMeaning(problems, made)
      checkAccessLog(problems, ['accessLog'], file.accessLog ?? {}, file.identity)
      if (file.limits !== undefined) checkLimits(problems, ['limits', 'limits'], file.limits.limits)
      if (file.checks !== undefined) checkExternalChecks(problems, ['checks'], file.checks)
      checkNamedChecks(problems, file, (file.checks ?? []).map(({ name }) => name))
      checkListening(problems, file)
      checkPaths(problems, file)
      checkRequired(problems, file)
      return made
    })
    return { file, switchedOff, gateway, plugin: plugin ?? {}, masked: (message) => found.mask(message) }
  } finally {
    found.add(problems)
  }
}

/** Evaluates the plugin file. Returns `null` if that fails. */
async function readPlugin (problems: Problems, { plugin: name }: LoadedFile, referenced: ReferencedFiles): Promise<GatewayPlugin | null> {
  if (name === undefined) return {}
  if (typeof name !== 'string') return null
  const exported = await referenced.read(problems, ['plugin'], name, async (text, file) => {
    const found = await defaultExport(file, text)
    // A file that is emptied, or cut off before its export, is still a valid module.
    if (isEmptyModule(found)) throw new Error(`${file} exports nothing. Write: export default { ... }.`)
    return found
  })
  return (exported ?? null) as GatewayPlugin | null
}

function isEmptyModule (found: unknown): boolean {
  return found === undefined || found === null || (typeof found === 'object' && Object.keys(found).length === 0)
}

function checkMeaning (problems: Problems, gateway: LoadedConfig['gateway']): void {
  const found = new Problems()
  findGatewayProblems(found, gateway)
  for (const { path, message } of found.found()) problems.add(path, message)
}

async function readOrRefuse<Value> (file: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read()
  } catch (error) {
    throw new ConfigFileInvalid(file, [{ line: null, column: null, message: (error as Error).message }])
  }
}

function toGateway (problems: Problems, options: LoadedFile, plugin: GatewayPlugin | null): LoadedConfig['gateway'] {
  const {
    server, discovery, accessLog, tracing, metrics, health, admin, limits, checks, plugin: _file, $schema, confirmRemoved,
    resolve: choice = {}, ...rest
  } = options
  const resolvers = (path: Path, files: readonly ResolverConfig[] = []): VersionResolver[] =>
    [files].flat().map((file, index) => toResolver(problems, [...path, index], file, plugin)).filter((resolver) => resolver !== null)
  const { override = [], pin = [], ...others } = choice
  const strong = 'resolvers' in override
    ? { ...override, resolvers: resolvers(['resolve', 'override', 'resolvers'], override.resolvers) }
    : resolvers(['resolve', 'override'], override)
  return { ...rest, resolve: { ...others, override: strong, pin: resolvers(['resolve', 'pin'], pin) } } as LoadedConfig['gateway']
}

function checkRequired (problems: Problems, { health, identity }: LoadedFile): void {
  const { requireKeys } = Object(health) as { requireKeys?: unknown }
  const { providers = [] } = identity ?? {}
  if (Array.isArray(requireKeys)) checkRequiredKeys(problems, ['health', 'requireKeys'], requireKeys, providers.map(({ name }) => name))
}
