import { openDialog } from './change.js'
import { element } from './dom.js'
import { percentText } from './numbers.js'

/** @import { AdminRollout } from '../../../types/admin-api.ts' */

/** The changes of a rollout, by action. @type {Record<string, (rollout: AdminRollout) => Omit<import('./change.js').Change, 'path'>>} */
const changes = {
  percent: ({ name, to, percent, ramp }) => ({
    title: `Change the share of ${name}`,
    meaning: `A larger share moves more callers to ${to}, and moves none of them back.${ramp.length === 0 ? '' : ' The new share replaces the ramp.'}`,
    confirm: 'Change share',
    fields: [percentField('Share in percent', String(percent), true)]
  }),
  rings: ({ name, openRings, rings }) => ({
    title: `Change the rings of ${name}`,
    meaning: 'Callers in open rings are moved, whatever the share is.',
    confirm: 'Change rings',
    fields: [element('label', {}, 'Open rings ', element('select', { name: 'openRings' }, ...ringOptions(rings.map((ring) => ring.name), openRings)))]
  }),
  hold: ({ name, percent }) => ({
    title: `Hold ${name}`,
    meaning: `The share stays at ${percentText(percent)}, and the guard does not change it, until the rollout is resumed.`,
    confirm: 'Hold'
  }),
  resume: ({ name, runningPercent }) => ({
    title: `Resume ${name}`,
    meaning: `The rollout continues with ${percentText(runningPercent)}, or with the share that you enter.`,
    confirm: 'Resume',
    fields: [percentField('Another share in percent (optional)', '', false)]
  }),
  rollback: ({ name, from, to }) => ({
    title: `Roll back ${name}`,
    meaning: `All callers move back to ${from} until the rollout is resumed. Callers that name ${to} themselves stay there.`,
    confirm: 'Roll back'
  })
}

/**
 * @param {string} action
 * @param {AdminRollout} rollout
 * @param {{ revision: number, refresh: () => Promise<void> }} around
 */
export function openRolloutChange (action, rollout, { revision, refresh }) {
  const path = `rollouts/${encodeURIComponent(rollout.name)}/${action}`
  openDialog({ ...changes[action](rollout), path }, { revision, subjectId: `rollout-${rollout.name}`, refresh })
}

/**
 * @param {string} label
 * @param {string} value
 * @param {boolean} required
 */
function percentField (label, value, required) {
  return element('label', {}, `${label} `,
    element('input', { type: 'number', name: 'percent', min: '0', max: '100', step: '0.01', value, required }))
}

/**
 * Rings open one after another. The next one is preselected.
 * @param {string[]} names
 * @param {number} open
 */
function ringOptions (names, open) {
  const next = Math.min(open + 1, names.length)
  return [...names.keys(), names.length].map((count) =>
    element('option', { value: String(count), selected: count === next }, count === 0 ? 'none' : names.slice(0, count).join(', ')))
}
