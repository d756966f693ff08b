import { readFile } from 'node:fs/promises'
import t from 'tap'
import * as file from '../../lib/config/normalize-file.ts'
import * as gateway from '../../lib/config/normalize-gateway.ts'
import * as identity from '../../lib/config/normalize-identity.ts'
import * as plugins from '../../lib/config/normalize-plugins.ts'
import * as resolvers from '../../lib/config/normalize-resolvers.ts'
import * as upstream from '../../lib/config/normalize-upstream.ts'
import * as versions from '../../lib/config/normalize-versions.ts'

// The defaults are constants in `lib/config/normalize-*.ts`. The docs and the TSDoc of the types repeat them for readers.

/** The interfaces of `types/`, each with its file and its defaults. */
const interfaces: ReadonlyArray<[place: string, defaults: object]> = [
  ['upstream.ts UpstreamOptions', upstream.upstreamDefaults],
  ['upstream.ts UpstreamTimeouts', upstream.timeoutDefaults],
  ['upstream.ts UpstreamRetry', upstream.retryDefaults],
  ['upstream.ts ActiveHealth', upstream.healthDefaults.active],
  ['upstream.ts ServerErrorLimit', upstream.healthDefaults.serverErrors],
  ['upstream.ts CookieOptions', upstream.cookieDefaults],
  ['versions.ts VersionConfig', versions.versionDefaults],
  ['versions.ts Brownout', versions.brownoutDefaults],
  ['versions.ts RegistryOptions', { ...versions.registryDefaults, now: 'Date.now', random: 'Math.random' }],
  ['versions.ts RetireGuard', versions.retireGuardDefaults],
  ['usage.ts UsageOptions', versions.usageDefaults],
  ['gateway.ts ForwardOptions', gateway.forwardDefaults],
  ['gateway.ts ResolveOptions', gateway.resolveDefaults],
  ['gateway.ts OverrideOptions', gateway.overrideDefaults],
  ['cors.ts CorsHeadersOptions', gateway.corsDefaults],
  ['resolver.ts VersionResolver', gateway.resolverDefaults],
  ['resolver-options.ts FromQueryOptions', resolvers.queryDefaults],
  ['resolver-options.ts FromPathOptions', resolvers.pathDefaults],
  ['resolver-options.ts FromMediaTypeOptions', resolvers.mediaTypeDefaults],
  ['resolver-options.ts TenantMapOptions', { ...resolvers.tenantMapDefaults, now: '`Date.now`' }],
  ['identity.ts VerifyIdentityOptions', { ...identity.identityDefaults, policies: 'none' }],
  ['identity.ts TokenCacheOptions', identity.tokenCacheDefaults],
  ['identity.ts IdentityProvider', { ...identity.providerDefaults, now: 'Date.now' }],
  ['claims.ts Authorization', identity.authorizationDefaults],
  ['jwks.ts RemoteKeysOptions', identity.keyFetchingDefaults],
  ['verifier.ts IdentityVerifier', identity.verifierDefaults],
  ['discovery.ts VersionDiscoveryOptions', plugins.discoveryDefaults],
  ['observe.ts ObserveVersionsOptions', plugins.metricsDefaults],
  ['observe.ts AccessLogOptions', plugins.accessLogDefaults],
  ['observe.ts RequestIdOptions', plugins.requestIdDefaults],
  ['observe.ts HealthOptions', plugins.gatewayHealthDefaults],
  ['admin.ts VersionAdminOptions', { ...plugins.adminDefaults, ...plugins.recentDefaults, actor: 'the address' }],
  ['config-file.ts ServerConfig', file.serverDefaults],
  ['config-file.ts AdminConfig', file.adminListenerDefaults],
  ['config-file.ts ConfigFileOptions', file.fileDefaults]
]

/** The tables of docs/options.md, by their heading, each with its defaults. */
const tables: ReadonlyArray<[heading: string, defaults: object]> = [
  ['A version', versions.versionDefaults],
  ['An upstream', {
    ...upstream.upstreamDefaults,
    timeouts: upstream.timeoutDefaults,
    retry: upstream.retryDefaults,
    cookies: upstream.cookieDefaults,
    upgrades: upstream.upgradeDefaults,
    'health.passive': upstream.healthDefaults.passive
  }],
  ['registry', { ...versions.registryDefaults, now: 'Date.now', random: 'Math.random', retireGuard: versions.retireGuardDefaults }],
  ['registry.usage', versions.usageDefaults],
  ['verifyIdentity', { ...identity.identityDefaults, policies: 'none', cache: identity.tokenCacheDefaults }],
  ['A provider', { ...identity.providerDefaults, now: 'Date.now', ...identity.authorizationDefaults }],
  ['Fetched keys', identity.keyFetchingDefaults],
  ['A verifier', { timeoutMs: identity.verifierDefaults.timeoutMs }],
  ['resolveVersion', { ...gateway.resolveDefaults, ...gateway.overrideDefaults }],
  ['fromPath', resolvers.pathDefaults],
  ['fromMediaType', resolvers.mediaTypeDefaults],
  ['fromTenantMap', { ...gateway.resolverDefaults, ...resolvers.tenantMapDefaults, now: 'Date.now' }],
  ['proxyVersions', gateway.forwardDefaults],
  ['versionDiscovery', plugins.discoveryDefaults],
  ['corsHeaders', gateway.corsDefaults]
]

/** The ways to write a default in text, without quotes, backticks, underscores and spaces. The first one is code. */
function spellings (value: unknown): string[] {
  if (value instanceof RegExp) return [plain(String(value))]
  if (Array.isArray(value)) return [plain(JSON.stringify(value)), ...value.length === 0 ? ['none'] : []]
  if (typeof value !== 'object') return [plain(String(value)), ...value === false ? ['none'] : []]
  return [`{${Object.entries(value!).map(([name, each]) => `${name}:${spellings(each)[0]!}`).join()}}`]
}

function plain (text: string): string {
  return text.replaceAll(/['"`_\s]/g, '')
}

/** Whether a text begins with a default, and not only with a part of a longer number or word. */
function begins (text: string, value: unknown): boolean {
  return spellings(value).some((spelling) => plain(text).startsWith(spelling) && !/^\d\d/.test(spelling.slice(-1) + plain(text).charAt(spelling.length)))
}

/** Returns the TSDoc of an interface's member as one line; `undefined` without the member. */
function docOf (body: string, name: string): string | undefined {
  const found = new RegExp(`\\/\\*\\*((?:(?!\\*\\/)[\\s\\S])*)\\*\\/\\s*(?:readonly )?${name}\\??:`).exec(body)
  return found?.[1]!.replaceAll(/\s*\n\s*\*\s*/g, ' ')
}

t.test('the TSDoc of every option with a default names it', async (t) => {
  for (const [place, defaults] of interfaces) {
    const [name, type] = place.split(' ') as [string, string]
    const source = await readFile(`types/${name}`, 'utf8')
    const start = source.search(new RegExp(`export interface ${type}\\b`))
    const body = source.slice(start, source.indexOf('\n}', start))
    for (const [option, value] of Object.entries(defaults)) {
      const text = /Default:? ([\s\S]*)$/.exec(docOf(body, option) ?? '')?.[1] ?? ''
      t.ok(begins(text, value), `${place}.${option}: '${text}' is ${String(value)}`)
    }
  }
})

t.test('docs/options.md has every default', async (t) => {
  const document = await readFile('docs/options.md', 'utf8')
  for (const [heading, defaults] of tables) {
    const section = new RegExp(`^#+ ${heading}\\n([\\s\\S]*?)(?=^#|$(?![\\s\\S]))`, 'm').exec(document)?.[1] ?? ''
    for (const [option, value] of Object.entries(defaults)) {
      const row = new RegExp(`^\\| \`${option}\` \\| (.*?) \\| `, 'm').exec(section)?.[1]
      if (row !== undefined) t.ok(begins(row, value), `${heading}, ${option}: '${row}' is ${String(value)}`)
    }
    t.match(section, /^\| /m, `${heading} has a table`)
  }
})
