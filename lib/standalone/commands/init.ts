import { writeFile } from 'node:fs/promises'

/** A starter config. Optional settings are commented out. */
export const starter = `# yaml-language-server: $schema=./node_modules/fastify-version-gateway/schema.json
#
#   npx fastify-version-gateway validate gateway.yaml
#   npx fastify-version-gateway start gateway.yaml --watch
#
# \${NAME} and \${NAME:-default} are replaced with environment variables.

server:
  host: 127.0.0.1           # use 0.0.0.0 in a container
  port: \${PORT:-8080}

# Each version has its own upstream.
versions:
  v1:
    upstream: http://127.0.0.1:3001
    # deprecatedAt: 2026-06-01
    # sunsetAt: 2026-12-31
    # successor: v2
  v2:
    upstream: http://127.0.0.1:3002

aliases:
  latest: v2

# How a version is chosen: override (from the request), then pin (from the caller's identity), then default.
resolve:
  override:
    - header: x-version-override
  # pin:
  #   - claim: version
  default: latest

# Providers whose tokens are accepted. Without a provider, callers stay anonymous.
# identity:
#   policy: allow-missing   # or 'require'
#   providers:
#     - name: tenant-idp
#       issuer: https://acme.example
#       audiences: [public-api]
#       jwks: { url: https://acme.example/.well-known/jwks.json }

# GET /metrics, /healthz and /readyz are enabled by default.
# metrics: false
# health: { needsHealthyTargets: true }
# discovery: true           # serves GET /versions to callers
# admin: { password: '\${ADMIN_PASSWORD}', port: 9090 }   # a page to view and change the versions
# plugin: ./gateway-plugin.ts
`

/** Writes a starter config. @throws when the file exists, unless `force` is set */
export async function init (file: string, { force }: { force: boolean }): Promise<string> {
  await writeFile(file, starter, { flag: force ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Error(`${file} already exists. Choose another file, or overwrite it with --force.`) : error
  })
  return `Created ${file}. Edit the two upstreams, then run: npx fastify-version-gateway validate ${file}`
}
