/**
 * Whether a message belongs to a gRPC call (`application/grpc`, `application/grpc+proto`, `application/grpc-web`). Its streams
 * may be idle for any time, because calls have their own deadline (`grpc-timeout`).
 */
export function isGrpc (contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(-web(-text)?)?\s*([+;]|$)/i.test(contentType)
}
