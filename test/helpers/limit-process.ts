// Takes from one limit as fast as it can, and prints the times of the requests that were admitted.
import { Redis } from 'ioredis'
import { type LimitRule, redisStore } from '../../lib/limits/index.ts'

const [socket, rule, count] = process.argv.slice(2)
const client = new Redis({ path: socket! })
const store = redisStore(client)
const admitted: Array<[sent: number, received: number]> = []
await Promise.all(Array.from({ length: Number(count) }, async (_, index) => {
  // Spread over half a second, so that the bucket restores tokens in between.
  await new Promise((resolve) => setTimeout(resolve, index % 500))
  const sent = Date.now()
  const [state] = await store.take([{ key: 'shared', rule: JSON.parse(rule!) as LimitRule, cost: 1 }])
  if (state!.allowed) admitted.push([sent, Date.now()])
}))
console.log(JSON.stringify(admitted))
client.disconnect()
