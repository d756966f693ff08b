/** Something that can be on a roster. */
export interface Listed {
  /** Where it is on its roster; -1 while it is on none. */
  place: number
}

/**
 * What is under way, in no order. For things that come and go with every request: a `Set` makes its tables anew all the
 * time, and through them what is long gone outlives the garbage collector's young generation.
 */
export class Roster<Member extends Listed> {
  readonly #members: Member[] = []

  get size (): number {
    return this.#members.length
  }

  add (member: Member): void {
    member.place = this.#members.push(member) - 1
  }

  /** Takes one off that is on it, or was. */
  delete (member: Member): void {
    if (member.place === -1) return
    const last = this.#members.pop()!
    if (last !== member) {
      this.#members[member.place] = last
      last.place = member.place
    }
    member.place = -1
  }

  /** Those that are on it now. */
  list (): Member[] {
    return [...this.#members]
  }
}
