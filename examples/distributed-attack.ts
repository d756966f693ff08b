// A distributed attack on one expensive endpoint, with three sets of rate limits. No address exceeds its limit, so limits per address let
// the attack through. Limits per account and for the endpoint stop it, and merchants are served.
//
//   npx tsx examples/distributed-attack.ts
import Fastify from 'fastify'
import versionGateway from 'fastify-version-gateway'
import { type RateLimit, rateLimits } from 'fastify-version-gateway/limits'
import { makeIssuer, startUpstream } from 'fastify-version-gateway/testing'

const seconds = 5
/** Checkouts per second that the database can take. Beyond it, checkouts fail. */
const capacity = 60
/** The attacker uses a new address for each request, and the tokens of 20 stolen accounts. */
const attack = { perSecond: 200, accounts: 20 }
const merchants = 20

const perAddress: RateLimit = { name: 'per-address', requests: 5, per: 'second' }
const checkout = { methods: ['POST'], paths: ['/checkout'] }
const layered: RateLimit[] = [
  perAddress,
  { name: 'per-account', requests: 2, per: 'second', by: ['claim:sub'], when: checkout },
  { name: 'checkouts', requests: capacity, per: 'second', by: ['global'], when: checkout }
]

const issuer = makeIssuer()
const tokens = new Map<string, string>()
const clock = { now: Date.UTC(2030, 0, 1, 2, 18) }

interface Call {
  readonly account: string
  readonly address: string
}

/** All requests of one second, in mixed order. */
function callsOf (second: number): Call[] {
  const ofAttack = Array.from({ length: attack.perSecond }, (_, index): Call =>
    ({ account: `stolen-${index % attack.accounts}`, address: `203.${second}.${index >> 8}.${index & 255}` }))
  const ofMerchants = Array.from({ length: merchants }, (_, index): Call => ({ account: `merchant-${index}`, address: `198.51.100.${index}` }))
  const all = [...ofAttack, ...ofMerchants]
  return all.map((_, index) => all[index * 97 % all.length]!)
}

/** Sends the attack and the merchants' requests to a gateway with these limits. */
async function simulate (limits: readonly RateLimit[]) {
  let inThisSecond = 0
  const shop = await startUpstream('shop', {
    listener: (request, response) => {
      response.statusCode = ++inThisSecond > capacity ? 500 : 200
      request.resume().on('end', () => response.end())
    }
  })
  const app = Fastify({ trustProxy: 'loopback' })
  await app.register(rateLimits, { limits, now: () => clock.now })
  await app.register(versionGateway, {
    versions: { v1: { upstream: shop.origin } }, resolve: { default: 'v1' }, identity: { providers: [issuer.provider()] }
  })
  const origin = await app.listen({ port: 0 })
  const send = async ({ account, address }: Call) => {
    if (!tokens.has(account)) tokens.set(account, issuer.token({ sub: account }))
    const headers = { authorization: `Bearer ${tokens.get(account)}`, 'x-forwarded-for': address }
    const response = await fetch(`${origin}/checkout`, { method: 'POST', headers })
    await response.arrayBuffer()
    return { account, status: response.status }
  }

  const result = { attacks: 0, served: 0, peak: 0 }
  for (let second = 0; second < seconds; second++) {
    inThisSecond = 0
    for (const { account, status } of await Promise.all(callsOf(second).map(send))) {
      if (account.startsWith('stolen') && status !== 429) result.attacks++
      if (account.startsWith('merchant') && status === 200) result.served++
    }
    result.peak = Math.max(result.peak, inThisSecond)
    clock.now += 1_000
  }
  await Promise.all([app.close(), shop.close()])
  return result
}

const percent = (part: number, all: number): string => `${Math.round(100 * part / all)} %`.padStart(6)
const column = (value: unknown): string => String(value).padStart(28)

console.log(`${attack.perSecond} attacking checkouts per second, each from another address; the database takes ${capacity}.\n`)
console.log(['limits'.padEnd(28), ...['attacks that got through', 'merchants that were served', 'most checkouts per second'].map(column)].join(''))
for (const [name, limits] of [['none', []], ['per address', [perAddress]], ['address, account, endpoint', layered]] as const) {
  const { attacks, served, peak } = await simulate(limits)
  console.log([name.padEnd(28), ...[percent(attacks, attack.perSecond * seconds), percent(served, merchants * seconds), peak].map(column)].join(''))
}
console.log()
