const fp = require('fastify-plugin')
const { default: versionGateway, fromHeader } = require('fastify-version-gateway')

module.exports = fp(async function gateway (fastify, { versions }) {
  await fastify.register(versionGateway, { prefix: '/api', versions, resolve: { override: [fromHeader('x-version')], default: 'v1' } })
}, { name: 'gateway' })
