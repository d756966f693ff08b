import type { FastifyInstance } from 'fastify'
import type { AdminLimits, AdminMirror, AdminRollouts, AdminRoutes, AdminShadow, AdminTraffic } from '../../types/admin-api.ts'
import type { Registry } from '../registry/registry.ts'
import { AdminInputInvalid } from '../errors.ts'
import { describeRollouts } from './describe-rollouts.ts'
import { describeRoutes } from './describe-routes.ts'
import type { LimitLog } from './limit-log.ts'
import { groupIntervals, type TrafficLog, versionIntervals } from './traffic-log.ts'

interface Dependencies {
  /** @throws if there is no registry */
  readonly registry: () => Registry
  readonly traffic: TrafficLog
  readonly limits: LimitLog
}

/** Maximum number of places of a mirror in a response. */
const maxPlaces = 100

/** Adds the routes that describe traffic. */
export function trafficRoutes (scope: FastifyInstance, { registry, traffic, limits }: Dependencies): void {
  const { sliceMs } = groupIntervals
  scope.get('/traffic', (): AdminTraffic => ({
    sliceMs: versionIntervals.sliceMs,
    versions: Array.from(traffic.versions.list(registry().now()), ([version, counts]) => ({ version: version === '' ? null : version, ...counts }))
  }))
  scope.get('/rollouts', (): AdminRollouts =>
    ({ now: isoNow(), revision: registry().revision, sliceMs, rollouts: describeRollouts(registry(), traffic) }))
  scope.get<{ Querystring: { filter?: string } }>('/routes', ({ query: { filter = '' } }): AdminRoutes => {
    if (typeof filter !== 'string') throw new AdminInputInvalid('filter: expected one text.')
    return describeRoutes(registry(), traffic.rules, filter)
  })
  scope.get('/limits', (): AdminLimits => ({ now: isoNow(), sliceMs, limits: limits.list(registry().now()) }))
  scope.get('/shadow', (): AdminShadow => ({ mirrors: mirrorsOf(registry()) }))

  function isoNow (): string {
    return new Date(registry().now()).toISOString()
  }
}

function mirrorsOf (registry: Registry): AdminMirror[] {
  return registry.shadow().map((report) => ({ ...report, places: report.places.slice(0, maxPlaces), noise: report.noise.length }))
}
