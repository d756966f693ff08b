// What a user gets who requires it.
const { default: versionGateway, fromHeader } = require('fastify-version-gateway')
const app = require('fastify')()

app.register(versionGateway, {
  versions: { latest: { upstream: 'http://127.0.0.1:1' } },
  resolve: { override: [fromHeader('x-version')] }
})
app.inject({ url: '/', headers: { 'x-version': 'v9' } }).then(async (response) => {
  if (response.json().code !== 'VERSION_UNKNOWN') throw new Error(response.body)
  await app.close()
})
