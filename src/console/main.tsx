import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Console } from './console.tsx'
import { giveStylesTheNonce } from './foundation/nonce.ts'
import './console.css'

giveStylesTheNonce()

createRoot(document.querySelector('#console')!).render(
  <StrictMode>
    <Console />
  </StrictMode>,
)
