/** A member of an `InFlightSet`. */
export interface InFlightMember {
  /** Index in the set; -1 if it is in none. */
  place: number
}

/** An exchange, or a refused upload that is still being read. */
export interface Cancelable extends InFlightMember {
  cancel (): void
}

/**
 * An unordered collection for members that come and go with every request. A `Set` would rebuild its tables all the time,
 * and old tables keep members alive beyond the garbage collector's young generation.
 */
export class InFlightSet<Member extends InFlightMember> {
  readonly #members: Member[] = []

  get size (): number {
    return this.#members.length
  }

  add (member: Member): void {
    member.place = this.#members.push(member) - 1
  }

  /** Removes a member. Does nothing if it was already removed. */
  delete (member: Member): void {
    if (member.place === -1) return
    const last = this.#members.pop()!
    if (last !== member) {
      this.#members[member.place] = last
      last.place = member.place
    }
    member.place = -1
  }

  /** Returns a copy, so that members may leave while it is iterated. */
  list (): Member[] {
    return [...this.#members]
  }
}
