import type { HeaderEdits, RouteConfig } from '../../types/index.ts'
import { hopByHop } from '../http/hop-by-hop.ts'
import { isWrittenByGateway } from './reserved-headers.ts'
import { type Path, type Problems, show } from '../problems/config-problems.ts'

/** Checks the changes of headers of a rule and of its versions, and the headers of its own response. */
export function checkRouteEdits (problems: Problems, path: Path, { headers, to, respond }: RouteConfig): void {
  checkEdits(problems, [...path, 'headers'], headers)
  if (Array.isArray(to)) to.forEach((target, index) => checkEdits(problems, [...path, 'to', index, 'headers'], target.headers))
  checkNames(problems, [...path, 'respond', 'headers'], Object.keys(respond?.headers ?? {}), false)
}

function checkEdits (problems: Problems, path: Path, edits: RouteConfig['headers'] = {}): void {
  for (const side of ['request', 'response'] as const) {
    const { set = {}, add = {}, remove = [] }: HeaderEdits = edits[side] ?? {}
    const isOfRequest = side === 'request'
    checkNames(problems, [...path, side, 'set'], Object.keys(set).filter((name) => !isOfRequest || !isForwarding(name)), isOfRequest)
    checkNames(problems, [...path, side, 'add'], Object.keys(add), isOfRequest)
    checkNames(problems, [...path, side, 'remove'], remove.filter((name) => !isOfRequest || !isForwarding(name)), isOfRequest)
  }
}

/** A rule may replace what the gateway says about the client, as the Gateway API allows. */
function isForwarding (name: string): boolean {
  return /^(x-forwarded-.+|forwarded|x-real-ip)$/i.test(name)
}

function checkNames (problems: Problems, path: Path, names: readonly string[], isOfRequest: boolean): void {
  for (const name of names) {
    const folded = name.toLowerCase()
    if (isOfRequest && folded === 'host') {
      problems.add(path, `${show(name)} must not be changed here. Use the rule's option: rewrite: { host: 'orders.internal' }.`)
    } else if (isOfRequest && isWrittenByGateway(name) && folded !== 'x-forwarded-prefix') {
      problems.add(path, `${show(name)} is set by the gateway itself. Leave it out; Fastify's trustProxy decides which earlier hops are trusted.`)
    } else if (hopByHop.has(folded) || folded === 'content-length') {
      problems.add(path, `${show(name)} must not be changed, because it frames the message or belongs to the connection. Leave it out.`)
    }
  }
}
