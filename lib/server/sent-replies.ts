import type { FastifyReply } from 'fastify'

// Touches: `send` of one reply of Fastify, which is replaced. Gains: `reply.sent` only becomes true once the response has been
// written, but a hook of the app may delay it. Without this file, a guard that has refused a request could still let it through
// meanwhile. `compatibility` does not turn it off, because no public API says that a response is on its way.

/** Notices a call of `reply.send`, from now on until `release` is called. */
export function watchSend (reply: FastifyReply): { isCalled: () => boolean, release: () => void } {
  const { send } = reply
  let isCalled = false
  reply.send = function (payload) {
    isCalled = true
    return send.call(this, payload)
  }
  return { isCalled: () => isCalled, release: () => { reply.send = send } }
}
