/** Whether keys may be fetched from an address: https, or http on loopback. Whoever can change the answer can sign tokens. */
export function isSafeSource (address: string): boolean {
  const url = URL.canParse(address) ? new URL(address) : null
  const isLoopback = url !== null && (['localhost', '[::1]'].includes(url.hostname) || /^127(\.\d+){3}$/.test(url.hostname))
  return url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)
}
