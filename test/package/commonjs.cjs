// What a user gets who requires it.
const { default: versionGateway, fromHeader } = require('fastify-version-gateway')
const { versionAdmin } = require('fastify-version-gateway/admin')
const { rateLimits, redisStore } = require('fastify-version-gateway/limits')
const { accessLog } = require('fastify-version-gateway/observe')
const { runGateway } = require('fastify-version-gateway/standalone')
const app = require('fastify')()

for (const each of [versionAdmin, accessLog, rateLimits, redisStore, runGateway]) if (typeof each !== 'function') throw new TypeError(String(each))

app.register(versionGateway, {
  versions: { latest: { upstream: 'http://127.0.0.1:1' } },
  resolve: { override: [fromHeader('x-version')] }
})
app.inject({ url: '/', headers: { 'x-version': 'v9' } }).then(async (response) => {
  if (response.json().code !== 'VERSION_UNKNOWN') throw new Error(response.body)
  await app.close()
})
