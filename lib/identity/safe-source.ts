/**
 * Whether keys may be fetched from an address: https, or http on loopback. An attacker who can change the response can sign tokens.
 *
 * @param allowHttp whether the operator trusts the network, such as a cluster's
 */
export function isSafeSource (address: string, allowHttp = false): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && (allowHttp || isLoopback(url)))
}

export function isLoopback ({ hostname }: URL): boolean {
  return ['localhost', '[::1]'].includes(hostname) || /^127(\.\d+){3}$/.test(hostname)
}
