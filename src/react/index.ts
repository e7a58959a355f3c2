'use client'

/** `faceseal/react`: `<FaceSeal>` for React 18 and 19. Renders on a server, and touches the browser in effects only. */
import {
  createElement,
  type ForwardedRef,
  forwardRef,
  type HTMLAttributes,
  type ReactElement,
  useEffect,
  useImperativeHandle,
  useRef,
} from 'react'
import type { FaceSealElement, FaceSealEventMap } from '../element/index'

type Attributes = Pick<
  HTMLAttributes<HTMLElement>,
  'id' | 'className' | 'style' | 'children' | 'lang' | 'dir' | 'hidden'
>
type Settable = Partial<
  Pick<
    FaceSealElement,
    | 'baseUrl'
    | 'optionsUrl'
    | 'answerUrl'
    | 'localUrl'
    | 'receiptsUrl'
    | 'withdrawUrl'
    | 'backend'
    | 'assetBase'
    | 'workerUrl'
    | 'profile'
    | 'prefetch'
    | 'locale'
    | 'theme'
    | 'mode'
    | 'level'
    | 'localOnly'
    | 'disabled'
    | 'required'
    | 'name'
    | 'init'
  >
>

/** The element's properties, and its events as `on…` with their `detail`. `ref` is the element. */
export interface FaceSealProps extends Attributes, Settable {
  readonly onStateChange?: ((detail: FaceSealEventMap['facesealstatechange']['detail']) => void) | undefined
  readonly onResult?: ((detail: FaceSealEventMap['facesealresult']['detail']) => void) | undefined
  readonly onError?: ((detail: FaceSealEventMap['facesealerror']['detail']) => void) | undefined
  readonly onAlternative?: ((detail: FaceSealEventMap['facesealalternative']['detail']) => void) | undefined
}

const handlers = {
  onStateChange: 'facesealstatechange',
  onResult: 'facesealresult',
  onError: 'facesealerror',
  onAlternative: 'facesealalternative',
} as const satisfies Record<string, keyof FaceSealEventMap>
const handlerNames = Object.keys(handlers) as (keyof typeof handlers)[]

/** `<face-seal>` as a component: attributes and properties as props, its events as handlers. Renders on a server. */
export const FaceSeal = forwardRef(function FaceSeal(
  { id, className, style, children, lang, dir, hidden, ...rest }: FaceSealProps,
  forwarded: ForwardedRef<FaceSealElement>,
): ReactElement {
  const { onStateChange, onResult, onError, onAlternative, ...properties } = rest
  const element = useRef<FaceSealElement>(null)
  const latest = useRef<FaceSealProps>(rest)
  const given = useRef<readonly string[]>([])
  useImperativeHandle(forwarded, () => element.current as FaceSealElement, [])

  useEffect(() => {
    latest.current = rest
    const { current } = element
    if (current) given.current = assign(current, properties, given.current)
  })

  // StrictMode runs this twice: listeners come and go, the definition is there once, and nothing is started.
  useEffect(() => {
    void import('../element/index')
    const { current } = element
    if (!current) return
    const stop = new AbortController()
    for (const name of handlerNames) {
      const call = (event: Event) => tell(latest.current, name, event)
      current.addEventListener(handlers[name], call, { signal: stop.signal })
    }
    return () => stop.abort()
  }, [])

  // React 18 knows no `className` on a custom element, and writes a `hidden` of false as an attribute, which hides.
  const attributes = { id, class: className, style, lang, dir, hidden: hidden || undefined }
  return createElement('face-seal', { ref: element, ...attributes }, children)
})

/** Properties that were given before and are not now go back to what the element makes of `undefined`. */
function assign(element: FaceSealElement, properties: Settable, before: readonly string[]): readonly string[] {
  const names = Object.keys(properties)
  const gone = before.filter((name) => !names.includes(name))
  Object.assign(element, Object.fromEntries(gone.map((name) => [name, undefined])), properties)
  return names
}

function tell(props: FaceSealProps, name: keyof typeof handlers, event: Event): void {
  const handler: ((detail: never) => void) | undefined = props[name]
  if (event instanceof CustomEvent) handler?.(event.detail as never)
}
