import t from 'tap'
import { remedyOf } from '../../lib/proxy-versions/upstream-remedies.ts'

function failure (code: string, more: object = {}): Error {
  return Object.assign(new Error('failed'), { code, ...more })
}

const [plain, secure] = ['http://orders:8080', 'https://orders:8443']

const remedies: Array<[what: string, error: Error, target: string | undefined, remedy: RegExp | undefined]> = [
  ['an untrusted certificate', failure('DEPTH_ZERO_SELF_SIGNED_CERT'), secure, /tls\.ca/],
  ['a certificate for another name', failure('ERR_TLS_CERT_ALTNAME_INVALID'), secure, /tls\.servername/],
  ['a certificate that has expired', failure('CERT_HAS_EXPIRED'), secure, /Renew/],
  ['a certificate that is not valid yet', failure('CERT_NOT_YET_VALID'), secure, /clock/],
  ['a target that asks for a certificate', failure('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), secure, /tls\.cert and tls\.key/],
  ['plain text on a TLS connection', failure('ERR_SSL_WRONG_VERSION_NUMBER'), secure, /write 'http:\/\/orders:8443'/],
  ['a TLS alert in response to plain text', failure('HPE_INVALID_CONSTANT', { name: 'HTTPParserError', data: '\x15\x03\x01' }), plain, /write 'https:\/\/orders:8080'/],
  ['a connection that is closed without a word', failure('UND_ERR_SOCKET', { socket: { bytesRead: 0 } }), plain, /write 'https:\/\/orders:8080'/],
  ['a response that is no HTTP', failure('HPE_INVALID_CONSTANT', { name: 'HTTPParserError', data: 'SSH-2.0' }), plain, undefined],
  ['a refused connection', failure('ECONNREFUSED'), secure, undefined],
  ['a failure without a target', failure('ECONNREFUSED'), undefined, undefined]
]

for (const [what, error, target, remedy] of remedies) {
  t.test(`the remedy for ${what} ${remedy === undefined ? 'is not known' : `is ${remedy.source}`}`, async (t) => {
    const text = remedyOf(error, target)

    if (remedy === undefined) t.equal(text, undefined)
    else t.match(text, remedy)
  })
}
