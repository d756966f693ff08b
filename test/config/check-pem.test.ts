import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'
import type { UpstreamTls } from '../../types/index.ts'

const pem = '-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n'
const check = (tls: UpstreamTls): void => checkGateway({ versions: { latest: { upstream: { targets: 'https://a', tls } } } })

for (const [name, value] of [
  ['ca', './ca.pem'], ['ca', '/etc/ssl/ca.pem'], ['ca', ''], ['ca', [pem, 'ca.pem']], ['ca', Buffer.from([0x30, 0x82])], ['cert', 'cert.pem'],
  ['key', 'secret.pem'], ['key', [{ pem: 'secret.pem' }]]
] as const) {
  t.test(`tls.${name} ${JSON.stringify(value)} is no PEM`, async (t) => {
    t.throws(() => check({ [name]: value }), {
      code: 'VERSION_CONFIG_INVALID',
      problems: [{
        path: `versions.latest.upstream.tls.${name}`,
        message: `expected PEM, which begins with '-----BEGIN'. Give the content of a file, not its name: readFileSync('${name}.pem').`
      }]
    })
  })
}

for (const tls of [{ ca: pem }, { ca: `# ours\n${pem}` }, { ca: [pem, Buffer.from(pem)], cert: pem, key: [{ pem }] }, {}] as UpstreamTls[]) {
  t.test(`tls with ${Object.keys(tls).join(', ') || 'nothing'} is PEM`, async (t) => {
    t.doesNotThrow(() => check(tls))
  })
}
