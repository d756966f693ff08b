/**
 * Whether a message is a call of gRPC (`application/grpc`, `application/grpc+proto`, `application/grpc-web`), whose streams
 * may be silent for as long as they like: a call that is to end has a deadline (`grpc-timeout`).
 */
export function isGrpc (contentType: string | undefined): boolean {
  return contentType !== undefined && /^application\/grpc(-web(-text)?)?\s*([+;]|$)/i.test(contentType)
}
