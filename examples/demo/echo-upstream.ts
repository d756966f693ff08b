// An upstream that responds with the request it received. It runs in its own process, so it can be killed.
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const servedBy = process.argv[2]

const server = createServer((request, response) => {
  let bodyBytes = 0
  request.on('data', (chunk: Buffer) => { bodyBytes += chunk.length })
  request.on('end', () => {
    const { method, url: path, headers } = request
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ servedBy, method, path, bodyBytes, headers }, null, 2) + '\n')
  })
})

server.listen(0, '127.0.0.1')
await once(server, 'listening')
process.send?.((server.address() as AddressInfo).port)
process.on('disconnect', () => process.exit())
// Ctrl-C reaches the whole process group. The gateway stops this process after it has closed.
process.on('SIGINT', () => {})
