import type { FastifyRequest } from 'fastify'

export const catalogPath = '/.well-known/api-catalog'
export const catalogType = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'

/**
 * The APIs of this host: one, with the address of its list of versions (RFC 9727 4, RFC 8631 4). A set of links in JSON
 * (RFC 9264 4.2).
 *
 * @param api path at which it begins
 * @param versions path of its versions
 */
export function apiCatalog (request: Pick<FastifyRequest, 'protocol' | 'host'>, api: string, versions: string): object {
  const origin = originOf(request)
  return {
    linkset: [
      { anchor: origin + catalogPath, item: [{ href: origin + api }] },
      { anchor: origin + api, 'service-meta': [{ href: origin + versions, type: 'application/json' }] }
    ]
  }
}

/** The origin that the client requested, or an empty string for relative links if it named no valid host. */
function originOf ({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): string {
  const origin = `${protocol}://${host}`
  return URL.canParse(origin) ? new URL(origin).origin : ''
}
