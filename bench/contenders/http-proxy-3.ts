import { Agent, createServer } from 'node:http'
import { createProxyServer } from 'http-proxy-3'
import { listenAndReport } from '../measure/report-ports.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const proxy = createProxyServer({ target: urlOf(v1), agent: new Agent({ keepAlive: true, maxSockets: 128 }) })
proxy.on('error', (_error, _request, response) => { response.destroy() })
await listenAndReport(createServer((request, response) => { proxy.web(request, response) }))
