import type { PolicyAlternative, PolicyConfiguration } from '../../policy/schema'
import { FaceSealError } from '../../wire/errors'

/**
 * L05: what the dialog offers must exist before it is offered: an endpoint on the own origin answers, a component is
 * registered or on the page. Throws `alternative_unavailable` with the ids that do not.
 */
export async function checkAlternatives(policy: PolicyConfiguration, signal?: AbortSignal): Promise<void> {
  const working = await Promise.all(policy.alternatives.map((alternative) => works(alternative, signal)))
  signal?.throwIfAborted()
  const broken = policy.alternatives.filter((_, index) => !working[index]).map(({ id }) => id)
  if (broken.length > 0) throw new FaceSealError('alternative_unavailable', { detail: broken.join(', ') })
}

async function works(alternative: PolicyAlternative, signal: AbortSignal | undefined): Promise<boolean> {
  if (alternative.kind === 'component') return componentExists(alternative.selector)
  try {
    const response = await fetch(alternative.endpoint, {
      method: 'HEAD',
      cache: 'no-store',
      credentials: 'same-origin',
      mode: 'same-origin',
      signal: AbortSignal.any([AbortSignal.timeout(5000), ...(signal ? [signal] : [])]),
    })
    // 401 and 405 come from an endpoint that is there; 404 and 5xx do not let anybody in.
    return response.ok || response.status === 401 || response.status === 405
  } catch {
    return false
  }
}

function componentExists(selector: string): boolean {
  try {
    return /^[a-z][a-z0-9]*-[a-z0-9-]+$/.test(selector) && customElements.get(selector) !== undefined
      ? true
      : document.querySelector(selector) !== null
  } catch {
    return false
  }
}
