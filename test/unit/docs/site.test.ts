import { describe, expect, it } from 'vitest'
import { searchTokens } from '../../../docs/.vitepress/search-tokens.ts'

describe('words of the search', () => {
  it('a code is found whole and by its parts', () => {
    expect(searchTokens('See `camera_busy`.')).toEqual(['See', 'camera_busy', 'camera', 'busy'])
  })

  it('Chinese is cut into words', () => {
    const words = searchTokens('规则包与策略。')
    expect(words).toContain('规则')
    expect(words.join('')).toBe('规则包与策略')
  })

  it('stands alone, for it is carried into the page as text', () => {
    const carried: typeof searchTokens = new Function(`return ${searchTokens}`)()
    expect(carried('a_b')).toEqual(['a_b', 'a', 'b'])
  })
})
