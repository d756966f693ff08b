/** Codes of the errors of this folder, in addition to undici's. */
export const transportCodes = {
  unknownCoding: 'TRANSFER_CODING_UNKNOWN',
  waitedTooLong: 'QUEUE_TIMEOUT'
} as const

/** Makes an error with a code. */
export function transportError (code: string, message: string): Error & { code: string } {
  return Object.assign(new Error(message), { code })
}

export function unknownCoding (coding: string): Error {
  return transportError(transportCodes.unknownCoding, `the response has the transfer coding ${JSON.stringify(coding)}, which was not asked for`)
}

export function waitedTooLong (): Error {
  return transportError(transportCodes.waitedTooLong, 'no connection to the target was free within timeouts.connect')
}
