// "Go to definition" and stack traces lead to the sources.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const dist = 'node_modules/fastify-version-gateway/dist'
const maps = readdirSync(dist, { recursive: true }).filter((file) => file.endsWith('.map'))
const missing = maps.flatMap((file) => {
  const { sources } = JSON.parse(readFileSync(`${dist}/${file}`, 'utf8'))
  return sources.map((source) => resolve(dist, file, '..', source)).filter((source) => !existsSync(source))
})

if (maps.length === 0 || missing.length > 0) throw new Error(`${maps.length} maps; missing: ${missing.join(', ')}`)
