// Writes docs/openapi.json, the routes of createHandler, from the valibot schemas: `tsx docs/openapi.ts`. A test fails when
// the file is not what this makes.
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { consistencyQuery, headQuery, proofQuery } from '../src/server/http-evidence.ts'
import { maxReceiptsBytes, maxStatementBytes, nothing, optionsBody, receiptsBody } from '../src/server/http-schemas.ts'
import { ceremonyOptionsSchema } from '../src/wire/ceremony-options.ts'
import { maxEnvelopeBytes } from '../src/wire/envelope.ts'
import { passkeyHeader } from '../src/wire/passkey.ts'
import * as answers from './openapi-answers.ts'

type Schema = v.GenericSchema
type Json = Readonly<Record<string, unknown>>

const schemas = {
  CeremonyOptions: ceremonyOptionsSchema,
  Consistency: answers.consistencyAnswer,
  Enrolled: answers.enrolledAnswer,
  Health: answers.healthAnswer,
  Heads: answers.headAnswer,
  Keys: answers.keysAnswer,
  Local: answers.localAnswer,
  Nothing: nothing,
  OptionsRequest: optionsBody,
  PersonalRecord: answers.exportAnswer,
  Problem: answers.problemAnswer,
  Proof: answers.proofAnswer,
  Receipts: receiptsBody,
  Recorded: answers.receiptsAnswer,
  Verified: answers.verifiedAnswer,
  Withdrawn: answers.withdrawAnswer,
} as const satisfies Record<string, Schema>
type SchemaName = keyof typeof schemas

interface Route {
  readonly summary: string
  readonly description?: string
  readonly answer: SchemaName
  readonly body?: SchemaName | { readonly type: string; readonly says: string; readonly maxBytes: number }
  readonly maxBytes?: number
  readonly query?: Schema
  /** A passkey may be owed over the body. */
  readonly passkey?: true
}

/** POST: for the person who is signed in. */
const posts: Readonly<Record<string, Route>> = {
  '/enrol/options': { summary: 'Signed options for an enrolment', body: 'OptionsRequest', answer: 'CeremonyOptions' },
  '/enrol': { summary: 'Takes a sealed enrolment', body: envelope(), passkey: true, answer: 'Enrolled' },
  '/verify/options': {
    summary: 'Signed options for a verification',
    description: 'They look the same for one who is not enrolled.',
    ...{ body: 'OptionsRequest', answer: 'CeremonyOptions' },
  },
  '/verify': {
    summary: 'Takes a sealed verification',
    description: 'Yes or no, in the same shape whether the person is another or not enrolled.',
    ...{ body: envelope(), passkey: true, answer: 'Verified' },
  },
  '/local': {
    summary: "Takes the device's own signed word",
    body: { type: 'application/jose', says: 'Compact JWS of the device', maxBytes: maxStatementBytes },
    passkey: true,
    answer: 'Local',
  },
  '/receipts': {
    summary: 'Records consent receipts (L25)',
    body: 'Receipts',
    maxBytes: maxReceiptsBytes,
    answer: 'Recorded',
  },
  '/withdraw': { summary: 'Deletes, with a signed receipt (L10, L11)', body: 'Nothing', answer: 'Withdrawn' },
  '/export': { summary: "The person's own record (L20)", body: 'Nothing', answer: 'PersonalRecord' },
}

/** GET: for anyone. */
const gets: Readonly<Record<string, Route>> = {
  '/health': { summary: 'Whether the database answers', answer: 'Health' },
  '/keys': { summary: 'Public signing keys', answer: 'Keys' },
  '/evidence/head': {
    summary: 'Signed head of the evidence log (L25)',
    description: 'With `device`, the thumbprint of a device key, also the head of its chain.',
    ...{ query: headQuery, answer: 'Heads' },
  },
  '/evidence/proof': {
    summary: 'Proof that an entry is in the log (L25)',
    description: '`entry`: RFC 6962 leaf hash over the bytes of the statement, base64url.',
    ...{ query: proofQuery, answer: 'Proof' },
  },
  '/evidence/consistency': {
    summary: 'Proof that the log only grew (L25)',
    ...{ query: consistencyQuery, answer: 'Consistency' },
  },
}

function envelope() {
  const says = 'The bytes of outcome.response, unchanged'
  return { type: 'application/octet-stream', says, maxBytes: maxEnvelopeBytes }
}

/** JSON Schema 2020-12, the dialect of OpenAPI 3.1. What a schema checks in code beyond that stays out. */
function jsonSchema(schema: Schema): Json {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
  })
  return rest
}

const reference = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` })
const json = (name: SchemaName, type = 'application/json') => ({ content: { [type]: { schema: reference(name) } } })

function requestBody({ body, maxBytes }: Route): Json | undefined {
  if (body === undefined) return undefined
  if (typeof body === 'string') {
    return { required: true, ...(maxBytes && { description: `At most ${maxBytes} bytes` }), ...json(body) }
  }
  const { type, says } = body
  const schema = { type: 'string', contentMediaType: type }
  return { required: true, description: `${says}; at most ${body.maxBytes} bytes`, content: { [type]: { schema } } }
}

const passkeyParameter = {
  ...{ name: passkeyHeader, in: 'header', required: false, schema: { type: 'string' } },
  description:
    'Where the backend owes one: WebAuthn assertion over the body (`passkeyHeaders` of faceseal), JSON in base64url',
}

function parameters({ query, passkey }: Route): readonly Json[] | undefined {
  if (passkey) return [passkeyParameter]
  if (!query) return undefined
  const { properties = {}, required = [] } = jsonSchema(query) as {
    readonly properties?: Json
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, schema]) => ({
    ...{ name, in: 'query', required: required.includes(name), schema },
  }))
}

function operation(route: Route): Json {
  const { summary, description, answer } = route
  return JSON.parse(
    JSON.stringify({
      summary,
      description,
      parameters: parameters(route),
      requestBody: requestBody(route),
      responses: {
        200: { description: 'As asked', ...json(answer) },
        default: { description: 'A problem (RFC 9457)', ...json('Problem', 'application/problem+json') },
      },
    }),
  )
}

/** The whole document. */
export function openApiDocument(): Json {
  const withMethod = (method: string, routes: Readonly<Record<string, Route>>) =>
    Object.entries(routes).map(([path, route]) => [path, { [method]: operation(route) }] as const)
  return {
    openapi: '3.1.0',
    info: {
      title: 'FaceSeal backend',
      version: '1',
      description:
        'Routes of createHandler. POST needs the session of the integrator, who signs people in; GET needs none. No answer holds a score.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/face', description: '`basePath` of the handler' }],
    paths: Object.fromEntries([...withMethod('post', posts), ...withMethod('get', gets)]),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, jsonSchema(schema)])),
    },
  }
}

/** As it is committed. */
export function openApiText(): string {
  return `${JSON.stringify(openApiDocument(), null, 2)}\n`
}

export const openApiFile = fileURLToPath(new URL('openapi.json', import.meta.url))

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeFile(openApiFile, openApiText())
