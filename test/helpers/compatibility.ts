/** Whether all gateways of this run have `forward.compatibility`. Tests of features that need internals then expect the lack of them. */
export const inCompatibility = process.env.VERSION_GATEWAY_COMPATIBILITY === '1'
