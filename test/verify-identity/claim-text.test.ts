import t from 'tap'
import { claimText } from '../../lib/verify-identity/claim-text.ts'

const forms: Array<[claim: string, value: unknown, text: string | null | undefined]> = [
  ['text stays as it is', 'v2', 'v2'],
  ['empty text stays empty', '', ''],
  ['a number becomes text', 1.5, '1.5'],
  ['a boolean becomes text', false, 'false'],
  ['an absent claim is absent', undefined, undefined],
  ['null is absent', null, undefined],
  ['a list of scalars is joined', ['a', 1, true], 'a,1,true'],
  ['an empty list is empty', [], ''],
  ['an object becomes base64url JSON', { a: '?~' }, Buffer.from('{"a":"?~"}').toString('base64url')],
  ['a list with an object becomes base64url JSON', ['a', {}], Buffer.from('["a",{}]').toString('base64url')],
  ['a list with null becomes base64url JSON', [null], Buffer.from('[null]').toString('base64url')],
  ['letters outside ASCII are percent-encoded', 'Zoë 日', 'Zo%C3%AB %E6%97%A5'],
  ['a lone surrogate becomes the replacement character', '\ud800', '%EF%BF%BD'],
  ['CR and LF are refused', 'v2\r\nx-admin: 1', null],
  ['NUL is refused', 'a\0', null],
  ['a tab is refused', 'a\tb', null],
  ['DEL is refused', '\u007f', null],
  ['a C1 control is refused', '\u0085', null],
  ['a control inside a list is refused', ['a', '\n'], null],
  ['a list that is nested too deep is refused', JSON.parse('['.repeat(9000) + ']'.repeat(9000)), null],
  ['8 KiB is the most', 'x'.repeat(8192), 'x'.repeat(8192)],
  ['more than 8 KiB is refused', 'x'.repeat(8193), null],
  ['more than 8 KiB after encoding is refused', 'ë'.repeat(2000), null]
]

for (const [sentence, value, text] of forms) {
  t.test(sentence, async (t) => {
    t.equal(claimText(value), text)
  })
}
