/** A value whose JSON has the type `Json`. `JSON.stringify` writes dates as strings. */
export type Serializable<Json> =
  Json extends string ? Json | (string extends Json ? Date : never)
    : Json extends ReadonlyArray<infer Item> ? ReadonlyArray<Serializable<Item>>
      : Json extends object ? { readonly [Member in keyof Json]: Serializable<Json[Member]> }
        : Json
