// @fastify/http-proxy as in its README: one upstream, no identity, no versions.
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { reportPorts } from '../measure/report-ports.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const app = Fastify()
await app.register(httpProxy, { upstream: urlOf(v1) })
await app.listen({ port: 0, host: '127.0.0.1' })
reportPorts((app.server.address() as { port: number }).port)
