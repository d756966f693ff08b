import type { FastifyInstance } from 'fastify'
import type { ResolvedUsage } from '../config/normalize-versions.ts'
import { withTimeout } from '../shared/with-timeout.ts'
import type { Usage } from './usage.ts'

/** How long closing an app waits for `onUsage`, in milliseconds. */
const maxCloseMs = 5000
/** The flush in progress. Gateways may share a registry and thus its usage. */
const inProgress = new WeakMap<Usage, Promise<void>>()

/**
 * Passes changed usage to `onUsage`: every `flushMs` once the app is ready, and when it closes. The interval restarts when
 * `onUsage` has settled, so that calls never overlap.
 */
export function flushUsage (app: FastifyInstance, usage: Usage, { onUsage, flushMs }: ResolvedUsage): void {
  if (onUsage === undefined) return
  let timer: NodeJS.Timeout | undefined

  async function report (): Promise<void> {
    const batch = usage.takeChanged()
    if (batch.length === 0) return
    try {
      await onUsage!(batch)
    } catch (err) {
      app.log.error({ err }, 'onUsage failed')
    }
  }

  async function flush (): Promise<void> {
    const before = inProgress.get(usage)
    const flushed = before === undefined ? report() : before.then(report)
    inProgress.set(usage, flushed)
    await flushed
    if (inProgress.get(usage) === flushed) inProgress.delete(usage)
  }

  app.addHook('onReady', async () => {
    timer = setTimeout(() => { flush().then(() => timer?.refresh()) }, flushMs).unref()
  })
  app.addHook('onClose', async () => {
    clearTimeout(timer)
    timer = undefined
    await withTimeout(flush(), maxCloseMs, () => app.log.error('onUsage timed out on close'))
  })
}
