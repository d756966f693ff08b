import { send } from './api.js'
import { byId, element, fill } from './dom.js'

/** Adds the listener of the form. */
export function listenToExplain () {
  const form = /** @type {HTMLFormElement} */ (byId('explain-form'))
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    try {
      show(await send('explain', requestOf(new FormData(form))))
    } catch (error) {
      fill(byId('explanation'), [element('p', { class: 'problem' }, /** @type {Error} */ (error).message)])
    }
  })
}

/**
 * @param {FormData} form
 * @throws if the claims are not JSON, or a line is not a header
 */
function requestOf (form) {
  const text = (/** @type {string} */ name) => String(form.get(name)).trim()
  /** @type {Map<string, string[]>} */
  const headers = new Map()
  for (const line of text('headers').split('\n').filter((each) => each.trim() !== '')) {
    const colon = line.indexOf(':')
    if (colon < 1) throw new Error(`"${line}" is not a header. Write it as name: value.`)
    const name = line.slice(0, colon).trim()
    headers.set(name, [...headers.get(name) ?? [], line.slice(colon + 1).trim()])
  }
  const claims = text('claims')
  return { method: text('method').toUpperCase(), url: text('url'), headers: Object.fromEntries(headers), ...claims !== '' && { claims: JSON.parse(claims) } }
}

/** @param {import('../../../types/admin-api.ts').AdminExplanation} explanation */
function show ({ outcome, decision, status, problem, headers, trace }) {
  const verdicts = {
    refused: `Refused: ${status} ${problem?.code}`,
    responded: `The app responded: ${status}`,
    forwarded: `Forwarded to ${decision?.id}`,
    decided: `Resolved to ${decision?.id ?? 'no version'}`
  }
  fill(byId('explanation'), [
    element('p', { class: outcome === 'refused' ? 'verdict bad' : 'verdict' }, verdicts[outcome]),
    ...decision === null ? [] : [element('p', {}, `By ${decision.tier}: ${decision.source}.`)],
    element('ol', {}, ...trace.map((/** @type {string} */ line) => element('li', {}, line))),
    element('details', {}, element('summary', {}, 'Headers that the gateway adds to the response'),
      element('dl', {}, ...Object.entries(headers).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])))
  ])
}
