import 'faceseal/element'

const said = document.getElementById('said')
const face = document.querySelector('face-seal')
face.addEventListener('facesealresult', ({ detail }) => {
  said.textContent = detail.verified ? 'It is you.' : `Finished: ${detail.kind}.`
})
face.addEventListener('facesealalternative', () => {
  said.textContent = 'Please use the code.'
})
