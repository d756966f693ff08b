import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

const types = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const
const files = [
  'page.css', 'traffic.css', 'icon.svg', 'page.js', 'api.js', 'callers.js', 'change.js', 'chart.js', 'dom.js', 'explain.js', 'limits.js', 'lines.js',
  'numbers.js', 'precedence.js', 'requests.js', 'rollout-changes.js', 'rollouts.js', 'routes.js', 'shadow.js', 'svg.js', 'traffic-cells.js',
  'version-changes.js', 'versions.js'
]

/** Adds the routes of the page and its files. */
export async function pageRoutes (scope: FastifyInstance): Promise<void> {
  const html = await readPageFile('index.html')
  scope.get('/', { exposeHeadRoute: true }, ({ raw }, reply) => {
    const [path] = raw.url!.split('?', 1) as [string]
    // Without a trailing slash, the relative URLs of the page would not resolve below it.
    if (!path.endsWith('/')) return reply.redirect(`${path.split('/').pop()!}/`, 307)
    return reply.type(types.html).send(html)
  })
  for (const name of files) {
    const content = await readPageFile(name)
    const type = types[name.split('.').pop() as keyof typeof types]
    scope.get(`/page/${name}`, (_request, reply) => reply.type(type).send(content))
  }
}

async function readPageFile (name: string): Promise<Buffer> {
  return await readFile(new URL(`page/${name}`, import.meta.url))
}
