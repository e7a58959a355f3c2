import canonicalize from 'canonicalize'
import { base64url } from 'jose'

/** What was asked and seen for liveness. Its hash goes into the envelope's header; the transcript itself stays here. */
export interface LivenessTranscript {
  readonly v: 1
  /** Challenge steps answered, in order; none yet: the passive score alone. */
  readonly steps: readonly string[]
  /** Passive presentation-attack bucket, 0 none seen … 3 high. */
  readonly passive: number
}

/** SHA-256 of the JCS (RFC 8785), base64url. */
export async function transcriptHash(transcript: LivenessTranscript): Promise<string> {
  const bytes = new TextEncoder().encode(canonicalize(transcript))
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
}
