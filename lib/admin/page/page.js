import { read } from './api.js'
import { showCallers } from './callers.js'
import { listenToChanges } from './change.js'
import { byId, say, whenChanged } from './dom.js'
import { listenToExplain } from './explain.js'
import { showLimits } from './limits.js'
import { showPrecedence } from './precedence.js'
import { showChanges, showRequests } from './requests.js'
import { showRollouts } from './rollouts.js'
import { listenToFilter, refreshRoutes } from './routes.js'
import { showShadow } from './shadow.js'
import { openChange } from './version-changes.js'
import { showVersions } from './versions.js'

/**
 * @import { AdminChanges, AdminLimits, AdminRequests, AdminRollouts } from '../../../types/admin-api.ts'
 * @import { AdminShadow, AdminState, AdminTraffic, AdminUsage } from '../../../types/admin-api.ts'
 */

const everyMs = 5_000

const showPrecedenceOf = whenChanged(showPrecedence)
const showRequestsOf = whenChanged(showRequests)
const showChangesOf = whenChanged(showChanges)
const showLimitsOf = whenChanged(showLimits)
const showShadowOf = whenChanged(showShadow)

/** The state that the page currently shows. @type {AdminState | null} */
let state = null

async function refresh () {
  try {
    await Promise.all([refreshVersions(), refreshTraffic(), refreshRoutes()])
    say(byId('live'), 'Live, updated every 5 seconds.')
    byId('live').className = ''
  } catch (error) {
    say(byId('live'), `Not up to date: ${/** @type {Error} */ (error).message}`)
    byId('live').className = 'problem'
  }
}

async function refreshVersions () {
  /** @type {[AdminState, AdminTraffic, AdminRequests, AdminChanges]} */
  const answers = await Promise.all([read('versions'), read('traffic'), read('requests'), read('audit')])
  const [versions, traffic, { requests }, { changes }] = answers
  const deprecated = versions.versions.filter((each) => each.state === 'deprecated')
  const usages = await Promise.all(deprecated.map(({ id }) => /** @type {Promise<AdminUsage>} */ (read(`versions/${encodeURIComponent(id)}/usage?limit=20`))))
  state = versions
  showVersions(versions, traffic, refresh)
  showPrecedenceOf({ precedence: versions.precedence, defaultId: versions.defaultId })
  showCallers(usages, Date.parse(versions.now))
  showRequestsOf(requests)
  showChangesOf(changes)
}

async function refreshTraffic () {
  /** @type {[AdminRollouts, AdminLimits, AdminShadow]} */
  const [rollouts, limits, shadow] = await Promise.all([read('rollouts'), read('limits'), read('shadow')])
  showRollouts(rollouts, refresh)
  showLimitsOf(limits)
  showShadowOf(shadow)
}

async function keepRefreshing () {
  await refreshWhenSeen()
  setTimeout(keepRefreshing, everyMs)
}

async function refreshWhenSeen () {
  if (!document.hidden) await refresh()
}

byId('rollback').addEventListener('click', () => { if (state !== null) openChange('rollback', '', state, refresh) })
document.addEventListener('visibilitychange', refreshWhenSeen)
listenToChanges()
listenToExplain()
listenToFilter()
keepRefreshing()
