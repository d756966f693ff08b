import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { hostnameOf, hostOf } from '../../lib/http/request-host.ts'

t.test('a request without a host has an empty one, also with early versions of Fastify 5', async (t) => {
  const early = {
    host: undefined,
    get hostname (): string { throw new TypeError('Cannot read properties of undefined') }
  } as unknown as FastifyRequest

  t.strictSame([hostOf(early), hostnameOf(early)], ['', ''])
})

t.test('a host has its port, and a hostname does not', async (t) => {
  const request = { host: 'api.test:8080', hostname: 'api.test' } as FastifyRequest

  t.strictSame([hostOf(request), hostnameOf(request)], ['api.test:8080', 'api.test'])
})
