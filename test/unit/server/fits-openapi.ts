import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { expect } from 'vitest'
import { openApiDocument } from '../../../docs/openapi'

interface Media {
  readonly content: Readonly<Record<string, { readonly schema: { readonly $ref: string } }>>
}
interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Media>> }>>>
  >
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

const document = openApiDocument() as unknown as Document
const ajv = new Ajv2020({ allErrors: true, formats: { date: true } })

/** Schema that the document names for this answer; of a path that is no route, the one of problems. */
function schemaOf(path: string, method: string, status: number, type: string): ValidateFunction {
  const route = document.paths[path]?.[method.toLowerCase()] ?? document.paths['/health']!.get!
  const media = route.responses[status === 200 ? '200' : 'default']!.content[type]
  expect(media, `${method} ${path} answers ${status} as ${type}`).toBeDefined()
  const schema = document.components.schemas[media!.schema.$ref.split('/').at(-1)!]!
  return ajv.compile(schema) // kept by ajv for the same object
}

/** Expects a real answer to be one that `docs/openapi.json` describes, by ajv and not by the schemas it was made from. */
export function expectInDocument(path: string, method: string, response: Response, body: unknown): void {
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  const validate = schemaOf(path.split('?')[0]!, method, response.status, type)
  if (!validate(body)) throw new Error(`${method} ${path}: ${ajv.errorsText(validate.errors)}`)
}
