import { byId, element, fill } from './dom.js'

/** @param {Pick<import('../../../types/admin-api.ts').AdminState, 'precedence' | 'defaultId'>} state from `api/versions` */
export function showPrecedence ({ precedence, defaultId }) {
  if (precedence === null) return
  const { override, weak, pin } = precedence
  const isFixed = precedence.default !== 'required' && precedence.default !== 'a function'
  const last = isFixed ? `${precedence.default}${defaultId === null || defaultId === precedence.default ? '' : `, which is ${defaultId}`}` : precedence.default
  fill(byId('precedence-steps'), [
    step('Override', 'what the request asks for', override),
    ...weak.length === 0 ? [] : [step('Weak override', 'only if no override has an opinion', weak)],
    step('Pin', 'what is known about the caller; a locked pin cannot be overridden', pin),
    step('Default', 'if no resolver has an opinion', [last])
  ])
}

/**
 * @param {string} title
 * @param {string} meaning
 * @param {readonly string[]} names
 */
function step (title, meaning, names) {
  return element('li', {},
    element('h3', {}, title),
    element('p', { class: 'small' }, meaning),
    names.length === 0 ? element('p', {}, 'none') : element('ul', {}, ...names.map((name) => element('li', {}, element('code', {}, name)))))
}
