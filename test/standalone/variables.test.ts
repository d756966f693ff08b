import t, { type Test } from 'tap'
import { loadConfig } from '../../lib/standalone/load-config.ts'
import { readConfigFile } from '../../lib/standalone/config-file.ts'
import { putVariablesIn } from '../../lib/standalone/variables.ts'
import { lines, makeFolder } from '../helpers/config-folder.ts'

async function write (t: Test, text: string): Promise<string> {
  return await (await makeFolder(t)).write('gateway.yaml', lines(text))
}

async function messageOf (t: Test, text: string, environment: Record<string, string>): Promise<string> {
  const file = await write(t, text)
  return await loadConfig(file, environment).then(() => '', (error: Error) => error.message.replaceAll(`${file}:`, ''))
}

const versions = "versions: { latest: { upstream: 'http://127.0.0.1:1' } }"

for (const [text, environment, expected] of [
  ['${A}', { A: 'x' }, 'x'],
  ['${A:-b}', {}, 'b'],
  ['${A:-b}', { A: '' }, 'b'],
  ['${A-b}', { A: '' }, ''],
  ['${A-b}', {}, 'b'],
  ['${A-b}', { A: 'x' }, 'x'],
  ['${A:-b}', { A: 'x' }, 'x'],
  ['${A:?needed}', { A: 'x' }, 'x'],
  ['$${A} and $A', { A: 'x' }, '${A} and $A'],
  ['${A}${B:-}', { A: '$&' }, '$&'],
  ['$$${A} $$$${A} $$ $${', { A: 'x' }, '$x $${A} $$ ${'],
  ['${A}', { A: 'secret\r\n' }, 'secret'],
  ['${toString:-x}${valueOf-y}', {}, 'xy']
] as const) {
  t.test(`${text} becomes ${JSON.stringify(expected)} with the environment ${JSON.stringify(environment)}`, async (t) => {
    const { text: result, problems } = putVariablesIn(text, environment)

    t.equal(result, expected)
    t.strictSame(problems, [])
  })
}

for (const [text, message] of [
  ['${A:?set it}', /^A is not set or empty: set it\. Set it/],
  ['${A:?}', /^A is not set or empty\. Set it/],
  ['${A}', /^A is not set\. Set it, or write \$\{A:-default\}\.$/],
  ['${constructor}', /^constructor is not set\. Set it/],
  ['${__proto__:?}', /^__proto__ is not set or empty\. Set it/],
  ['${A?x}', /is not a valid variable reference[^]*\$\{NAME:\?message\}/],
  ['${A:+x}', /is not a valid variable reference/],
  ['${A:-${B}}', /is not a valid variable reference/],
  ['${a-b', /is not a valid variable reference/],
  ['${ A }', /is not a valid variable reference/],
  ['${}', /is not a valid variable reference/],
  ['${1A}', /is not a valid variable reference/]
] as const) {
  t.test(`${text} is reported as invalid`, async (t) => {
    const { problems } = putVariablesIn(text, {})

    t.match(problems, [{ message }])
  })
}

t.test('an invalid reference is reported with its line, even in a block scalar or a property name', async (t) => {
  const file = await write(t, `
    block: |
      one
      two \${B?}
    \${NAME}: 1
  `)

  const { problems } = await readConfigFile(file, { NAME: 'x' })

  t.match(problems, [{ line: 3, column: 7 }, { line: 4, column: 1, message: /names cannot contain variables/ }])
})

t.test('a value from a variable has the type that its option expects', async (t) => {
  const file = await write(t, `
    server: { port: "\${PORT}", host: \${HOST}, trustProxy: "\${TRUST}", http2: "\${OFF}" }
    ${versions}
    admin:
      password: \${PASSWORD}
    resolve: { default: latest, exposeDecision: "\${OFF}" }
    identity: { providers: [{ name: "\${PORT}", issuer: 'https://a.example', jwks: { url: 'https://a.example/k' }, requiredClaims: ["\${OFF}"] }] }
  `.replace('host: ${HOST}', 'host: "${HOST}"'))

  const { file: { server, admin, resolve, identity } } = await loadConfig(file, {
    PORT: '8081', HOST: '127.0.0.1', TRUST: 'true', OFF: 'false', PASSWORD: '123456789012'
  })

  t.match(server, { port: 8081, host: '127.0.0.1', trustProxy: true, http2: false })
  t.equal(admin?.password, '123456789012')
  t.equal(resolve?.exposeDecision, false)
  t.match(identity, { providers: [{ name: '8081', requiredClaims: ['false'] }] })
})

t.test('an empty address does not mean all interfaces', async (t) => {
  const message = await messageOf(t, `
    server: { host: "\${HOST}" }
    ${versions}
    admin: { password: 'long enough to be one', host: '' }
  `, { HOST: '' })

  t.match(message, /1:11 server\.host: expected an address to listen on/)
  t.match(message, /admin\.host: expected an address to listen on, got ''/)
})

t.test('problems contain neither secrets nor values of variables', async (t) => {
  const message = await messageOf(t, `
    server: { port: "\${PORT}" }
    versions: { v1: { upstream: "\${UPSTREAM}" } }
    admin: { password: 12345678 }
    resolve: { default: "\${DEFAULT}", override: [{ path: { pattern: "\${PATTERN}" } }] }
    plugin: "\${PLUGIN}"
  `, { PORT: 'hush-port', UPSTREAM: 'hush', DEFAULT: 'hush3', PATTERN: 'hushed(', PLUGIN: './hush-plugin.ts' })
  const whole = await messageOf(t, `
    ${versions}
    admin: correct horse
  `, {})

  t.notMatch(message, /hush|1234/)
  t.match(message, /server\.port: expected a port from 0 to 65535, got '\$\{PORT\}'/)
  t.match(message, /admin\.password: expected a password[^]*got a number/)
  t.notMatch(whole, /horse/)
})

t.test('problems contain no part of a variable\'s value, even if it is short, a list or a file name', async (t) => {
  const message = await messageOf(t, `
    server: { port: 0, trustProxy: "\${PROXIES}", tls: { cert: "\${FILE}", key: "\${FOLDER}/key.pem" } }
    versions: { v1: { upstream: { targets: "\${UPSTREAM}", tls: { ca: "\${FILE}" } } } }
    resolve: { default: v1, override: [{ path: { pattern: "\${PATTERN}" } }, { plugin: one }] }
    identity: { providers: [{ name: a, issuer: 'https://a.example', jwks: { file: "\${FILE}" } }] }
    plugin: "./\${FILE}"
  `, { PROXIES: '10.0.0.1, hush1', FILE: 'hush2', FOLDER: '/hush3', UPSTREAM: 'https://me:hush4@HUSH5.example/hush6/', PATTERN: 'hush(' })
  const list = await messageOf(t, `
    server: { trustProxy: [10.0.0.1, "\${PROXY}"] }
    ${versions}
  `, { PROXY: 'hush' })

  t.notMatch(message, /hush/i)
  for (const expected of [
    /1:\d+ server\.trustProxy: expected addresses of proxies, got '\$\{PROXIES\}'/,
    /1:\d+ server\.tls\.cert: ENOENT: .*, open '\$\{FILE\}'/,
    /1:\d+ server\.tls\.key: ENOENT: .*, open '\$\{FOLDER\}\/key\.pem'/,
    /pattern '\$\{PATTERN\}' is not a valid regular expression: Unterminated group\./,
    /4:\d+ identity\.providers\[0\]\.jwks\.file: ENOENT: .*, open '\$\{FILE\}'/,
    /5:\d+ plugin: ENOENT: .*, open '\.\/\$\{FILE\}'/
  ]) t.match(message, expected)
  t.match(list, /server\.trustProxy\[1\]: expected an address of a proxy, got '\$\{PROXY\}'/)
})

t.test('problems contain no values derived from variables', async (t) => {
  const message = await messageOf(t, `
    versions:
      v1: { upstream: "\${HOST}", deprecatedAt: "\${LATER}", sunsetAt: "\${SOONER}" }
      v2: { upstream: "\${ADDRESS}" }
      v3: { upstream: "\${USER}" }
    resolve: { default: v1 }
  `, { HOST: 'hush', ADDRESS: 'http://hush/a', USER: 'http://hush:hush@hush', LATER: '2031-01-01', SOONER: '2030-01-01' })

  t.notMatch(message, /hush|203\d/)
  t.match(message, /v3\.upstream: contains credentials\. Write scheme, host and port alone/)
  t.equal(message.split('\n').length, 4)
})

t.test('all problems are reported at once, including unset variables', async (t) => {
  const message = await messageOf(t, `
    server: { port: "\${PORT}" }
    versions: { v1: { upstream: orders:8080 } }
    aliases: { latest: v2 }
    resolve: { default: "\${DEFAULT}" }
    prefx: /a
  `, {})

  t.strictSame(message.split('\n').map((line) => line.replace(/: .*/, '')), [
    '1:17 PORT is not set. Set it, or write ${PORT:-default}.', '2:19 versions.v1.upstream', '3:12 aliases.latest',
    '4:21 DEFAULT is not set. Set it, or write ${DEFAULT:-default}.', '5:1 prefx'
  ])
})
