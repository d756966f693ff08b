import type { IdentityProvider } from '../../types/index.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { hasPem } from '../identity/pem-to-jwks.ts'
import type { LoadedFile } from './loaded-file.ts'
import { isObject } from '../shared/is-object.ts'
import type { ReferencedFiles } from './referenced-files.ts'

/** Replaces file names in the identity section with the files' content. Names are relative to the folder of the config file. */
export async function inlineIdentityFiles (problems: Problems, config: LoadedFile, referenced: ReferencedFiles): Promise<LoadedFile> {
  const { identity } = config
  if (!Array.isArray(identity?.providers)) return config
  const providers = await Promise.all(identity.providers.map(async (provider, index) =>
    await inlineFiles(problems, ['identity', 'providers', index, 'jwks'], provider, referenced)))
  return { ...config, identity: { ...identity, providers } }
}

async function inlineFiles (
  problems: Problems, path: Path, provider: IdentityProvider, referenced: ReferencedFiles
): Promise<IdentityProvider> {
  if (!isObject(provider) || !isObject(provider.jwks)) return provider
  const { ca, pem, file, ...jwks } = provider.jwks as { ca?: unknown, pem?: string | readonly string[], file?: string }
  const read = async (name: string, value: unknown): Promise<unknown> => {
    if (typeof value !== 'string' || hasPem(value)) return value
    return await referenced.read(problems, [...path, name], value, (text) => text)
  }
  const files = {
    ca: await read('ca', ca),
    pem: Array.isArray(pem) ? await Promise.all(pem.map(async (each) => await read('pem', each))) : await read('pem', pem),
    ...keysIn(problems, [...path, 'file'], await read('file', file))
  }
  const present = Object.entries(files).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.includes(undefined)))
  return { ...provider, jwks: { ...jwks, ...Object.fromEntries(present) } as IdentityProvider['jwks'] }
}

/** Reads a file that contains a JWKS or PEM. */
function keysIn (problems: Problems, path: Path, text: unknown): { keys?: unknown, pem?: unknown } {
  if (typeof text !== 'string') return {}
  if (hasPem(text)) return { pem: text }
  const value = parsed(text)
  const { keys } = value as { keys?: unknown }
  if (Array.isArray(keys)) return { keys }
  problems.add(path, explainContent(value))
  return {}
}

function parsed (text: string): object {
  try {
    return Object(JSON.parse(text)) as object
  } catch {
    return {}
  }
}

function explainContent (value: object): string {
  const { kty, jwks_uri: address } = value as Record<string, unknown>
  if (Array.isArray(value)) return 'is a list, not a JWKS. Put it into an object: { "keys": [...] }.'
  if (kty !== undefined) return 'is a single key, not a JWKS. Put it into a list: { "keys": [{ ... }] }.'
  if (typeof address === 'string') return `is the metadata of an issuer, not its keys. Write jwks: { url: ${show(address)} }.`
  return 'is neither a JWKS, { "keys": [...] }, nor PEM.'
}
