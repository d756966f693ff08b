/** Whether every gateway of this run has `forward.compatibility`. A test of what is lost then asserts the loss. */
export const inCompatibility = process.env.VERSION_GATEWAY_COMPATIBILITY === '1'
