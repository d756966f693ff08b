/** How many texts are remembered at a time, and how long each may be. Clients and upstreams choose them. */
const limits = { texts: 1000, length: 1024 }

/**
 * Makes a function that remembers what another one gives for a text: what depends on the text alone, and comes again
 * and again, such as the names of headers.
 */
export function remembered<Value> (make: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>()
  return (text) => {
    let value = known.get(text)
    if (value === undefined) {
      value = make(text)
      if (known.size >= limits.texts) known.clear()
      if (text.length <= limits.length) known.set(text, value)
    }
    return value
  }
}
