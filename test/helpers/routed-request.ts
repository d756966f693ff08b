import type { IncomingHttpHeaders } from 'node:http'
import { RouteTable, type RoutedRequest } from '../../lib/routes/route-table.ts'
import type { RouteConfig, RouteMatch } from '../../types/index.ts'

/** Makes a request from a line such as `GET api.test/orders?a=1`. Method and host are optional. */
export function routed (line: string, headers: IncomingHttpHeaders = {}): RoutedRequest {
  const [, method = 'GET', host = 'api.test', path = '', query = ''] = /^(?:([A-Z]+) )?([^/?]+)?([^?]*)(\?.*)?$/.exec(line) ?? []
  return { method, host, path, query, headers }
}

/** Makes a table of rules. Each is named by its text: `hosts matches`. */
export function tableOf (rules: Readonly<Record<string, Omit<RouteConfig, 'name'>>>): RouteTable {
  return new RouteTable(Object.entries(rules).map(([name, rule]) => ({ name, ...rule })))
}

/** Makes a table with a rule for each alternative. */
export function tableFor (matches: Readonly<Record<string, RouteMatch>>): RouteTable {
  return tableOf(Object.fromEntries(Object.entries(matches).map(([name, match]) => [name, { matches: [match] }])))
}

export function ruleFor (table: RouteTable, line: string, headers?: IncomingHttpHeaders): string | undefined {
  return table.match(routed(line, headers))?.rule.name
}
