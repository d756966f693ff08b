import { generate } from 'selfsigned'

/** A certificate and its key, as PEM. */
export interface Certificate {
  cert: string
  key: string
}

/** A certificate authority that only the test trusts. */
export interface Authority {
  /** Its own certificate, which a peer must trust. */
  ca: string
  /** Issues the certificate of a server with these hostnames and addresses. */
  server (...names: string[]): Promise<Certificate>
  /** Issues the certificate of a client. */
  client (name: string): Promise<Certificate>
}

type Extensions = NonNullable<NonNullable<Parameters<typeof generate>[1]>['extensions']>

export async function makeAuthority (name = 'Test CA'): Promise<Authority> {
  const own = await make(name, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
  ])
  return {
    ca: own.cert,
    server: async (...names) => await make(names[0]!, [
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((each) => /^[\d.]+$/.test(each) ? { type: 7, ip: each } : { type: 2, value: each }) }
    ], own),
    client: async (commonName) => await make(commonName, [{ name: 'extKeyUsage', clientAuth: true }], own)
  }
}

/** @param issuer signs the certificate; without it, the certificate is self-signed */
async function make (commonName: string, extensions: Extensions, issuer?: Certificate): Promise<Certificate> {
  const made = await generate([{ name: 'commonName', value: commonName }], {
    keyType: 'ec', algorithm: 'sha256', extensions, ...issuer !== undefined && { ca: issuer }
  })
  return { cert: `${made.cert.trimEnd()}\n`, key: `${made.private.trimEnd()}\n` }
}
