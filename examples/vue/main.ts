import type { FaceSealResult } from 'faceseal/element'
import { createApp, h, ref } from 'vue'
import { Face } from './face'

const mode = ref<'enrol' | 'verify'>('enrol')
const said = ref('')

function onResult(result: FaceSealResult) {
  if (result.kind === 'enrolled') mode.value = 'verify'
  if (result.kind === 'verified' && result.verified) said.value = 'It is you.'
}

createApp({
  render: () =>
    h('main', [
      h('h1', 'Resident services'),
      h(Face, { mode: mode.value, onResult }),
      h('p', { role: 'status' }, said.value),
    ]),
}).mount('#root')
