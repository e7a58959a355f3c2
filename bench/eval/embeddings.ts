import { readFile, writeFile } from 'node:fs/promises'
import * as v from 'valibot'
import type { Embeddings } from '../protection/people.ts'

const fileSchema = v.object({ mean: v.string(), images: v.record(v.string(), v.string()) })

/**
 * Keeps a run's embeddings, base64 float32 by path, so that the attacks can be tried again without the images. Such a
 * file is biometric data of everyone in it: never committed.
 */
export async function writeEmbeddings(file: string, { mean, images }: Embeddings): Promise<void> {
  const entries = [...images].flatMap(([path, image]) => (image ? [[path, base64(image.embedding)] as const] : []))
  await writeFile(file, JSON.stringify({ mean: base64(mean), images: Object.fromEntries(entries) }))
}

export async function readEmbeddings(file: string): Promise<Embeddings> {
  const { mean, images } = v.parse(fileSchema, JSON.parse(await readFile(file, 'utf8')))
  const entries = Object.entries(images).map(([path, text]) => [path, { embedding: floats(text) }] as const)
  return { mean: floats(mean), images: new Map(entries) }
}

function base64(values: Float32Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64')
}

function floats(text: string): Float32Array {
  return new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)
}
