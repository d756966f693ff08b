// What a user gets who imports the published package.
import Fastify from 'fastify'
import versionGateway, { defineVersions, fromHeader } from 'fastify-version-gateway'

const app = Fastify()
await app.register(versionGateway, {
  versions: defineVersions({ latest: { upstream: 'http://127.0.0.1:1' } }),
  resolve: { override: [fromHeader('x-version')] }
})
const response = await app.inject({ url: '/', headers: { 'x-version': 'v9' } })
if (response.json().code !== 'VERSION_UNKNOWN') throw new Error(response.body)
await app.close()
