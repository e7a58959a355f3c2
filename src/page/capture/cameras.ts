import type { CeremonyMessages } from '../i18n/messages'

/** A list of cameras to choose from, shown only where there is a choice. Nothing is opened to fill it. */
export function cameraList(words: CeremonyMessages) {
  const select = document.createElement('select')
  const element = document.createElement('label')
  element.className = 'cameras'
  element.hidden = true
  element.append(words.anotherCamera, select)
  return {
    element,
    /** As in `MediaDeviceInfo.deviceId`; `undefined` where nothing was chosen. */
    chosen: (): string | undefined => select.value || undefined,
    hide: () => {
      element.hidden = true
    },
    /** Names and ids are known once the camera was allowed; without them the list stays hidden. */
    async offer(): Promise<void> {
      const devices = await navigator.mediaDevices.enumerateDevices().catch(() => [])
      const cameras = devices.filter(({ kind, deviceId }) => kind === 'videoinput' && deviceId)
      if (cameras.length < 2) return
      const before = select.value
      select.replaceChildren(
        new Option(words.anyCamera, ''),
        ...cameras.map(({ deviceId, label }) => new Option(label || deviceId.slice(0, 8), deviceId)),
      )
      select.value = cameras.some(({ deviceId }) => deviceId === before) ? before : ''
      element.hidden = false
    },
  }
}
