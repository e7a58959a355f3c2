import { FaceSeal } from 'faceseal/vue'
import { h } from 'vue'

const toOtherWay = ({ chosen }: { readonly chosen: string | null }) => location.assign(`/login/${chosen ?? ''}`)

export const Face = (props: { readonly mode: 'enrol' | 'verify' }) =>
  h(FaceSeal, { baseUrl: '/face', mode: props.mode, onAlternative: toOtherWay })
