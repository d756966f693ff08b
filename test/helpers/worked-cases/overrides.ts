import { byDefault, byHeader, malformed, noStore, nothingElse, versionHeader, unknown, type WorkedCase } from './case.ts'
import { endOfV2 } from './start.ts'

export const overrideCases: WorkedCase[] = [
  { title: '1: nothing', ...byDefault, headers: { ...nothingElse, 'api-version': 'v3', vary: 'api-version' } },
  {
    title: '2: a deprecated version',
    lines: versionHeader('v2'),
    decision: { id: 'v2', tier: 'override', requested: 'v2', state: 'deprecated' },
    headers: { ...endOfV2, 'api-version': 'v2', vary: 'api-version' },
    events: [['deprecated-use', { version: 'v2', consumer: null, tier: 'override', source: 'header:api-version' }]]
  },
  { title: '3: another case', lines: versionHeader('V2'), decision: { id: 'v2', requested: 'V2' } },
  { title: '3: blanks around it', lines: versionHeader(' \tv2 \t'), decision: { id: 'v2', requested: 'v2' } },
  { title: '4: two lines with the same', lines: [...versionHeader('v2'), ...versionHeader('v2')], ...byHeader('v2') },
  { title: '4: a list of the same', lines: versionHeader('v2, v2'), ...byHeader('v2') },
  { title: '4: two lines that differ in case', lines: [...versionHeader('v2'), 'API-Version: V2'], ...byHeader('v2') },
  {
    title: '5: two lines that differ', lines: [...versionHeader('v2'), ...versionHeader('v3')], refused: [400, 'VERSION_AMBIGUOUS'], headers: noStore, body: { source: 'header:api-version', values: ['v2', 'v3'] }
  },
  { title: '5: a list of two', lines: versionHeader('v2, v3'), refused: [400, 'VERSION_AMBIGUOUS'], headers: noStore, body: { values: ['v2', 'v3'] } },
  { title: '6: an empty header', lines: versionHeader(''), ...malformed },
  { title: '6: an empty line beside a good one', lines: [...versionHeader('v2'), ...versionHeader('')], ...malformed },
  { title: '7: an unknown version', lines: versionHeader('v9'), ...unknown, body: { ...unknown.body, requested: 'v9' } },
  { title: '8: constructor', lines: versionHeader('constructor'), ...unknown },
  ...['__proto__', '../v2', '^2', 'v'.repeat(65), 'vé', 'v2;a', '"v2"', '*'].map((word) => ({ title: `8: ${word.slice(0, 9)}`, lines: versionHeader(word), ...malformed })),
  { title: '8: 64 characters', lines: versionHeader('v'.repeat(64)), ...unknown },
  {
    title: '9: a retired version',
    lines: versionHeader('v1'),
    refused: [410, 'VERSION_RETIRED'],
    headers: { ...noStore, link: '<https://docs.acme.io/v1-to-v3>; rel="successor-version"; type="text/html"' },
    body: { requested: 'v1', version: 'v1', successor: 'v3', supported: ['v2', 'v3'], docs: 'https://docs.acme.io/v1-to-v3', source: 'header:api-version' }
  },
  {
    title: '10: a retired version that is forwarded',
    setting: { versions: { v1: { onRetired: 'forward' } } },
    lines: versionHeader('v1'),
    decision: { id: 'v3', insteadOf: 'v1', requested: 'v1', tier: 'override', state: 'active' },
    headers: { 'api-version': 'v3', 'api-version-requested': 'v1' },
    events: [['forwarded', { version: 'v1', to: 'v3', consumer: null, tier: 'override', source: 'header:api-version' }]]
  },
  { title: '11: a preview', lines: versionHeader('v4'), refused: [403, 'VERSION_FORBIDDEN'], headers: noStore, body: { requested: 'v4' } },
  { title: '11: a preview by its alias', lines: versionHeader('next'), refused: [403, 'VERSION_FORBIDDEN'], headers: noStore, body: { requested: 'next' } },
  { title: '11: a hidden one', setting: { versions: { v4: { hidden: true } } }, lines: versionHeader('v4'), ...unknown },
  { title: '11: a hidden one by its alias', setting: { versions: { v4: { hidden: true } } }, lines: versionHeader('next'), ...unknown },
  { title: '12: an alias', lines: versionHeader('latest'), decision: { id: 'v3', alias: 'latest', requested: 'latest', tier: 'override' }, headers: { ...nothingElse, 'api-version': 'v3' } }
]
