import type { ForwardOptions, UpstreamOptions, VersionsConfig } from '../../types/index.ts'
import { hopByHop } from '../http/hop-by-hop.ts'
import { foldName, HeaderNames } from '../http/header-names.ts'
import { withDefaults } from './normalize.ts'
import { forwardDefaults } from './normalize-gateway.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { isWrittenByGateway, takesReserved } from './reserved-headers.ts'

/**
 * Checks that no other option uses the version header, or removes the headers that pass from trusted proxies.
 *
 * @param path path of the options: `forward` in the whole config, empty for the stage's own options
 * @param projected headers that claims are projected into
 * @param versions versions whose upstream options may change headers
 * @param owned headers that are removed from requests
 */
export function checkForward (
  problems: Problems, path: Path, options: ForwardOptions, projected: readonly string[], versions: VersionsConfig = {},
  owned = new HeaderNames()
): void {
  const { versionHeader, forwardedHeaders } = withDefaults(options, forwardDefaults)
  checkForwardedHeaders(problems, [...path, 'forwardedHeaders'], forwardedHeaders, owned)
  checkOptionHeaders(problems, [...path, 'requestHeaders', 'names'], options.requestHeaders)
  const place = [...path, 'versionHeader']
  if (problems.isMisshapen(place)) return
  for (const [id, { upstream }] of Object.entries(versions)) {
    if (edited(upstream).some((header) => foldName(header) === foldName(versionHeader))) {
      problems.add(place, `${show(versionHeader)} is also changed by the headers option of version ${show(id)}. Use another header for one of them.`)
    }
  }
  if (isWrittenByGateway(versionHeader)) {
    problems.add(place, `${show(versionHeader)} is set by the gateway itself, with another meaning. Use a different name, such as 'api-version'.`)
  } else if (takesReserved(versionHeader) !== undefined) {
    problems.add(place, `${show(versionHeader)} has a defined meaning in HTTP. Use a different name, such as 'api-version'.`)
  } else if (projected.some((header) => foldName(header) === foldName(versionHeader))) {
    problems.add(place, `${show(versionHeader)} is also set from a claim. Use another header for one of them.`)
  }
}

/** Checks that the gateway neither derives any of the headers from `trustProxy` nor removes it. */
function checkForwardedHeaders (problems: Problems, path: Path, names: readonly string[], owned: HeaderNames): void {
  if (problems.isMisshapen(path)) return
  names.forEach((name, index) => {
    if (problems.isMisshapen([...path, index])) return
    if (/^x-forwarded-(for|host|proto)$/i.test(name)) {
      problems.add([...path, index], `${show(name)} is written by the gateway, with what Fastify's trustProxy lets through. Leave it out.`)
    } else if (owned.has(name)) {
      problems.add([...path, index],
        `${show(name)} is owned, so it is removed from every request. Leave it out here, or own (sanitize.owned, claimsToHeaders) only other names.`)
    }
  })
}

/** The connection, the body and the upstream determine these. */
const determined = new HeaderNames([...hopByHop, 'host', 'content-length', 'content-encoding'])

function checkOptionHeaders (problems: Problems, path: Path, option: ForwardOptions['requestHeaders']): void {
  if (typeof option !== 'object' || problems.isMisshapen(path)) return
  option.names.forEach((name, index) => {
    if (problems.isMisshapen([...path, index]) || !determined.has(name)) return
    const remedy = foldName(name) === 'host' ? "Use the upstream's host option." : 'Leave it out.'
    problems.add([...path, index], `${show(name)} is set by the gateway itself, so a value would have no effect. ${remedy}`)
  })
}

/** Returns the headers that an upstream's options change, in either direction. */
function edited (upstream: string | UpstreamOptions): string[] {
  const { request = {}, response = {} } = typeof upstream === 'string' ? {} : upstream.headers ?? {}
  return [request, response].flatMap(({ set = {}, add = {}, remove = [] }) => [...Object.keys(set), ...Object.keys(add), ...remove])
}
