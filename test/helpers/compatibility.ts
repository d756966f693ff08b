/** For `skip` of a test: what the test is about is lost with `forward.compatibility`. */
export const isLost = process.env.VERSION_GATEWAY_COMPATIBILITY === '1' && 'lost with compatibility'
