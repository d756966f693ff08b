import type { UpstreamOptions } from '../../types/index.ts'
import { checkTls } from './check-pem.ts'
import { isConcealed, type Path, type Problems, show } from '../problems/config-problems.ts'
import { isWrittenByGateway, takesReserved } from './reserved-headers.ts'

/** Checks an upstream: an address, or options with addresses. */
export function checkUpstream (problems: Problems, path: Path, upstream: string | UpstreamOptions): void {
  if (typeof upstream === 'string') return checkAddress(problems, path, upstream)
  const targets = [...path, 'targets']
  if (typeof upstream.targets === 'string') {
    checkAddress(problems, targets, upstream.targets)
  } else if (!problems.isMisshapen(targets)) {
    checkTargets(problems, targets, upstream.targets)
  }
  if (upstream.maxWaiting !== undefined && upstream.maxWaiting > 0 && (upstream.maxInFlight ?? 0) === 0) {
    problems.add([...path, 'maxWaiting'], 'has no effect without maxInFlight. Set maxInFlight, or leave it out.')
  }
  if (upstream.dispatcher !== undefined) checkDispatcher(problems, path, upstream)
  if (!problems.isIncomplete([...path, 'tls'])) checkTls(problems, [...path, 'tls'], upstream.tls)
  if (problems.isIncomplete([...path, 'headers'])) return
  checkEdits(problems, [...path, 'headers', 'request'], upstream.headers?.request, true)
  checkEdits(problems, [...path, 'headers', 'response'], upstream.headers?.response, false)
}

function checkTargets (problems: Problems, path: Path, targets: readonly string[]): void {
  targets.forEach((target, index) => {
    if (problems.isMisshapen([...path, index])) return
    checkAddress(problems, [...path, index], target)
    if (targets.indexOf(target) < index) problems.add([...path, index], `${show(target)} is listed twice. Remove one of them.`)
  })
}

/** Checks that an address is an origin (scheme, host and port) or a Unix socket. */
function checkAddress (problems: Problems, path: Path, address: string): void {
  const [, socketPath] = /^unix\+https?:\/\/(\/[^\0]+)$/.exec(address) ?? []
  if (socketPath !== undefined) return checkSocketPath(problems, path, socketPath)
  const expected = (what: string, remedy: string): void => {
    problems.add(path, `expected ${what}, got ${show(address)}. ${remedy}`)
  }
  const url = /^https?:\/\/[^\s/]\S*$/i.test(address) && URL.canParse(address) ? new URL(address) : null

  if (url === null) {
    const isHost = /^[\w.-]+(:\d+)?$/.test(address) && URL.canParse(`http://${address}`)
    expected('an http(s) URL', isHost && !isConcealed(address) ? `Write 'http://${address}'.` : "Write scheme, host and port: 'http://10.0.0.15:30080'.")
  } else if (url.username !== '' || url.password !== '') {
    problems.add(path, `contains credentials. Write ${originOf(address)}: the gateway forwards the callers' own credentials.`)
  } else if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    expected('a URL without a path', `Write ${originOf(address)}; to add a path to every request, use the upstream's rewritePrefix.`)
  }
}

function originOf (address: string): string {
  return isConcealed(address) ? 'scheme, host and port alone' : `'${new URL(address).origin}'`
}

/** Longest path of a Unix socket in bytes (`sun_path` of unix(7), without the NUL). Before Node 24, a longer one is truncated silently. */
const maxSocketPathLength = process.platform === 'linux' ? 107 : 103

function checkSocketPath (problems: Problems, path: Path, socketPath: string): void {
  const length = Buffer.byteLength(socketPath)
  if (length <= maxSocketPathLength) return
  problems.add(path, `the path of a Unix socket has at most ${maxSocketPathLength} bytes here, and ${show(socketPath)} has ${length}. Move the socket to a shorter path, such as '/run/app.sock'.`)
}

/** Refuses options of connections, which belong to the dispatcher. */
function checkDispatcher (problems: Problems, path: Path, { targets, tls, http2, timeouts }: UpstreamOptions): void {
  const refuse = (option: string, isSet: boolean, remedy: string): void => {
    if (isSet) problems.add([...path, ...option.split('.')], `has no effect with a dispatcher. ${remedy}`)
  }
  refuse('tls', tls !== undefined, "Leave it out, and set the dispatcher's own option: new Agent({ connect: { ca } }).")
  refuse('http2', http2 === true, "Leave it out, and set the dispatcher's own option: new Agent({ allowH2: true }).")
  refuse('timeouts.keepAlive', timeouts?.keepAlive !== undefined, "Leave it out, and set the dispatcher's own option: new Agent({ keepAliveTimeout }).")
  const addresses = [targets].flat()
  refuse('targets', addresses.some((address) => typeof address === 'string' && address.startsWith('unix+')),
    "Write 'http://localhost', and set the dispatcher's own option: new Agent({ connect: { socketPath } }).")
}

type Edits = NonNullable<UpstreamOptions['headers']>['request']

function checkEdits (problems: Problems, path: Path, edits: Edits = {}, isOfRequest: boolean): void {
  const { set = {}, add = {}, remove = [] } = edits
  const places: Array<[member: string, names: readonly string[]]> = [['set', Object.keys(set)], ['add', Object.keys(add)], ['remove', remove]]
  for (const [member, names] of places) {
    for (const name of names) {
      // The operator may remove the caller's credentials or cookies.
      if (member === 'remove' && /^(authorization|cookie)$/i.test(name)) continue
      // The gateway can only guess the prefix that the upstream needs, so the config may set it.
      if (isOfRequest && member !== 'add' && name.toLowerCase() === 'x-forwarded-prefix') continue
      if (isOfRequest && isWrittenByGateway(name)) {
        problems.add([...path, member], `${show(name)} is set by the gateway itself. Leave it out; Fastify's trustProxy decides which earlier hops are trusted.`)
      } else if (takesReserved(name) !== undefined) {
        problems.add([...path, member], `${show(name)} must not be changed here, because HTTP itself depends on it. ${remedy(name)}`)
      }
    }
  }
}

function remedy (name: string): string {
  return name.toLowerCase() === 'host' ? "Use the upstream's option: host: 'orders.internal'." : 'Use a header of your own.'
}
