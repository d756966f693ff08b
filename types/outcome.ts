/**
 * The outcome of a request. `served`: a response of the upstream or the app, whatever its status. `refused`: a response of
 * the gateway itself. `upstream-failed`: no response of the upstream, or a truncated one. `client-gone`: the client left.
 */
export type RequestOutcome = 'served' | 'refused' | 'upstream-failed' | 'client-gone'
