// nginx with ModSecurity and the OWASP Core Rule Set, from Debian packages, as a service for external checks.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const program = '/usr/sbin/nginx'
const module = '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so'
const ruleSet = '/usr/share/modsecurity-crs/rules'

/** Returns how to install what is missing; `null` if everything is there. */
export function missingPackages (): string | null {
  const packages = Object.entries({ 'nginx-light': program, 'libnginx-mod-http-modsecurity': module, 'modsecurity-crs': ruleSet })
    .filter(([, file]) => !existsSync(file)).map(([name]) => name)
  return packages.length === 0 ? null : `Install the missing packages of Debian: apt-get update && apt-get install ${packages.join(' ')}`
}

/** ModSecurity inspects requests before they are proxied, and the second server accepts all that pass. */
const config = (folder: string, port: number): string => `
load_module ${module};
daemon off;
master_process off;
pid ${folder}/pid;
error_log ${folder}/error.log;
events {}
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  client_max_body_size 16m;
  modsecurity on;
  modsecurity_rules_file ${folder}/rules.conf;
  server { listen 127.0.0.1:${port}; location / { proxy_pass http://unix:${folder}/accept.sock; } }
  server { listen unix:${folder}/accept.sock; modsecurity off; return 204; }
}
`

/** The engine always decides. Whether that counts, the gateway's mode says. */
const rules = `
SecRuleEngine On
SecRequestBodyAccess On
SecRequestBodyLimit 16777216
SecRequestBodyNoFilesLimit 1048576
SecAuditEngine Off
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:1,phase:1,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
SecRule REQUEST_HEADERS:Content-Type "^(?:application(?:/soap\\+|/)|text/)xml" "id:2,phase:1,t:lowercase,pass,nolog,ctl:requestBodyProcessor=XML"

# A body that cannot be parsed is refused, unless the gateway has cut it off.
SecRule REQBODY_ERROR "!@eq 0" "id:3,phase:2,deny,status:400"
SecRule REQUEST_HEADERS:X-Partial-Body "@streq true" "id:4,phase:1,pass,nolog,ctl:ruleRemoveById=3"

# By default, the rule set allows only GET, HEAD, POST and OPTIONS.
SecAction "id:900200,phase:1,pass,nolog,setvar:'tx.allowed_methods=GET HEAD POST OPTIONS PUT PATCH DELETE'"
Include /etc/modsecurity/crs/crs-setup.conf
Include ${ruleSet}/*.conf
`

/** Starts nginx on a free port, with its files in a temporary folder. @throws if it does not start */
export async function startFirewall (): Promise<{ url: string, close (): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'waf-'))
  const port = await freePort()
  await writeFile(join(folder, 'nginx.conf'), config(folder, port))
  await writeFile(join(folder, 'rules.conf'), rules)
  const nginx = spawn(program, ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' })
  const close = async (): Promise<void> => {
    if (nginx.exitCode === null && nginx.signalCode === null) {
      nginx.kill('SIGKILL')
      await once(nginx, 'exit')
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await listening(nginx, port)
  } catch {
    const log = await readFile(join(folder, 'error.log'), 'utf8').catch(() => '')
    await close()
    throw new Error(`nginx did not start: ${log}`)
  }
  return { url: `http://127.0.0.1:${port}`, close }
}

async function freePort (): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Waits until nginx accepts connections. @throws if it exits before */
async function listening (nginx: ChildProcess, port: number): Promise<void> {
  while (nginx.exitCode === null) {
    const socket = connect(port, '127.0.0.1')
    const isOpen = await once(socket, 'connect').then(() => true, () => false)
    socket.destroy()
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('nginx has exited')
}
