import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Setting } from '../measure/setting.ts'
import { audience, issuer } from '../tokens.ts'

/** HAProxy with one thread. The version header selects the backend. */
export async function haproxyCommand (setting: Setting, folder: string, port: number): Promise<string[]> {
  return commandFor('haproxy', setting, folder, port, '  use_backend v2 if { req.hdr(x-version-override) v2 }')
}

/** HAProxy with one thread. It verifies the token and copies the version claim to a header, which selects the backend. */
export async function haproxyJwtCommand (setting: Setting, folder: string, port: number): Promise<string[]> {
  return commandFor('haproxy-jwt', setting, folder, port, `
  http-request del-header x-target-version
  http-request set-var(txn.token) http_auth_bearer
  http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
  http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')
  http-request deny deny_status 401 unless { var(txn.alg) -m str RS256 }
  http-request deny deny_status 401 unless { var(txn.token),jwt_payload_query('$.iss') -m str ${issuer} }
  http-request deny deny_status 401 unless { var(txn.token),jwt_payload_query('$.aud') -m str ${audience} }
  http-request deny deny_status 401 unless { var(txn.token),jwt_verify(txn.alg,"${join(setting.tokens, 'public.pem')}") -m int 1 }
  http-request deny deny_status 401 if { date,neg,add(txn.exp) -m int lt 0 }
  http-request set-header x-target-version %[var(txn.token),jwt_payload_query('$.version')]
  use_backend v2 if { req.hdr(x-target-version) v2 }`)
}

async function commandFor (name: string, { upstreams: [v1, v2] }: Setting, folder: string, port: number, rules: string): Promise<string[]> {
  const config = join(folder, `${name}.cfg`)
  await writeFile(config, `
global
  nbthread 1
  tune.bufsize 32768
defaults
  mode http
  timeout client 60s
  timeout server 60s
  timeout connect 5s
  option http-keep-alive
  option forwardfor
  http-reuse always
frontend clients
  bind 127.0.0.1:${port}
${rules}
  default_backend v1
backend v1
  server v1 127.0.0.1:${v1}
backend v2
  server v2 127.0.0.1:${v2}
`)
  return ['haproxy', '-q', '-db', '-f', config]
}
