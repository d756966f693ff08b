// Imports the published package as a user does.
import Fastify from 'fastify'
import versionGateway, { defineVersions, fromHeader } from 'fastify-version-gateway'
import { versionAdmin } from 'fastify-version-gateway/admin'
import { rateLimits } from 'fastify-version-gateway/limits'
import { accessLog, gatewayHealth, observeVersions } from 'fastify-version-gateway/observe'
import { runGateway } from 'fastify-version-gateway/standalone'

const app = Fastify()
await app.register(accessLog)
await app.register(gatewayHealth)
await app.register(versionAdmin, { guard: () => true })
await app.register(rateLimits, { limits: [{ name: 'all', requests: 1, per: 'day', by: ['global'], when: { paths: ['/limited'] } }] })
await app.register(versionGateway, {
  versions: defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } }, {
    routes: [{ name: 'limited', matches: [{ path: { regex: '/limited/\\d+' } }], respond: { body: 'ok' } }, { name: 'rest' }]
  }),
  resolve: { override: [fromHeader('x-version')] }
})
const response = await app.inject({ url: '/', headers: { 'x-version': 'v9' } })
if (response.json().code !== 'VERSION_UNKNOWN') throw new Error(response.body)
const limited = await Promise.all([1, 2].map(async (id) => (await app.inject(`/limited/${id}`)).statusCode))
if (limited.join() !== '200,429') throw new Error(limited.join())
const script = await app.inject('/admin/page/page.js')
if (script.statusCode !== 200) throw new Error(script.body)
await app.close()

// prom-client is an optional peer dependency, and not installed here.
const problem = await Fastify().register(observeVersions).ready().catch((error) => error.message)
if (!/npm install prom-client/.test(problem)) throw new Error(problem)

const standalone = await runGateway('standalone.yaml', { env: {} })
const health = await fetch(new URL('/healthz', standalone.address))
if (!health.ok) throw new Error(await health.text())
await standalone.close()
