// npm start                 keeps the gateway of the demo running; PORT sets its port (default 8080)
import { startCluster } from './cluster.ts'
import { printCurlLines } from './curl-lines.ts'

const cluster = await startCluster()
for (const [name, { process: upstream }] of Object.entries(cluster.upstreams)) {
  upstream.once('exit', () => console.log(`The upstream of ${name} has stopped.`))
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop)

const port = Number(process.env.PORT ?? 8080)
try {
  printCurlLines(await cluster.listen(port), cluster)
} catch (error) {
  console.error(`Cannot listen on port ${port}: ${(error as Error).message}\nChoose another one: PORT=8081 npm start`)
  process.exitCode = 1
  await stop()
}

async function stop (): Promise<void> {
  for (const { process: upstream } of Object.values(cluster.upstreams)) upstream.removeAllListeners('exit')
  await cluster.close()
}
