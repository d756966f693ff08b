import type { FastifyInstance } from 'fastify'
import t from 'tap'
import { readsOf } from '../../lib/verify-identity/verifier-reads.ts'

for (const names of ['cookie', [5]]) {
  t.test(`a function of readsHeaders must return a list of names, not ${JSON.stringify(names)}`, async (t) => {
    const verifier = { readsHeaders: () => names } as unknown as Parameters<typeof readsOf>[1]

    t.throws(() => readsOf({} as FastifyInstance, verifier), { code: 'VERSION_CONFIG_INVALID', message: /must return a list of header names/ })
  })
}
