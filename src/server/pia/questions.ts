import type { PiaBlock } from './document'

/** Numbers the open questions through the whole draft. */
export class OpenQuestions {
  #count = 0

  get count(): number {
    return this.#count
  }

  ask(...texts: readonly string[]): PiaBlock[] {
    return texts.map((text) => {
      this.#count += 1
      return { kind: 'question', number: this.#count, text }
    })
  }
}
