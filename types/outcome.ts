/**
 * The outcome of a request. `served`: a response of the upstream or the app, with any status. `refused`: a response of
 * the gateway itself. `upstream-failed`: no response of the upstream, or a truncated one. `client-gone`: the client disconnected.
 */
export type RequestOutcome = 'served' | 'refused' | 'upstream-failed' | 'client-gone'
