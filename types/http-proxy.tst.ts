import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { expect, test } from 'tstyche'
import { defineVersions, httpProxyOptions } from 'fastify-version-gateway'

const app = Fastify()
const versions = defineVersions({ latest: { upstream: 'http://10.0.0.15:30080' } }, { aliases: { stable: 'latest' } })

test('the options fit those of @fastify/http-proxy, with and without WebSockets', () => {
  app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions) })
  app.register(httpProxy, { prefix: '/api', ...httpProxyOptions(versions), websocket: true, httpMethods: ['GET'] })
  app.register(httpProxy, { ...httpProxyOptions(versions, { requestHeaders: ({ ip }) => ({ 'x-ip': ip }), forwardedHeaders: ['x-forwarded-port'] }) })
})

test('only some options of proxyVersions are known', () => {
  expect(httpProxyOptions).type.not.toBeCallableWith(versions, { closeGraceMs: 1 })
  expect(httpProxyOptions).type.not.toBeCallableWith({ latest: { upstream: 'http://10.0.0.15:30080' } })
})
