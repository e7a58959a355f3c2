import { FaceSeal } from 'faceseal/vue'
import { createApp, h, ref } from 'vue'

const said = ref('')

createApp({
  render: () =>
    h('main', [
      h('h1', 'Resident services'),
      h('p', { role: 'status' }, said.value),
      h(
        FaceSeal,
        {
          baseUrl: '/face',
          mode: 'enrol',
          onResult: (result) => {
            said.value = `Finished: ${result.kind}.`
          },
          onAlternative: () => {
            said.value = 'Please use the code.'
          },
        },
        { alternative: () => h('a', { href: '/sms' }, 'Code by text message') },
      ),
    ]),
}).mount('#root')
