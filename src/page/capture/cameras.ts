import type { FaceSealErrorCode } from '../../wire/errors'
import type { CeremonyMessages } from '../i18n/messages'

/**
 * A list of cameras to choose from, shown only where there is a choice. Nothing is opened to fill it.
 * `preferred` is the integrator's, as in `MediaDeviceInfo.deviceId`, until the person chooses another.
 */
export function cameraList(words: CeremonyMessages, preferred: string | undefined) {
  let wanted = preferred
  let gone = false
  const select = document.createElement('select')
  select.addEventListener('change', () => {
    wanted = select.value || undefined
    gone = false
  })
  const element = document.createElement('label')
  element.className = 'cameras'
  element.hidden = true
  element.append(words.anotherCamera, select)
  return {
    element,
    /** As in `MediaDeviceInfo.deviceId`; `undefined` leaves it to the browser, also where the wanted one is gone. */
    chosen: (): string | undefined => (gone ? undefined : wanted),
    hide: () => {
      element.hidden = true
    },
    /** Names and ids are known once the camera was allowed; without them the list stays hidden. */
    async offer(problem: FaceSealErrorCode): Promise<void> {
      // Said before any id is known: a camera that was asked for by its id and is not there would never be found.
      gone ||= problem === 'camera_not_found'
      const devices = await navigator.mediaDevices.enumerateDevices().catch(() => [])
      const cameras = devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId)
      if (cameras.length > 0) gone = !cameras.some(({ deviceId }) => deviceId === wanted)
      if (cameras.length < 2) return
      select.replaceChildren(
        new Option(words.anyCamera, ''),
        ...cameras.map(({ deviceId, label }) => new Option(label || deviceId.slice(0, 8), deviceId)),
      )
      select.value = (gone ? undefined : wanted) ?? ''
      element.hidden = false
    },
  }
}
