import { byId, duration, element, fill, say } from './dom.js'
import { trafficCells } from './traffic-cells.js'
import { openChange } from './version-changes.js'

const percentiles = /** @type {const} */ (['p50', 'p95'])

/**
 * @param {import('../../../types/admin-api.ts').AdminState} state from `api/versions`
 * @param {import('../../../types/admin-api.ts').AdminTraffic} traffic from `api/traffic`
 * @param {() => Promise<void>} refresh
 */
export function showVersions (state, traffic, refresh) {
  const { versions, defaultId, aliases, revision } = state
  const rollback = /** @type {HTMLButtonElement} */ (byId('rollback'))
  rollback.disabled = revision === 1
  const now = Date.parse(state.now)
  const byVersion = new Map(traffic.versions.map((each) => [each.version, each]))
  const around = { now, state, sliceMs: traffic.sliceMs, refresh }
  const rows = versions.map((version) => row(version, byVersion.get(version.id), around))
  const undecided = byVersion.get(null)
  if (undecided !== undefined) rows.push(undecidedRow(undecided, traffic.sliceMs, now))
  fill(byId('version-rows'), rows)

  const down = versions.filter(({ state, disabled, healthy }) => state !== 'retired' && disabled === null && healthy === false)
  say(byId('summary'), `${versions.length} ${versions.length === 1 ? 'version' : 'versions'}, revision ${revision}. ` +
    `${defaultId === null ? 'There is no fixed default version' : `Callers that name no version get ${defaultId}`}. ` +
    (down.length === 0 ? '' : `No healthy target: ${down.map(({ id }) => id).join(', ')}.`))
  const named = Object.entries(aliases).map(([alias, id]) => element('span', { class: 'alias' }, `${alias} is ${id} `,
    button(`promote-${alias}`, 'Move', `Move the alias ${alias}`, () => openChange('promote', alias, state, refresh))))
  fill(byId('aliases'), [document.createTextNode(named.length === 0 ? 'No aliases.' : 'Aliases: '), ...named])
}

/**
 * @param {import('../../../types/admin-api.ts').AdminVersion} version
 * @param {import('../../../types/admin-api.ts').VersionTraffic | undefined} traffic
 * @param {{ now: number, state: import('../../../types/admin-api.ts').AdminState, sliceMs: number, refresh: () => Promise<void> }} around
 */
function row (version, traffic, { now, state, sliceMs, refresh }) {
  const { id, disabled } = version
  const names = Object.entries(state.aliases).filter(([, end]) => end === id).map(([alias]) => alias)
  const action = (/** @type {string} */ name, /** @type {string} */ label) =>
    button(`${name}-${id}`, label, `${label} ${id}`, () => openChange(name, id, state, refresh))
  return element('tr', { id: `version-${id}` },
    element('th', { scope: 'row' }, id, ...names.map((name) => element('span', { class: 'tag' }, name)),
      state.defaultId === id ? element('span', { class: 'tag' }, 'default') : null),
    element('td', {}, ...stateOf(version)),
    element('td', { class: 'actions' }, ...version.state === 'retired'
      ? []
      : [disabled === null ? action('disable', 'Disable') : action('enable', 'Enable'), action('retire', 'Retire')]),
    element('td', { class: 'dates' }, ...datesOf(version, now)),
    ...trafficCells(traffic ?? null, { what: id, sliceMs, now, percentiles }),
    element('td', {}, targetsOf(version)))
}

/**
 * @param {import('../../../types/admin-api.ts').VersionTraffic} traffic
 * @param {number} sliceMs
 * @param {number} now
 */
function undecidedRow (traffic, sliceMs, now) {
  return element('tr', { class: 'undecided' },
    element('th', { scope: 'row' }, 'none'),
    element('td', { colspan: '3' }, 'Refused before a version was chosen, or handled by a route of the app'),
    ...trafficCells(traffic, { what: 'no version', sliceMs, now, percentiles }),
    element('td'))
}

/** @param {import('../../../types/admin-api.ts').AdminVersion} version */
function stateOf ({ state, disabled, hidden, targets }) {
  const healthy = targets.filter((target) => target.healthy).length
  return [
    element('span', { class: `state ${state}` }, state),
    disabled === null ? null : element('span', { class: 'state disabled', ...disabled.reason !== undefined && { title: disabled.reason } }, 'disabled'),
    disabled?.reason === undefined ? null : element('div', { class: 'small' }, disabled.reason),
    hidden ? element('span', { class: 'tag' }, 'hidden') : null,
    targets.length === 0 ? null : element('div', { class: healthy < targets.length ? 'small bad' : 'small' }, `${healthy} of ${targets.length} targets healthy`)
  ]
}

/**
 * @param {import('../../../types/admin-api.ts').AdminVersion} version
 * @param {number} now
 */
function datesOf ({ releasedAt, deprecatedAt, sunsetAt, state, successor, brownouts }, now) {
  const day = (/** @type {string} */ date) => element('time', { datetime: date }, date.slice(0, 10))
  const line = (/** @type {string} */ text, /** @type {string | null} */ date) => date === null ? null : element('div', {}, `${text} `, day(date))
  const left = sunsetAt === null ? 0 : Date.parse(sunsetAt) - now
  const next = brownouts.find(({ end }) => Date.parse(end) > now)
  return [
    line('released', releasedAt),
    line('deprecated', deprecatedAt),
    line('sunset', sunsetAt),
    sunsetAt === null || state === 'retired' ? null : element('strong', { class: left < 30 * 86_400_000 ? 'soon' : 'later' }, left < 0 ? `overdue by ${duration(left)}` : `${duration(left)} left`),
    next === undefined ? null : element('div', {}, 'brownout ', day(next.start)),
    successor === null ? null : element('div', {}, `successor ${successor}`)
  ]
}

/** @param {import('../../../types/admin-api.ts').AdminVersion} version */
function targetsOf ({ targets }) {
  return element('ul', { class: 'targets' }, ...targets.map(({ address, healthy, pending }) =>
    element('li', { class: healthy ? 'up' : 'down' }, `${address} `, element('span', { class: 'small' }, healthy ? `healthy, ${pending} in flight` : 'unhealthy, receives no requests'))))
}

/**
 * @param {string} id
 * @param {string} label
 * @param {string} name for screen readers, including the version or alias
 * @param {() => void} act
 */
function button (id, label, name, act) {
  return element('button', { type: 'button', id: `do-${id}`, 'aria-label': name, onclick: act }, label)
}
