// The curl commands that npm start prints.
import type { startCluster } from './cluster.ts'

type Cluster = Awaited<ReturnType<typeof startCluster>>

export function printCurlLines (gateway: string, { token, upstreams }: Cluster): void {
  const bearer = (claims: object): string => `-H 'authorization: Bearer ${token(claims)}'`
  const v2 = bearer({ version: 'v2' })

  console.log(`
The gateway listens on ${gateway}. In another terminal:

# served by latest: the default
curl ${gateway}/orders

# served by v2: an explicit override
curl -H 'x-version-override: v2' ${gateway}/orders

# served by latest: only the gateway may set this header, in any spelling
curl -H 'x-target-version: v2' ${gateway}/orders
curl -H 'X_Target_Version: v2' ${gateway}/orders

# served by v2: a claim in a verified token. The upstream sees x-target-version: v2
curl ${v2} ${gateway}/orders

# served by v2: the same, although the client names that header in Connection
curl -H 'Connection: x-target-version' ${v2} ${gateway}/orders

# served by latest: the claim names it
curl ${bearer({ version: 'latest' })} ${gateway}/orders

# served by latest: an override beats the claim
curl -H 'x-version-override: latest' ${v2} ${gateway}/orders

# 401: a token may be missing, but not invalid
curl -i -H 'authorization: Bearer not.a.token' ${gateway}/orders

# 400: there is no v9
curl -i -H 'x-version-override: v9' ${gateway}/orders

# 502: the upstream of v2 is down
kill ${upstreams.v2.process.pid}
curl -i -H 'x-version-override: v2' ${gateway}/orders

Ctrl-C stops everything.
`)
}
