import { Agent, createServer } from 'node:http'
import { createProxyServer } from 'httpxy'
import { announce } from '../measure/announce.ts'
import { readSetting, urlOf } from '../measure/setting.ts'

const { upstreams: [v1] } = readSetting()
const proxy = createProxyServer({ target: urlOf(v1), agent: new Agent({ keepAlive: true, maxSockets: 128 }) })
await announce(createServer((request, response) => { proxy.web(request, response).catch(() => response.destroy()) }))
