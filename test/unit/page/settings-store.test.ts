import { beforeEach, expect, it, vi } from 'vitest'
import policy from '../../../demo/policy.json' with { type: 'json' }
import { openFaceSettings } from '../../../src/page/settings'
import { FaceSealError } from '../../../src/wire/errors'

const parts = vi.hoisted(() => ({ openDeviceStore: vi.fn(), loadMessages: vi.fn(), openDialogFrame: vi.fn() }))
vi.mock('../../../src/page/store', () => ({ openDeviceStore: parts.openDeviceStore }))
vi.mock('../../../src/page/consent/frame', () => ({ openDialogFrame: parts.openDialogFrame }))
vi.mock('../../../src/page/i18n', async (original) => ({
  ...(await original<object>()),
  loadMessages: parts.loadMessages,
}))

const init = { tenant: 'estate', purpose: 'door', subject: 'one', locale: 'en', policy, mount: {} as Element }
const close = vi.fn()
beforeEach(() => {
  vi.resetAllMocks()
  parts.openDeviceStore.mockResolvedValue({ close, persistent: true })
})

it('words that do not load: no store stays open', async () => {
  parts.loadMessages.mockRejectedValue(new FaceSealError('module_unavailable'))
  await expect(openFaceSettings(init)).rejects.toMatchObject({ code: 'module_unavailable' })
  expect(parts.openDeviceStore.mock.calls.length).toBe(close.mock.calls.length)
})

it('a dialog that does not open: the store is closed', async () => {
  parts.loadMessages.mockResolvedValue({ locale: 'en' })
  parts.openDialogFrame.mockImplementation(() => {
    throw new TypeError('no document')
  })
  await expect(openFaceSettings(init)).rejects.toThrow('no document')
  expect(close).toHaveBeenCalledOnce()
})
