/** Test-only languages, made of the English words: nobody has to translate them, and no build ships them. */
export type Pseudo = 'long' | 'rtl'

const hebrew = 'אבגדהוזחטיכלמנסעפצקרשת'

/** `long`: words of twice their length, as compounds have; `rtl`: the same words in letters that run to the left. */
export function pseudo(text: string, kind: Pseudo): string {
  if (kind === 'long') return text.replace(/\p{L}{4,}/gu, (word) => word + word.toLowerCase())
  return text.replace(/[a-z]/gi, (letter) => hebrew[(letter.toLowerCase().charCodeAt(0) - 97) % hebrew.length]!)
}

/** The same for a whole catalogue, as it is read: `globalThis.pseudoLocale` says which, and none leaves it as it is. */
export function pseudoCatalogue<T>(plain: T): T {
  const kind = () => (globalThis as { pseudoLocale?: Pseudo }).pseudoLocale
  if (typeof plain === 'function') {
    const call = (...given: readonly unknown[]) => pseudoCatalogue(Reflect.apply(plain, undefined, given))
    return call as T
  }
  if (typeof plain === 'string') {
    const wanted = kind()
    return (wanted ? pseudo(plain, wanted) : plain) as T
  }
  if (Array.isArray(plain)) return plain.map(pseudoCatalogue) as T
  if (typeof plain !== 'object' || plain === null) return plain
  return new Proxy(plain, {
    get: (target, name) => (name === 'locale' ? Reflect.get(target, name) : pseudoCatalogue(Reflect.get(target, name))),
  })
}
