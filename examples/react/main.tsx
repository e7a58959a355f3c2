import { FaceSeal } from 'faceseal/react'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'

function Page() {
  const [mode, setMode] = useState<'enrol' | 'verify'>('enrol')
  const [said, setSaid] = useState('')
  return (
    <main>
      <h1>Resident services</h1>
      <p role="status">{said}</p>
      <FaceSeal
        baseUrl="/face"
        mode={mode}
        onResult={(result) => {
          setSaid(`Finished: ${result.kind}.`)
          if (result.kind === 'enrolled') setMode('verify')
        }}
        onAlternative={() => setSaid('Please use the code.')}
      >
        <a slot="alternative" href="/sms">
          Code by text message
        </a>
      </FaceSeal>
    </main>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
