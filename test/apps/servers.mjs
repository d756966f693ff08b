import { startIssuer, startUpstream } from 'fastify-version-gateway/testing'

/** Starts an issuer and one upstream for each name, and closes them after a test. */
export async function startServers (t, ...names) {
  const [issuer, ...upstreams] = await Promise.all([startIssuer(), ...names.map((name) => startUpstream(name))])
  t.after(() => Promise.all([issuer, ...upstreams].map((server) => server.close())))
  return { issuer, upstreams, origins: upstreams.map(({ origin }) => origin) }
}

/** Listens on a free port, and closes an app after a test. */
export async function listen (t, app) {
  t.after(() => app.close())
  return await app.listen({ port: 0, host: '127.0.0.1' })
}
