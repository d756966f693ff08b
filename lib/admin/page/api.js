// Calls the admin API. The browser adds the credentials that the guard requires.

/**
 * @template Answer
 * @param {string} path
 * @returns {Promise<Answer>}
 */
export async function read (path) {
  return await answered(await fetch(`api/${path}`, { headers: { accept: 'application/json' } }))
}

/**
 * @template Answer
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Answer>}
 */
export async function send (path, body) {
  return await answered(await fetch(`api/${path}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body)
  }))
}

/**
 * @param {Response} response
 * @throws an error with the `detail` of the problem, or with the status
 */
async function answered (response) {
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error(body.detail ?? `${response.status} ${response.statusText}`)
  return body
}
