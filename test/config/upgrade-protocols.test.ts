import t from 'tap'
import { checkGateway } from '../../lib/config/check-gateway.ts'

const check = (...protocols: string[]): void => checkGateway({ versions: { latest: { upstream: { targets: 'http://a', upgrades: { protocols } } } } })

for (const protocol of ['h2c', 'H2', 'TLS/1.0', 'web socket', '', '*', 'web*', '*/1']) {
  t.test(`upgrades.protocols rejects '${protocol}'`, async (t) => {
    t.throws(() => check(protocol), {
      code: 'VERSION_CONFIG_INVALID',
      problems: [{ path: 'versions.latest.upstream.upgrades.protocols[0]', message: /^expected a protocol .*\. Name each end-to-end protocol\. .*'\*' are not allowed\.$/ }]
    })
  })
}

for (const protocol of ['websocket', 'Acme/2.0', 'h2c2']) {
  t.test(`upgrades.protocols accepts ${protocol}`, async (t) => {
    t.doesNotThrow(() => check(protocol))
  })
}
