/** The number of texts to remember, and the maximum length of each. They are limited because clients and upstreams choose the texts. */
const limits = { texts: 1000, length: 1024 }

/**
 * Memoizes a function whose result depends only on a text. It is meant for texts that recur often, such as names of headers.
 */
export function memoize<Value> (make: (text: string) => Value): (text: string) => Value {
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
