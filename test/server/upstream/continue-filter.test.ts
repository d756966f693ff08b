import t from 'tap'
import { ContinueFilter } from '../../../lib/server/upstream/continue-filter.ts'

const ok = 'HTTP/1.1 200 OK\r\nContent-Length: 26\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n.'
const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n'
const goOn = 'HTTP/1.1 100 Continue\r\n\r\n'

/** @returns the chunks that remain of a response */
function filtered (...chunks: string[]): string {
  const filter = new ContinueFilter()
  return chunks.map((chunk) => filter.filter(Buffer.from(chunk, 'latin1')).toString('latin1')).join('')
}

for (const [what, sent, passed] of [
  ['nothing but a final response', ok, ok],
  ['one 100', goOn + ok, ok],
  ['several', goOn.repeat(3) + ok, ok],
  ['one with fields', `HTTP/1.1 100 Continue\r\nServer: x\r\n\r\n${ok}`, ok],
  ['one without a reason, from HTTP/1.0, with bare LF', `HTTP/1.0 100\n\n${ok}`, ok],
  ['one before and one after a 103', goOn + hints + goOn + ok, hints + ok],
  ['one before a 101', `${goOn}HTTP/1.1 101 Switching Protocols\r\n\r\n${goOn}`, `HTTP/1.1 101 Switching Protocols\r\n\r\n${goOn}`],
  ['empty lines before a 100, and between it and the response', `\r\n${goOn}\r\n\n${goOn}${ok}`, ok],
  ['an empty line before a 103', `\r\n${hints}${ok}`, `\r\n${hints}${ok}`],
  ['an empty line before a final response', `\r\n${ok}`, `\r\n${ok}`],
  ['a status that only looks similar', 'HTTP/1.1 1000 x\r\n\r\n', 'HTTP/1.1 1000 x\r\n\r\n'],
  ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n', 'SSH-2.0-OpenSSH\r\n']
] as const) {
  t.test(`every 100 Continue before a response is dropped, however it is split into chunks: ${what}`, async (t) => {
    t.equal(filtered(sent), passed)
    for (let at = 1; at < sent.length; at++) t.equal(filtered(sent.slice(0, at), sent.slice(at)), passed, `cut at ${at}`)
    t.equal(filtered(...sent), passed, 'byte by byte')
  })
}

t.test('a 100 Continue that arrives after a response is dropped as well', async (t) => {
  const filter = new ContinueFilter()
  const pass = (sent: string): string => filter.filter(Buffer.from(sent)).toString()
  pass(ok)
  filter.begin()

  t.equal(pass(goOn), '')
  t.equal(pass(ok), ok)
})

t.test('a flood of 100 Continue responses reaches the parser, which closes the connection', async (t) => {
  t.match(filtered(...Array<string>(2_000).fill(goOn)), goOn)
  t.match(filtered(goOn.repeat(2_000)), goOn)
})
