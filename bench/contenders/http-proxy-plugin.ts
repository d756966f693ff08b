// @fastify/http-proxy as its README has it: one upstream, no identity, no version.
import httpProxy from '@fastify/http-proxy'
import Fastify from 'fastify'
import { tell } from '../measure/announce.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const app = Fastify()
await app.register(httpProxy, { upstream: urlOf(v1) })
await app.listen({ port: 0, host: '127.0.0.1' })
tell((app.server.address() as { port: number }).port)
