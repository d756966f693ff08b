import { resolve } from 'node:path'
import type { IdentityProvider } from '../../types/index.ts'
import type { Path, Problems } from '../config/problems.ts'
import type { LoadedFile } from './load-config.ts'
import { readNoted } from './settled.ts'
import type { Reading } from './with-certificates.ts'

/** Replaces the names of files in the identity section with what is in them. A name starts from the folder of the config file. */
export async function withIdentityFiles (problems: Problems, said: LoadedFile, reading: Reading): Promise<LoadedFile> {
  const { identity } = said
  if (identity === undefined) return said
  const providers = await Promise.all(identity.providers.map(async (provider, index) =>
    await withFiles(problems, ['identity', 'providers', index, 'jwks'], provider, reading)))
  return { ...said, identity: { ...identity, providers } }
}

async function withFiles (problems: Problems, path: Path, provider: IdentityProvider, { folder, files }: Reading): Promise<IdentityProvider> {
  const { ca } = provider.jwks as { ca?: unknown }
  if (typeof ca !== 'string' || ca.includes('-----BEGIN')) return provider
  const content = await readNoted(resolve(folder, ca), files).catch((error: Error) => {
    problems.add([...path, 'ca'], error.message)
    return '-----BEGIN'
  })
  return { ...provider, jwks: { ...provider.jwks, ca: content } as IdentityProvider['jwks'] }
}
