/**
 * Words of a text, for the search: Chinese has no spaces, and a code such as `camera_busy` is to be found whole and by its
 * parts. It is carried into the page as text, so it stands alone.
 */
export function searchTokens(text: string): string[] {
  const words = new Intl.Segmenter('zh', { granularity: 'word' }).segment(text)
  return [...words].flatMap(({ segment, isWordLike }) => {
    if (!isWordLike) return []
    const parts = segment.split('_')
    return parts.length > 1 ? [segment, ...parts.filter(Boolean)] : [segment]
  })
}
