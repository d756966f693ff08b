// An app as `fastify generate` makes it.
const path = require('node:path')
const autoload = require('@fastify/autoload')

module.exports = async function app (fastify, options) {
  fastify.register(autoload, { dir: path.join(__dirname, 'plugins'), options })
  fastify.register(autoload, { dir: path.join(__dirname, 'routes'), options })
}
