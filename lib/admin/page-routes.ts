import { readFile } from 'node:fs/promises'
import type { FastifyInstance } from 'fastify'

const types = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const
const files = [
  'page.css', 'page.js', 'api.js', 'dom.js', 'versions.js', 'chart.js', 'callers.js', 'requests.js', 'precedence.js', 'change.js', 'explain.js', 'icon.svg'
]

/** Nothing but what the page has itself: no inline scripts or styles, no other hosts, no frames (CSP Level 3). */
const contentSecurityPolicy = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'",
  "frame-ancestors 'none'"
].join('; ')

/** Routes of the page and its files. */
export async function pageRoutes (scope: FastifyInstance): Promise<void> {
  const html = await readPageFile('index.html')
  // Without the slash at its end, its relative addresses would lead beside it.
  const last = scope.prefix.split('/').pop()!
  if (last !== '') scope.get('/', { prefixTrailingSlash: 'no-slash' }, (_request, reply) => reply.redirect(`${last}/`, 307))
  scope.get('/', { prefixTrailingSlash: 'slash' }, (_request, reply) => reply.header('content-security-policy', contentSecurityPolicy).type(types.html).send(html))
  for (const name of files) {
    const content = await readPageFile(name)
    const type = types[name.split('.').pop() as keyof typeof types]
    scope.get(`/page/${name}`, (_request, reply) => reply.type(type).send(content))
  }
}

async function readPageFile (name: string): Promise<Buffer> {
  return await readFile(new URL(`page/${name}`, import.meta.url))
}
