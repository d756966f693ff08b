import type { ForwardOptions } from '../../types/index.ts'
import { foldName } from '../headers/fold-name.ts'
import { type Path, type Problems, show } from './problems.ts'
import { takesReserved } from './reserved-headers.ts'

/**
 * Checks that the version has a header of its own.
 *
 * @param path where the options are: `forward` in the whole config, nothing in the stage's own options
 * @param projected the headers that claims are projected into
 */
export function checkForward (problems: Problems, path: Path, { versionHeader }: ForwardOptions, projected: readonly string[]): void {
  const place = [...path, 'versionHeader']
  if (versionHeader === undefined || problems.isMisshapen(place)) return
  if (takesReserved(versionHeader) !== undefined) {
    problems.add(place, `${show(versionHeader)} has a meaning in HTTP. Use a name of your own, such as 'api-version'.`)
  } else if (projected.some((header) => foldName(header) === foldName(versionHeader))) {
    problems.add(place, `${show(versionHeader)} is what a claim is projected into. Use another header for one of them.`)
  }
}
