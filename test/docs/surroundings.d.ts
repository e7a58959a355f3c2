// What the examples in README and docs take from the integrator's own program, and so do not declare.

import type { WebAuthnCredential } from '@simplewebauthn/server'
import type { FaceSealStore, HandlerConfig, HandlerLogger, ServerKeys } from 'faceseal/server'
import type { Pool } from 'pg'

declare global {
  function accountOfSession(request: Request): string | undefined
  function sessionOf(request: Request): { readonly account: string } | undefined
  function addressOf(request: Request): string | undefined
  function credentialsOf(account: string): Promise<readonly WebAuthnCredential[]>
  function setCounter(id: string, counter: number): Promise<void>
  function openGate(account: string): Promise<void>
  function pino(): HandlerLogger
  const pool: Pool
  const secret: string
  const config: HandlerConfig
  const expectedRPID: string
  const policy: HandlerConfig['policy'] & { readonly purpose: { readonly id: string } }
  const store: FaceSealStore
  const keys: ServerKeys
  const tenant: string
  const subject: string
  const device: string
  const address: string
}
