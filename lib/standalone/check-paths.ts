import { type Path, type Problems, show, showPath } from '../problems/config-problems.ts'
import type { LoadedFile } from './loaded-file.ts'

/** A path that the gateway serves, and the option that sets it. */
interface Served {
  readonly place: Path
  readonly path: string
  /** Whether the file has the option. If not, it is the default. */
  readonly isSet: boolean
}

/** Finds paths that two parts of the gateway would serve. Fastify would report only the first one, without its place. */
export function checkPaths (problems: Problems, file: LoadedFile): void {
  const { port, prefix } = Object(file.admin)
  const admin = file.admin === undefined || port !== undefined ? null : served(['admin', 'prefix'], prefix, '/admin')
  const taken = new Map<string, Served>()
  for (const each of [...fixedPaths(file), ...admin === null ? [] : [admin], served(['prefix'], file.prefix, '')]) {
    if (typeof each.path !== 'string') continue
    const other = taken.get(each.path) ?? (admin !== null && isWithin(each, admin) ? admin : undefined)
    if (other !== undefined) refuse(problems, each, other)
    taken.set(each.path, other ?? each)
  }
}

function fixedPaths ({ health = true, metrics = false, discovery = false }: LoadedFile): Served[] {
  return [
    ...health === false
      ? []
      : [
          served(['health', 'live'], Object(health).live, '/healthz'), served(['health', 'ready'], Object(health).ready, '/readyz')
        ],
    // Without the option, there are metrics only if prom-client is installed.
    ...metrics === false ? [] : [served(['metrics', 'path'], Object(metrics).path, '/metrics')],
    ...discovery === false ? [] : [served(['discovery', 'path'], Object(discovery).path, '/versions')]
  ]
}

function served (place: Path, path: string | undefined, byDefault: string): Served {
  return { place, path: path ?? byDefault, isSet: path !== undefined }
}

/** Whether a path is among the admin pages, which permit no route that is registered later: their guard would not protect it. */
function isWithin ({ place, path }: Served, admin: Served): boolean {
  return (place[0] === 'prefix' || place[0] === 'discovery') && admin.path !== '' && path.startsWith(`${admin.path}/`)
}

/** Reports a collision where the file can be changed. */
function refuse (problems: Problems, one: Served, other: Served): void {
  const [changed, kept] = one.isSet ? [one, other] : [other, one]
  problems.add(changed.place, `${show(changed.path)} is taken by ${showPath(kept.place)} (${show(kept.path)}). Give one of them another path.`)
}
