import * as v from 'valibot'
import { HttpRefusal } from './http-problem'

/** The body's bytes: the type as named, the size within the limit, refused before it is read where the length is told. */
export async function readBody(
  request: Request,
  { type, maxBytes }: { readonly type: string; readonly maxBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const contentType = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (contentType !== type) throw new HttpRefusal(415, `content-type must be ${type}`)
  const tooLarge = () => new HttpRefusal(413, `at most ${maxBytes} bytes`)
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge()
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of request.body ?? []) {
    length += part.length
    if (length > maxBytes) throw tooLarge()
    parts.push(part)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    bytes.set(part, offset)
    offset += part.length
  }
  return bytes
}

/** A JSON body that fits the schema. Throws `request_invalid` naming the field. */
export async function readJson<T>(request: Request, schema: v.GenericSchema<unknown, T>, maxBytes: number): Promise<T> {
  const bytes = await readBody(request, { type: 'application/json', maxBytes })
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), schema), new TextDecoder().decode(bytes) || '{}')
  if (!parsed.success) throw new HttpRefusal(400, v.getDotPath(parsed.issues[0]) ?? parsed.issues[0].message)
  return parsed.output
}
