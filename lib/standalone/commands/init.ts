import { writeFile } from 'node:fs/promises'

/** A starter config, in which every optional line is a comment. */
export const starter = `# yaml-language-server: $schema=./node_modules/fastify-version-gateway/schema.json
#
#   npx fastify-version-gateway validate gateway.yaml
#   npx fastify-version-gateway start gateway.yaml --watch
#
# \${NAME} and \${NAME:-default} are variables of the environment.

server:
  host: 127.0.0.1           # 0.0.0.0 in a container
  port: \${PORT:-8080}

# Each version runs on a cluster of its own.
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

# Who decides: the request itself, else what is known of the caller, else the default.
resolve:
  override:
    - header: x-version-override
  # pin:
  #   - claim: version
  default: latest

# Whose tokens count. Without a provider nobody is identified.
# identity:
#   policy: allow-missing   # or require
#   providers:
#     - name: tenant-idp
#       issuer: https://acme.example
#       audiences: [public-api]
#       jwks: { url: https://acme.example/.well-known/jwks.json }

# GET /metrics, /healthz and /readyz are there unless they are disabled.
# metrics: false
# health: { needsHealthyTargets: true }
# discovery: true           # GET /versions, for callers
# admin: { password: '\${ADMIN_PASSWORD}', port: 9090 }   # a page to look at the versions and to change them
# plugin: ./gateway-plugin.ts
`

/** Writes a starter config. @throws when the file exists, unless `force` is set */
export async function init (file: string, { force }: { force: boolean }): Promise<string> {
  await writeFile(file, starter, { flag: force ? 'w' : 'wx' }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EEXIST' ? new Error(`${file} is there already. Name another file, or replace it with --force.`) : error
  })
  return `${file} is written. Edit the two upstreams, then: npx fastify-version-gateway validate ${file}`
}
