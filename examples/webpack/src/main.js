import 'faceseal/element'

const face = document.querySelector('face-seal')
face.addEventListener('facesealresult', ({ detail }) => {
  if (detail.kind === 'enrolled') face.mode = 'verify'
  if (detail.verified) document.querySelector('[role=status]').textContent = 'It is you.'
})
face.addEventListener('facesealalternative', ({ detail }) => location.assign(`/login/${detail.chosen ?? ''}`))
