import type { IncomingMessage } from 'node:http'
import t from 'tap'
import { isWellFramed } from '../../lib/http/framing.ts'

// Newer versions of Node reject these messages themselves.
for (const name of ['', 'a ', 'a\t', 'Content_Length', 'content.length']) {
  t.test(`a message with a header named ${JSON.stringify(name)} is not well framed, nor is anything later on its connection`, async (t) => {
    const socket = {}
    const message = { httpVersion: '1.1', headers: {}, rawHeaders: [name, '1'], socket } as unknown as IncomingMessage

    const verdicts = [message, { ...message, rawHeaders: [] }].map((raw) => isWellFramed(raw as IncomingMessage))

    t.strictSame(verdicts, [false, false])
  })
}
