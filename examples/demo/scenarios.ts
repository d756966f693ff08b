// The seven requests of the demo, with their expected results.

export interface Scenario {
  request: string
  headers: Record<string, string>
  /** The version that serves it, or the status that refuses it. */
  expected: string
}

export function scenarios (token: (claims: object) => string): Scenario[] {
  const bearer = (claims: object): { authorization: string } => ({ authorization: `Bearer ${token(claims)}` })
  const forged = bearer({ version: 'v2' }).authorization.slice(0, -8) + 'AAAAAAAA'

  return [
    { request: 'no header, no token', headers: {}, expected: 'latest' },
    { request: 'x-version-override: v2', headers: { 'x-version-override': 'v2' }, expected: 'v2' },
    { request: 'x-target-version: v2, sent by the client', headers: { 'x-target-version': 'v2' }, expected: 'latest' },
    { request: 'JWT version=v2', headers: bearer({ version: 'v2' }), expected: 'v2' },
    { request: 'JWT version=latest', headers: bearer({ version: 'latest' }), expected: 'latest' },
    {
      request: 'JWT version=v2 and x-version-override: latest',
      headers: { ...bearer({ version: 'v2' }), 'x-version-override': 'latest' },
      expected: 'latest'
    },
    { request: 'invalid JWT', headers: { authorization: forged }, expected: '401' }
  ]
}
