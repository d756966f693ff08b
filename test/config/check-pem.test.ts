import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import type { UpstreamTls } from '../../types/index.ts'
import { makeAuthority } from '../helpers/certificates.ts'

const authority = await makeAuthority()
const { ca: pem } = authority
const { cert, key } = await authority.client('gateway')
const encrypted = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
  .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' }).toString()
const { key: otherKey } = await authority.client('other')
const block = (label: string): string => `-----BEGIN ${label}-----\nMAYCAQUCAQI=\n-----END ${label}-----\n`
const junk = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'

const check = (tls: UpstreamTls): void => checkGateway({ versions: { latest: { upstream: { targets: 'https://a', tls } } } })

const noFile = /^expected PEM, which begins with '-----BEGIN'\. Give the content of a file, not its name: readFileSync\('(ca|cert|key)\.pem'\)\.$/

const sameLine = /^has '-----BEGIN' or '-----END' in a line with other text\. Begin a new line there/

const wrong: Array<[what: string, name: 'ca' | 'cert' | 'key', value: unknown, message: RegExp]> = [
  ['a relative file name', 'ca', './ca.pem', noFile],
  ['an absolute file name', 'ca', '/etc/ssl/ca.pem', noFile],
  ['an empty text', 'ca', '', noFile],
  ['a list with a file name', 'ca', [pem, 'ca.pem'], noFile],
  ['DER', 'ca', Buffer.from([0x30, 0x82]), noFile],
  ['a file name', 'cert', 'cert.pem', noFile],
  ['a file name', 'key', 'secret.pem', noFile],
  ['an object with a file name', 'key', [{ pem: 'secret.pem' }], noFile],
  ['a block without an end', 'ca', '-----BEGIN nothing', /^has no complete certificate\. /],
  ['a truncated certificate', 'ca', pem.slice(0, -40), /^has no complete certificate\. /],
  ['junk in a certificate', 'ca', junk, /^has an invalid certificate \(number 1 of 1\)\. /],
  ['a bundle with junk', 'ca', `${pem}${junk}${pem}`, /^has an invalid certificate \(number 2 of 3\)\. /],
  ['a key', 'ca', key, /^contains a 'PRIVATE KEY' block\. Use only CA certificates/],
  ['a bundle with a key', 'ca', Buffer.from(pem + key), /^contains a 'PRIVATE KEY' block\. /],
  ['a key', 'cert', key, /^has no complete certificate\. /],
  ['junk', 'cert', junk, /^has an invalid certificate /],
  ['a certificate', 'key', cert, /^has no valid private key\. /],
  ['junk', 'key', '-----BEGIN PRIVATE KEY-----\nAA==\n-----END PRIVATE KEY-----\n', /^has no valid private key\. /],
  ['an encrypted key without its passphrase', 'key', encrypted, /passphrase/],
  ['an object', 'ca', { pem }, /^expected PEM, got an object\.$/],
  ['a list of objects', 'cert', [{ pem: cert }], /^expected PEM, got an object\.$/],
  ['an object without a list', 'key', { pem: encrypted, passphrase: 'secret' }, /^expected PEM, or a list of objects\. Write \[\{ pem, passphrase \}\]\.$/],
  ['text before the first line', 'ca', `ours: ${pem}`, sameLine],
  ['text behind the last line', 'cert', `${cert.trimEnd()} # ours\n`, sameLine],
  ['an indented key', 'key', key.replaceAll(/^/gm, '  '), sameLine],
  ['a bundle without newlines between its certificates', 'ca', pem.trimEnd() + pem, sameLine],
  ['a bundle in one line', 'ca', Buffer.from(pem.replaceAll('\n', ' ')), sameLine],
  ['a certificate and a key without a newline between them', 'cert', cert.trimEnd() + key, sameLine],
  ['a truncated second certificate', 'ca', pem + pem.slice(0, -40), /^has a block without its last line /],
  ['only revocation lists', 'ca', block('X509 CRL'), /^has no complete certificate\. /]
]

for (const [what, name, value, message] of wrong) {
  t.test(`${what} in tls.${name} is rejected, and the message does not repeat the value`, async (t) => {
    t.throws(() => check({ [name]: value }), {
      code: 'VERSION_CONFIG_INVALID', problems: [{ path: `versions.latest.upstream.tls.${name}`, message }]
    })
  })
}

t.test('a certificate and a private key that do not match are reported once', async (t) => {
  const problem = { path: 'versions.latest.upstream.tls', message: /^has a certificate and a private key that do not belong together\. / }
  for (const tls of [{ cert, key: otherKey }, { cert: pem + cert, key }, { cert: [cert], key: [{ pem: otherKey }] }]) {
    t.throws(() => check(tls), { code: 'VERSION_CONFIG_INVALID', problems: [problem] })
  }
})

const right: Array<[what: string, tls: UpstreamTls]> = [
  ['no certificates', {}],
  ['a certificate', { ca: pem }],
  ['a bundle with comments', { ca: `# ours\n${pem}\n# theirs\r\n${pem.replaceAll('\n', '\r\n')}` }],
  ['a list of text and bytes', { ca: [pem, Buffer.from(pem)] }],
  ['a certificate with its key', { cert, key }],
  ['one file with both', { cert: cert + key, key: cert + key }],
  ['a certificate with its chain', { cert: cert + pem, key }],
  ['a bundle with a revocation list, parameters and OpenSSL\'s own kind of certificate', {
    ca: [pem, block('X509 CRL'), block('DH PARAMETERS'), pem.replaceAll(' CERTIFICATE', ' TRUSTED CERTIFICATE')].join('')
  }],
  ['a bundle with a certificate in comments', { ca: `${pem.trimEnd().replaceAll(/^/gm, '# ')}\n${pem}` }],
  ['a file with a byte order mark', { ca: [`\uFEFF${pem}`, Buffer.from(`\uFEFF${pem}`)] }],
  ['a key after its parameters', { cert, key: block('EC PARAMETERS') + key }],
  ['keys as objects', { cert, key: [{ pem: key }] }],
  ['an encrypted key', { key: [{ pem: encrypted, passphrase: 'secret' }] }]
]

for (const [what, tls] of right) {
  t.test(`the tls option accepts ${what}`, async (t) => {
    t.doesNotThrow(() => check(tls))
  })
}
