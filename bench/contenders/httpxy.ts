import { Agent, createServer } from 'node:http'
import { createProxyServer } from 'httpxy'
import { listenAndReport } from '../measure/report-ports.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const proxy = createProxyServer({ target: urlOf(v1), agent: new Agent({ keepAlive: true, maxSockets: 128 }) })
await listenAndReport(createServer((request, response) => { proxy.web(request, response).catch(() => response.destroy()) }))
