/** A copy of requests that is sent to another version. The caller never waits for it, and never sees its response. */
export interface MirrorOptions<Name extends string = string> {
  /** The version that gets the copies. */
  version: Name
  /** Share of the requests, from 0 to 100. Default 100. */
  percent?: number
  /** Methods of the requests. Others than GET and HEAD may have side effects twice. Default `GET` and `HEAD`. */
  methods?: readonly string[]
  /** In bytes. Requests with larger bodies are not mirrored; larger response bodies are compared by length only. Default 65536. */
  maxBodyBytes?: number
  /** Milliseconds until a copy is abandoned. Default 2000. */
  timeoutMs?: number
  /** Copies in flight. Further ones are dropped and counted. Default 20. */
  maxInFlight?: number
  /** Whether copies carry `Authorization`, `Cookie` and other credentials. Default false. */
  forwardCredentials?: boolean
  /** Compares the responses. Default: they are discarded. */
  compare?: boolean | CompareOptions
}

/** How the response to a copy is compared with the caller's. */
export interface CompareOptions {
  /** JSON Pointers (RFC 6901) that are not compared, such as `/updatedAt`. The token `*` matches any member or index. Default none. */
  ignore?: readonly string[]
  /** Whether a second copy to the caller's own version finds members that differ from request to request. Default false. */
  control?: boolean
}

/** A mirror for all requests of a version. */
export interface MirrorConfig<Name extends string = string> extends MirrorOptions<Name> {
  /** Names the mirror in events and metrics. Unique. */
  name: string
  /** The version whose requests are copied. */
  from: Name
}

/** A difference between the caller's response and that to its copy. It has no values, which may be confidential. */
export interface ShadowDifference {
  /** Name of the mirror; for a mirror of a rule, the name of the rule. */
  readonly mirror: string
  readonly from: string
  readonly to: string
  readonly method: string
  /** Name of the rule, or the first segment of the path. */
  readonly route: string
  /** `status`, `content-type`, `length`, or a JSON Pointer such as `/items/0/price`. */
  readonly at: string
  readonly kind: 'status' | 'content-type' | 'body'
}
