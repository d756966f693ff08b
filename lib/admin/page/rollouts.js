import { byId, duration, element, fill, showSection } from './dom.js'
import { lineChart } from './lines.js'
import { countText, failedPercent, percentText, rateText } from './numbers.js'
import { openRolloutChange } from './rollout-changes.js'
import { shareBar } from './svg.js'

/** @import { AdminRollout, AdminRollouts, RolloutGroupTraffic } from '../../../types/admin-api.ts' */

/**
 * @param {AdminRollouts} answer from `api/rollouts`
 * @param {() => Promise<void>} refresh
 */
export function showRollouts (answer, refresh) {
  showSection('rollouts', answer.rollouts.length > 0)
  fill(byId('rollout-list'), answer.rollouts.map((rollout) => card(rollout, answer, refresh)))
}

/**
 * @param {AdminRollout} rollout
 * @param {AdminRollouts} answer
 * @param {() => Promise<void>} refresh
 */
function card (rollout, answer, refresh) {
  const { name, from, to, state, reason, percent, key } = rollout
  return element('article', { id: `rollout-${name}`, class: 'card', 'aria-labelledby': `rollout-title-${name}` },
    element('div', { class: 'card-head' },
      element('h3', { id: `rollout-title-${name}` }, name),
      element('span', {}, `${from} to ${to}`),
      element('span', { class: `state ${state}` }, state.replace('-', ' '))),
    reason === null ? null : element('p', { class: state === 'rolled-back' ? 'bad' : 'warn' }, reason),
    element('div', { class: 'card-body' },
      element('div', { class: 'facts' },
        element('p', { class: 'big' }, percentText(percent), element('span', { class: 'small' }, ` of callers, by ${key}`)),
        shareBar(`${percentText(percent)} of callers are moved`, [['cohort', percent / 100]]),
        ...ringsOf(rollout),
        ...rampOf(rollout, Date.parse(answer.now)),
        ...guardOf(rollout),
        element('div', { class: 'buttons' }, ...buttons(rollout, answer.revision, refresh))),
      element('div', { class: 'charts' }, ...charts(rollout, answer))))
}

/**
 * @param {AdminRollout} rollout
 * @param {number} revision
 * @param {() => Promise<void>} refresh
 */
function buttons (rollout, revision, refresh) {
  const { name, state, rings } = rollout
  const button = (/** @type {string} */ action, /** @type {string} */ label, isShown = true) => isShown
    ? element('button', {
      type: 'button',
      id: `do-rollout-${action}-${name}`,
      'aria-label': `${label}: ${name}`,
      class: action === 'rollback' ? 'danger' : undefined,
      onclick: () => openRolloutChange(action, rollout, { revision, refresh })
    }, label)
    : null
  return [
    button('percent', 'Change share', state !== 'rolled-back'),
    button('rings', 'Change rings', rings.length > 0),
    button('hold', 'Hold', state === 'running'),
    button('resume', 'Resume', state !== 'running'),
    button('rollback', 'Roll back', state !== 'rolled-back')
  ]
}

/** @param {AdminRollout} rollout */
function ringsOf ({ rings, openRings, state }) {
  if (rings.length === 0) return []
  return [element('h4', {}, 'Rings'), element('ul', { class: 'rings' }, ...rings.map((ring, index) => {
    const isOpen = index < openRings && state !== 'rolled-back'
    return element('li', { class: isOpen ? 'open' : 'closed' }, `${ring.name}: ${isOpen ? 'open' : 'closed'}, ${ring.keys} ${ring.keys === 1 ? 'key' : 'keys'}`)
  }))]
}

/**
 * @param {AdminRollout} rollout
 * @param {number} now
 */
function rampOf ({ ramp, state }, now) {
  if (ramp.length === 0) return []
  const current = ramp.findLastIndex(({ at }) => Date.parse(at) <= now)
  return [element('h4', {}, state === 'running' ? 'Ramp' : 'Ramp (stopped)'), element('ol', { class: 'ramp' }, ...ramp.map(({ at, percent }, index) => {
    const left = Date.parse(at) - now
    return element('li', { class: index === current && state === 'running' ? 'current' : '' }, `${percentText(percent)} `,
      element('time', { datetime: at, class: 'small' }, left <= 0 ? `${duration(left)} ago` : `in ${duration(left)}`))
  }))]
}

/** @param {AdminRollout} rollout */
function guardOf ({ guard, cohort, control }) {
  if (guard === null) return [element('h4', {}, 'Guard'), element('p', { class: 'small' }, 'None. Nothing stops this rollout automatically.')]
  const { windowMs, minRequests, maxErrorRate, maxDelta, action } = guard
  const missing = minRequests - cohort.window.requests
  return [
    element('h4', {}, 'Guard'),
    element('p', {}, `Failed in ${Math.round(windowMs / 1000)} s: cohort ${judged(cohort)}, control ${judged(control)}.`),
    element('p', { class: 'small' }, `${action === 'hold' ? 'Holds' : 'Rolls back'} above ${percentText(100 * maxErrorRate)}, ` +
      `or ${percentText(100 * maxDelta)} above the control group.${missing > 0 ? ` It needs ${countText(missing)} more requests to judge.` : ''}`)
  ]
}

/** @param {RolloutGroupTraffic} group */
function judged ({ window: { requests, failed } }) {
  return requests === 0 ? 'no requests' : `${percentText(100 * failed / requests)} of ${countText(requests)}`
}

/**
 * @param {AdminRollout} rollout
 * @param {AdminRollouts} answer
 */
function charts ({ cohort, control, from, to, guard }, { sliceMs, now }) {
  const seconds = sliceMs / 1000
  const start = Math.floor(Date.parse(now) / sliceMs)
  const times = cohort.requests.map((_, index, { length }) => new Date((start - length + 1 + index) * sliceMs).toISOString().slice(11, 19))
  const lines = (/** @type {(group: RolloutGroupTraffic) => ReadonlyArray<number | null>} */ valuesOf) => [
    { kind: /** @type {const} */ ('cohort'), name: `cohort (${to})`, values: valuesOf(cohort) },
    { kind: /** @type {const} */ ('control'), name: `control (${from})`, values: valuesOf(control) }
  ]
  return [
    lineChart({
      title: 'Failed requests',
      lines: lines(({ requests, failed, refused }) => requests.map((count, index) => failedPercent(count, failed[index], refused[index]))),
      text: percentText,
      least: 1,
      limit: guard === null ? null : 100 * guard.maxErrorRate,
      times
    }),
    // The last interval is not over yet.
    lineChart({ title: 'Requests per second', lines: lines(({ requests }) => [...requests.slice(0, -1).map((count) => count / seconds), null]), text: rateText, least: 1, times }),
    lineChart({ title: 'p95 until the response starts', lines: lines(({ p95s }) => p95s), text: (value) => `${countText(value)} ms`, least: 10, times })
  ]
}
