import { test } from 'tap'
import { fromCookie } from '../../../lib/index.ts'
import { fakeRequest } from '../../helpers/fake-request.ts'

const cases: Array<[lines: string[], version: string | undefined]> = [
  [[], undefined],
  [[''], undefined],
  [['a=1'], undefined],
  [['Version=v2'], undefined],
  [['version2=v2; xversion=v2'], undefined],
  [['version=v2'], 'v2'],
  [['a=1;  version = v2 ; b=2'], 'v2'],
  [['version="v2"'], 'v2'],
  [['version="'], '"'],
  [['version=v%32'], 'v2'],
  [['version=v%zz'], 'v%zz'],
  [['version=a=b'], 'a=b'],
  [['version='], ''],
  [['version'], ''],
  [['version=v2; version=v3'], 'v2,v3'],
  [['version=v2', 'version=v2'], 'v2,v2'],
  [['version=v2%2Cv3'], 'v2,v3']
]

for (const [lines, version] of cases) {
  test(`fromCookie reads ${JSON.stringify(version)} from ${JSON.stringify(lines)}`, async (t) => {
    const request = fakeRequest({ rawHeaders: lines.flatMap((line) => ['Cookie', line]) })

    const opinion = fromCookie('version').resolve(request)

    t.equal(opinion, version)
  })
}

test('a cookie is a weak override, and Vary names it', async (t) => {
  t.match(fromCookie('__Host-version'), { name: 'cookie:__Host-version', weak: true, readsHeaders: ['cookie'] })
})
