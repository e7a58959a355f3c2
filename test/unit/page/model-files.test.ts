import { expect, test } from 'vitest'
import files from '../../../models/files.json' with { type: 'json' }
import { assetUrls } from '../../../src/page/asset-urls'
import { modelFiles } from '../../../src/wire/model-files'

test('the page pins exactly the files that models/prepare.ts writes', () => {
  expect(modelFiles).toEqual(files)
})

test('every file has a static address beside the module, and nothing else has', () => {
  const pinned = Object.values(files).flatMap((entry) => entry.map(({ file }) => file))
  expect(Object.keys(assetUrls).sort()).toEqual(pinned.sort())
  for (const [file, url] of Object.entries(assetUrls)) expect(url.href).toMatch(new RegExp(`/assets/${file}$`))
})
