import {
  Client, credentials, type Metadata, Server, ServerCredentials, type ServiceDefinition, type ServiceError, type StatusObject,
  type UntypedServiceImplementation
} from '@grpc/grpc-js'
import type { Test } from 'tap'
import type { UpstreamOptions } from '../../types/index.ts'
import { makeAuthority } from './certificates.ts'
import { startHttp2Gateway } from './http2.ts'

const same = (bytes: Buffer): Buffer => bytes

const serializers = { requestSerialize: same, requestDeserialize: same, responseSerialize: same, responseDeserialize: same }

function method (path: string, requestStream: boolean, responseStream: boolean) {
  return { path, requestStream, responseStream, ...serializers }
}

/** A gRPC service whose messages are bytes. */
export const echo = {
  unary: method('/test.Echo/Unary', false, false),
  serverStream: method('/test.Echo/ServerStream', false, true),
  clientStream: method('/test.Echo/ClientStream', true, false),
  bidi: method('/test.Echo/Bidi', true, true)
} satisfies ServiceDefinition

/** Starts a gRPC server with TLS, a gateway in front of it, and a client of the gateway. */
export async function startGrpc (t: Test, service: UntypedServiceImplementation, options: Partial<UpstreamOptions> = {}) {
  const { ca, server: certificate } = await makeAuthority()
  const { cert, key } = await certificate('127.0.0.1')
  const server = new Server()
  const missing = (): void => { throw new Error('not in this test') }
  server.addService(echo, { unary: missing, serverStream: missing, clientStream: missing, bidi: missing, ...service })
  const secure = ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(cert), private_key: Buffer.from(key) }])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', secure, (error, bound) => { if (error === null) resolve(bound); else reject(error) })
  })
  t.teardown(() => server.forceShutdown())
  const upstream = { targets: `https://127.0.0.1:${port}`, http2: true, tls: { ca }, ...options }
  const gateway = await startHttp2Gateway(t, { versions: { latest: { upstream } }, resolve: {} }, 'h2')
  // Newer versions of Node do not accept an address as the server name.
  const client = new Client(new URL(gateway.origin).host, credentials.createSsl(Buffer.from(gateway.ca)), {
    'grpc.ssl_target_name_override': 'localhost'
  })
  t.teardown(() => client.close())
  return {
    client,
    targets: () => gateway.app.versions.health()[0]!.targets,
    /** Makes a unary call. */
    unary: async (message: string, metadata: Metadata, callOptions = {}) => await new Promise<Unary>((resolve) => {
      const result: Unary = { error: null, message: undefined, headers: undefined, status: undefined }
      client.makeUnaryRequest(echo.unary.path, same, same, Buffer.from(message), metadata, callOptions, (error, bytes) => {
        result.error = error
        result.message = bytes?.toString()
      }).on('metadata', (headers: Metadata) => { result.headers = headers }).on('status', (status: StatusObject) => {
        // The status can arrive before or after the callback.
        setImmediate(() => resolve({ ...result, status }))
      })
    }),
    serverStream: (message: string, metadata: Metadata, callOptions = {}) =>
      client.makeServerStreamRequest(echo.serverStream.path, same, same, Buffer.from(message), metadata, callOptions),
    bidi: (metadata: Metadata, callOptions = {}) => client.makeBidiStreamRequest(echo.bidi.path, same, same, metadata, callOptions)
  }
}

export interface Unary {
  error: ServiceError | null
  message: string | undefined
  headers: Metadata | undefined
  status: StatusObject | undefined
}
