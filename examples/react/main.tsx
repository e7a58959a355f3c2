import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { Face } from './face'

function Page() {
  const [mode, setMode] = useState<'enrol' | 'verify'>('enrol')
  const [said, setSaid] = useState('')
  return (
    <main>
      <h1>Resident services</h1>
      <Face
        mode={mode}
        onResult={(result) => {
          if (result.kind === 'enrolled') setMode('verify')
          if (result.kind === 'verified' && result.verified) setSaid('It is you.')
        }}
      />
      <p role="status">{said}</p>
    </main>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Page />
  </StrictMode>,
)
