import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { warnOfSkippedHooks } from '../../lib/server/app-hooks.ts'

t.test('nothing is reported if the hooks of an app cannot be found', async (t) => {
  const listeners = new Map<string, (...values: never[]) => void>()
  const warnings: unknown[] = []
  for (const hooks of [{}, { [Symbol('fastify.hooks')]: { onSend: null } }]) {
    const scope = {
      ...hooks,
      server: {},
      addHook: (name: string, listener: () => void) => listeners.set(name, listener),
      log: { warn: (...values: unknown[]) => warnings.push(values) }
    } as unknown as FastifyInstance
    warnOfSkippedHooks(scope)
    listeners.get('onRoute')!({} as never)
    listeners.get('onReady')!((() => {}) as never)
  }

  t.strictSame(warnings, [])
})
