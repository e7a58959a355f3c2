'use client'

import { useState } from 'react'
import { Face } from './face'

export default function Page() {
  const [mode, setMode] = useState('enrol')
  const [said, setSaid] = useState('')
  return (
    <main>
      <h1>Resident services</h1>
      <Face
        mode={mode}
        onResult={(result) => {
          if (result.kind === 'enrolled') setMode('verify')
          if (result.verified) setSaid('It is you.')
        }}
      />
      <p role="status">{said}</p>
    </main>
  )
}
