// Runs in the page: the consent module as the ceremony uses it, on a global for the tests to call.
import { consumeGrant, requestConsent, useGrant } from '../../../src/page/consent/gate.ts'
import type { ConsentDecision } from '../../../src/page/consent/grant.ts'
import { openFaceSettings } from '../../../src/page/settings.ts'
import { memoryDeviceStore, openDeviceStore } from '../../../src/page/store.ts'

/** Grants cannot leave the page, so tests name them by a number. */
const decisions: ConsentDecision[] = []

const fixture = {
  ...{ consumeGrant, requestConsent, useGrant, openFaceSettings, memoryDeviceStore, openDeviceStore, decisions },
  codeOf: (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
}
declare global {
  var consent: typeof fixture
  var lastDecision: Promise<unknown>
}
globalThis.consent = fixture
