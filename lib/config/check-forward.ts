import type { ForwardOptions, UpstreamOptions, VersionsConfig } from '../../types/index.ts'
import { foldName } from '../http/fold-name.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'
import { isWrittenByGateway, takesReserved } from './reserved-headers.ts'

/**
 * Checks that no other option uses the version header.
 *
 * @param path path of the options: `forward` in the whole config, empty for the stage's own options
 * @param projected headers that claims are projected into
 * @param versions versions whose upstream options may change headers
 */
export function checkForward (
  problems: Problems, path: Path, { versionHeader = 'api-version', forwardedHeaders }: ForwardOptions, projected: readonly string[], versions: VersionsConfig = {}
): void {
  checkForwardedHeaders(problems, [...path, 'forwardedHeaders'], forwardedHeaders)
  const place = [...path, 'versionHeader']
  if (problems.isMisshapen(place)) return
  for (const [id, { upstream }] of Object.entries(versions)) {
    if (edited(upstream).some((header) => foldName(header) === foldName(versionHeader))) {
      problems.add(place, `${show(versionHeader)} is changed in the headers of version ${show(id)} too. Use another header for one of them.`)
    }
  }
  if (isWrittenByGateway(versionHeader)) {
    problems.add(place, `${show(versionHeader)} is written by the gateway itself, with another meaning. Use a name of your own, such as 'api-version'.`)
  } else if (takesReserved(versionHeader) !== undefined) {
    problems.add(place, `${show(versionHeader)} has a meaning in HTTP. Use a name of your own, such as 'api-version'.`)
  } else if (projected.some((header) => foldName(header) === foldName(versionHeader))) {
    problems.add(place, `${show(versionHeader)} is what a claim is projected into. Use another header for one of them.`)
  }
}

/** Checks that the gateway does not derive any of the headers from `trustProxy`. */
function checkForwardedHeaders (problems: Problems, path: Path, names: readonly string[] = []): void {
  if (problems.isMisshapen(path)) return
  names.forEach((name, index) => {
    if (!/^x-forwarded-(for|host|proto)$/i.test(String(name)) || problems.isMisshapen([...path, index])) return
    problems.add([...path, index], `${show(name)} is written by the gateway, with what Fastify's trustProxy lets through. Leave it out.`)
  })
}

/** Returns the headers that an upstream's options change, in either direction. */
function edited (upstream: string | UpstreamOptions): string[] {
  const { request = {}, response = {} } = typeof upstream === 'string' ? {} : upstream.headers ?? {}
  return [request, response].flatMap(({ set = {}, add = {}, remove = [] }) => [...Object.keys(set), ...Object.keys(add), ...remove])
}
