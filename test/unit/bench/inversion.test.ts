import { describe, expect, it } from 'vitest'
import { cosine, invertIteratively, invertLinear, priorOf, templateOf } from '../../../bench/protection/inversion'
import { linearMap } from '../../../bench/protection/map'
import { centredDirection, embeddingOf } from '../../../bench/protection/people'
import { deviceOf, tokenOf, tokenOfVersion } from '../../../bench/protection/tokens'
import { hammingDistance, protectWithToken } from '../../../src/worker/protect'
import { syntheticFaces } from './synthetic-faces'

const faces = syntheticFaces({ people: 60, pictures: 2 })
const embeddings = [...faces.images.values()].map(({ embedding }) => embedding)
const context = { tenant: 'bench', origin: 'http://bench.invalid', purpose: 'test', modelId: 'synthetic', bits: 2048 }

describe('the attacker knows the scheme', () => {
  it('his map gives the shipped bits', async () => {
    for (const [index, embedding] of embeddings.slice(0, 5).entries()) {
      const token = await tokenOf(deviceOf(`${index}`), context)
      const own = templateOf(centredDirection(embedding, faces.mean), linearMap(token, 512, 2048))
      // Whole numbers against floats: a bit may differ where a value is next to zero.
      expect(hammingDistance(own, await protectWithToken(embedding, faces.mean, token, 2048))).toBeLessThan(12)
    }
  })

  it('his transpose is the transpose', async () => {
    const map = linearMap(await tokenOf(deviceOf('transpose'), context), 512, 1024)
    const vector = centredDirection(embeddings[0]!, faces.mean)
    const values = Float64Array.from({ length: 1024 }, (_, index) => Math.sin(index))
    expect(cosine(map.forward(vector), values)).toBeCloseTo(cosine(vector, map.transpose(values)), 10)
  })

  it('his derivation gives the shipped token, and another one for another version', async () => {
    const device = deviceOf('version')
    expect(tokenOfVersion(device, context)).toEqual(await tokenOf(device, context))
    expect(tokenOfVersion(device, context, 2)).not.toEqual(await tokenOf(device, context))
  })
})

describe('inversion', () => {
  const truth = centredDirection(embeddings[0]!, faces.mean)
  const strangers = syntheticFaces({ people: 600, pictures: 1, seed: 2 })
  const others = [...strangers.images.values()].map(({ embedding }) => centredDirection(embedding, strangers.mean))

  it('with the token most of the embedding comes back, more with an optimiser that knows faces', async () => {
    const map = linearMap(await tokenOf(deviceOf('victim'), context), 512, 2048)
    const template = templateOf(truth, map)
    const linear = cosine(truth, invertLinear(template, map))
    expect(linear).toBeGreaterThan(0.92)
    expect(linear).toBeLessThan(0.95)
    const optimised = cosine(truth, invertIteratively(template, map, undefined, 120))
    expect(optimised).toBeGreaterThan(linear)
    expect(cosine(truth, invertIteratively(template, map, priorOf(others, 0.05), 120))).toBeGreaterThan(optimised)
  })

  it('what comes back passes where it was stolen and where the token is another', async () => {
    const map = linearMap(await tokenOf(deviceOf('victim'), context), 512, 2048)
    const found = embeddingOf(invertLinear(templateOf(truth, map), map), faces.mean)
    for (const name of ['victim', 'elsewhere']) {
      const token = await tokenOf(deviceOf(name), context)
      const enrolled = await protectWithToken(embeddings[0]!, faces.mean, token, 2048)
      const probe = await protectWithToken(found, faces.mean, token, 2048)
      expect(hammingDistance(enrolled, probe) / 2048).toBeLessThan(0.15)
    }
  })

  it('without the token nothing comes back', async () => {
    const map = linearMap(await tokenOf(deviceOf('victim'), context), 512, 2048)
    const template = templateOf(truth, map)
    const cosines = []
    for (let guess = 0; guess < 20; guess++) {
      const wrong = linearMap(await tokenOf(deviceOf(`guess ${guess}`), context), 512, 2048)
      cosines.push(cosine(truth, invertLinear(template, wrong)))
    }
    expect(Math.max(...cosines.map(Math.abs))).toBeLessThan(0.25)
  })
})
