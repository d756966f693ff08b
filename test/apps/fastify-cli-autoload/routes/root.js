module.exports = async function root (fastify) {
  fastify.get('/', async () => ({ versions: fastify.versions.list().map(({ id }) => id) }))
}
