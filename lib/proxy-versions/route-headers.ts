import { normalizeEdits } from '../config/normalize-upstream.ts'
import type { RegisteredVersion } from '../registry/registered-version.ts'
import { publicPrefix } from '../http/mount-prefix.ts'
import { announcedPrefix } from './request/forwarded-prefix.ts'
import type { OptionHeaders } from './request/option-headers.ts'
import { requestHeaders } from './request/request-headers.ts'
import { namesOf } from './header-edits.ts'
import type { ResponseRules } from './response/response-headers.ts'
import { insideHosts, locationRewriter } from './response/rewrite-location.ts'
import { cookieRewriter } from './response/rewrite-set-cookie.ts'
import type { Changes } from './changes.ts'

/** The header rules that all routes under one prefix share. */
export interface HeaderRules {
  readonly prefix: string
  /** The response header that names the version, in lower case. */
  readonly versionHeader: string
  /** The `X-Forwarded-*` fields that are accepted from trusted proxies, in lower case. */
  readonly trusted: ReadonlySet<string>
  /** Headers that pins depend on. */
  readonly pinnedBy: readonly string[]
  readonly optionHeaders: OptionHeaders | null
}

/** How the headers of requests for one version, and of their responses, are changed under one prefix. */
export class RouteHeaders {
  /** Replaces the prefix. It has no trailing slash. */
  readonly base: string
  readonly requestHeaders: ReturnType<typeof requestHeaders>
  /** Names of the request headers that the config sets or adds, in lower case. */
  readonly configuredHeaders: ReadonlySet<string>
  /** The headers for external checks: those of the client, and the gateway's own. The config's edits are only for the upstream. */
  readonly checkHeaders: ReturnType<typeof requestHeaders>
  protected readonly responseRules: ResponseRules

  constructor ({ prefix, versionHeader, trusted, pinnedBy, optionHeaders }: HeaderRules, version: RegisteredVersion, changes: Changes) {
    const { targets, cookies } = version.upstream
    const { replaced, base, host, headers } = changes
    this.base = base
    this.configuredHeaders = new Set(namesOf([...headers.request.set, ...headers.request.add]).map((name) => name.toLowerCase()))
    const outside = publicPrefix(prefix, replaced)
    const prefixOf = announcedPrefix(outside, {
      isReplaced: prefix + replaced !== base, edits: headers.request, believesProxies: trusted.has('x-forwarded-prefix')
    })
    const otherTrusted = new Set([...trusted].filter((name) => name !== 'x-forwarded-prefix'))
    this.requestHeaders = requestHeaders(version.id, {
      versionHeader, edits: headers.request, host, prefixOf, trusted: otherTrusted, optionHeaders
    })
    this.checkHeaders = requestHeaders(version.id, {
      versionHeader, edits: normalizeEdits(), host: 'client', prefixOf: () => '', trusted, optionHeaders: null
    })
    const hosts = insideHosts(targets, host)
    const rewriteLocation = locationRewriter(hosts, outside, base, prefixOf)
    const names = new Set(hosts.map((name) => name.replace(/:\d+$/, '')))
    const rewriteCookie = cookieRewriter({ prefix: outside, base, prefixOf, hosts: names, ...cookies })
    this.responseRules = { versionHeader, edits: headers.response, rewriteLocation, rewriteCookie, pinnedBy }
  }
}
