import { RequestWindow } from './request-window.ts'

/** The requests of a cohort, or of a control group. */
class Group {
  window: RequestWindow
  /** Since the process started. */
  readonly total = { succeeded: 0, failed: 0 }

  constructor (windowMs: number) {
    this.window = new RequestWindow(windowMs)
  }
}

/** The requests that a rollout concerns, in this process. */
export class RolloutCounts {
  readonly cohort: Group
  readonly control: Group

  constructor (windowMs: number) {
    this.cohort = new Group(windowMs)
    this.control = new Group(windowMs)
  }

  add (isMoved: boolean, isFailed: boolean, now: number): void {
    const { window, total } = isMoved ? this.cohort : this.control
    window.add(isFailed, now)
    total[isFailed ? 'failed' : 'succeeded']++
  }

  /** Forgets the requests in the window, because they say nothing about the time after a change. */
  restart (windowMs: number): void {
    for (const group of [this.cohort, this.control]) group.window = new RequestWindow(windowMs)
  }
}
