type PromClient = typeof import('prom-client')

/** Loads prom-client, which is an optional peer dependency. @throws if it is not installed */
export async function loadPromClient (): Promise<PromClient> {
  return await import('prom-client').catch((cause: unknown) => {
    throw new Error('observeVersions needs the package prom-client. Install it: npm install prom-client', { cause })
  })
}

export async function hasPromClient (): Promise<boolean> {
  return await loadPromClient().then(() => true, () => false)
}
