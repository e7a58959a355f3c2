import { afterAll, beforeAll, expect, test } from 'vitest'
import { deletionReceiptType } from '../../../src/wire/deletion-receipt.js'
import { perform } from '../acts.js'
import { openStage, type Stage } from '../harness.js'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage.close())

test('L10 L11 a resident who once agreed objects, gets deletion with proof, and comes in another way (Tianjin, 2022)', async () => {
  const visitor = await stage.visit()
  const { page, requests } = visitor
  expect(await perform(visitor, 'enrol')).toMatchObject({ state: 'enrolled' })
  await page.reload()
  expect(await perform(visitor, 'verify')).toMatchObject({ state: 'accepted' })

  // She objects: one press in the settings.
  await page.click('#settings')
  const dialog = page.getByRole('dialog')
  await dialog.locator('[data-act="withdraw"]').click()
  await dialog.getByText('Withdrawn. We will not ask again.').waitFor()

  // The proof: the backend's signed list of every store, kept with her own records.
  const [download] = await Promise.all([page.waitForEvent('download'), dialog.locator('[data-act="export"]').click()])
  const chunks: Buffer[] = []
  for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer)
  const file = JSON.parse(Buffer.concat(chunks).toString()) as {
    readonly held: { readonly template: boolean; readonly keys: boolean }
    readonly backendDeletions: readonly string[]
  }
  expect(file.held).toMatchObject({ template: false, keys: false })
  expect(file.backendDeletions).toHaveLength(1)
  const [header, payload] = file.backendDeletions[0]!.split('.').map((part) =>
    Buffer.from(part, 'base64url').toString(),
  )
  expect(JSON.parse(header!)).toMatchObject({ typ: deletionReceiptType, alg: 'ES256' })
  const proof = JSON.parse(payload!) as {
    readonly status: string
    readonly stores: readonly { readonly outcome: string }[]
  }
  expect(proof.status).toBe('done')
  expect(proof.stores.some(({ outcome }) => outcome === 'deleted')).toBe(true)
  await dialog.locator('[data-act="close"]').click()

  // Nobody asks her again, no camera opens, and the other way lets her in.
  const cameras = await visitor.count('getUserMedia')
  const before = requests.length
  await page.reload()
  await page.click('#verify')
  await page.locator('#state[data-state=alternative]').waitFor()
  expect(await visitor.count('getUserMedia')).toBe(0)
  expect(cameras).toBe(1)
  expect(requests.slice(before).map(({ url }) => url.pathname)).not.toContain('/face/verify')
  const code = (await page.locator('#sms-lead').textContent())!.match(/\d{6}/)![0]
  await page.fill('#sms-code', code)
  await page.locator('#sms-form button').click()
  await page.locator('#state[data-state=sms-accepted]').waitFor()
  await visitor.close()
})
