/** `faceseal/vue`: `<FaceSeal>` for Vue 3. Renders on a server, and touches the browser when mounted only. */
import { cloneVNode, defineComponent, h, onMounted, type PropType, shallowRef } from 'vue'
import type { FaceSealElement, FaceSealEventMap, FaceSealResult } from '../element/index'

type Detail<K extends keyof FaceSealEventMap> = FaceSealEventMap[K]['detail']

/** The element's properties; slots `alternative`, `heading`, `notice`; `element` on the component's ref. */
export const FaceSeal = defineComponent({
  name: 'FaceSeal',
  props: {
    baseUrl: String,
    optionsUrl: String,
    answerUrl: String,
    localUrl: String,
    receiptsUrl: String,
    withdrawUrl: String,
    backend: Object as PropType<FaceSealElement['backend']>,
    assetBase: String,
    workerUrl: String,
    profile: String as PropType<FaceSealElement['profile']>,
    prefetch: Boolean,
    locale: String,
    theme: String as PropType<FaceSealElement['theme']>,
    mode: String as PropType<FaceSealElement['mode']>,
    level: String as PropType<FaceSealElement['level']>,
    localOnly: Boolean,
    disabled: Boolean,
    required: Boolean,
    name: String,
    init: Object as PropType<FaceSealElement['init']>,
  },
  emits: {
    statechange: (_detail: Detail<'facesealstatechange'>) => true,
    result: (_detail: FaceSealResult) => true,
    error: (_detail: Detail<'facesealerror'>) => true,
    alternative: (_detail: Detail<'facesealalternative'>) => true,
  },
  setup(props, { emit, expose, slots }) {
    const element = shallowRef<FaceSealElement>()
    expose({ element })
    onMounted(() => void import('../element/index'))
    return () => {
      const given = Object.entries(props).filter(([, value]) => value !== undefined)
      return h(
        'face-seal',
        {
          // Properties, not attributes: functions and objects pass, and the element may be defined later.
          ...Object.fromEntries(given.map(([name, value]) => [`.${name}`, value])),
          ref: element,
          onFacesealstatechange: (event: FaceSealEventMap['facesealstatechange']) => emit('statechange', event.detail),
          onFacesealresult: (event: FaceSealEventMap['facesealresult']) => emit('result', event.detail),
          onFacesealerror: (event: FaceSealEventMap['facesealerror']) => emit('error', event.detail),
          onFacesealalternative: (event: FaceSealEventMap['facesealalternative']) => emit('alternative', event.detail),
        },
        (['heading', 'notice', 'alternative'] as const).flatMap((name) =>
          (slots[name]?.() ?? []).map((node) => cloneVNode(node, { slot: name })),
        ),
      )
    }
  },
})
