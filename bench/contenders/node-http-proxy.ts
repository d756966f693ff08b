// http-proxy with an agent that keeps connections: without one it makes a connection for every request.
import { Agent, createServer } from 'node:http'
import httpProxy from 'http-proxy'
import { announce } from '../measure/announce.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const proxy = httpProxy.createProxyServer({ target: urlOf(v1), agent: new Agent({ keepAlive: true, maxSockets: 128 }) })
proxy.on('error', (_error, _request, response) => { response.destroy() })
await announce(createServer((request, response) => proxy.web(request, response)))
