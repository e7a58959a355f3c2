import { expect, it, vi } from 'vitest'

vi.mock('react', async (original) => ({
  ...(await original<typeof import('react')>()),
  ...{ useRef: (current: unknown) => ({ current }), useEffect: () => undefined, useImperativeHandle: () => undefined },
}))

it('what is not hidden has no such attribute: React 18 writes false as a value, and any value hides', async () => {
  const { FaceSeal } = await import('../../../src/react/index')
  const { render } = FaceSeal as unknown as { render(props: object, ref: null): { props: Record<string, unknown> } }
  expect(render({ hidden: false }, null).props.hidden).toBeUndefined()
  expect(render({ hidden: true, className: 'a' }, null).props).toMatchObject({ hidden: true, class: 'a' })
})
