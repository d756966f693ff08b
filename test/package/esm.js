// What a user gets who imports the published package.
import Fastify from 'fastify'
import versionGateway, { defineVersions, fromHeader, versionAdmin } from 'fastify-version-gateway'

const app = Fastify()
await app.register(versionAdmin, { guard: () => true })
await app.register(versionGateway, {
  versions: defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } }),
  resolve: { override: [fromHeader('x-version')] }
})
const response = await app.inject({ url: '/', headers: { 'x-version': 'v9' } })
if (response.json().code !== 'VERSION_UNKNOWN') throw new Error(response.body)
const script = await app.inject('/admin/page/page.js')
if (script.statusCode !== 200) throw new Error(script.body)
await app.close()
