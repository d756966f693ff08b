import type { VersionResolver } from '../../types/index.ts'
import { LateReader } from '../stage/late-reader.ts'
import { declaresItsReads } from './decide/run-resolver.ts'
import type { Rules } from './decide/types.ts'

/** Returns the pins of the app, which may read what a hook of a route sets. */
export function latePinsOf ({ pin }: Rules): LateReader[] {
  return pin.filter((resolver) => !declaresItsReads(resolver)).map((resolver) => new LateReader(
    async (request) => versionOf(await resolver.resolve(request)),
    ({ log, routeOptions: { url } }) => {
      log.warn({ resolver: resolver.name, route: url }, 'a pin named a version only after the version had been decided: it reads what a hook ' +
        'of the route sets. Identify the caller with identity.from, such as fromFastifyJwt, or in a hook that runs before the gateway')
    }
  ))
}

function versionOf (answer: Awaited<ReturnType<VersionResolver['resolve']>>): unknown {
  return typeof answer === 'object' ? answer?.version : answer
}
