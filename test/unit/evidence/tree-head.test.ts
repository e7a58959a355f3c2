import { base64url, CompactSign, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { generateServerKeys, importServerKeys, type ServerKeys } from '../../../src/server/keys'
import { consistencyProof, frontierRoot, treeRoot } from '../../../src/server/merkle'
import { signStatement } from '../../../src/server/sign'
import { continuesTreeHead, signTreeHead, treeHeadType, verifyTreeHead } from '../../../src/server/tree-head'
import { entriesOf, type GrownTree, growTree } from './merkle-tree'

const now = 1_790_000_000
let keys: ServerKeys
let tree: GrownTree
let logId: string

beforeAll(async () => {
  keys = await importServerKeys(await generateServerKeys())
  tree = await growTree(entriesOf(9))
  logId = keys.receipts.thumbprint
})

const publicKeys = () => [{ ...keys.receipts.publicJwk, kid: keys.receipts.kid }]
const sign = async (treeSize: number, time = now) =>
  signTreeHead({
    key: keys.receipts,
    logId,
    treeSize,
    rootHash: await frontierRoot(tree.frontiers[treeSize]!),
    now: time,
  })
const verify = (head: string, options = {}) =>
  verifyTreeHead({ head, keys: publicKeys(), expectedLogId: logId, now, ...options })

describe('signed tree heads', () => {
  it('say how large the log is, its root and when', async () => {
    const rootHash = base64url.encode(await treeRoot(tree.source, 9))
    expect(await verify(await sign(9))).toEqual({ v: 1, logId, treeSize: 9, rootHash, time: now })
  })

  it('an altered head, a foreign key, another kind of statement and another log are refused', async () => {
    const head = await sign(9)
    const [protectedHeader, payload, signature] = head.split('.') as [string, string, string]
    const text = new TextDecoder().decode(base64url.decode(payload)).replace('"treeSize":9', '"treeSize":8')
    const refused = { code: 'receipt_invalid' }
    await expect(verify(`${protectedHeader}.${base64url.encode(text)}.${signature}`)).rejects.toMatchObject(refused)
    const foreign = await generateKeyPair('ES256')
    const forged = await new CompactSign(base64url.decode(payload))
      .setProtectedHeader({ alg: 'ES256', kid: keys.receipts.kid, typ: treeHeadType })
      .sign(foreign.privateKey)
    await expect(verify(forged)).rejects.toMatchObject(refused)
    const otherKeys = [{ ...(await exportJWK(foreign.publicKey)), kid: 'other' }]
    await expect(verify(head, { keys: otherKeys })).rejects.toMatchObject(refused)
    const relabelled = await signStatement(
      keys.receipts,
      'faceseal-head+jwt',
      JSON.parse(new TextDecoder().decode(base64url.decode(payload))),
    )
    await expect(verify(relabelled)).rejects.toMatchObject(refused)
    const otherLog = base64url.encode(new Uint8Array(32))
    await expect(verify(head, { expectedLogId: otherLog })).rejects.toMatchObject({
      detail: 'tree head: of another log',
    })
    await expect(verify('no.jws.here')).rejects.toMatchObject(refused)
  })

  it('a head from the future and one of a wrong shape are refused', async () => {
    await expect(verify(await sign(9, now + 301))).rejects.toMatchObject({ detail: 'tree head: is from the future' })
    await expect(verify(await sign(9, now + 299))).resolves.toMatchObject({ treeSize: 9 })
    const surplus = { v: 1, logId, treeSize: 1, rootHash: logId, time: now, score: 1 }
    const jws = await signStatement(keys.receipts, treeHeadType, surplus)
    await expect(verify(jws)).rejects.toMatchObject({ code: 'receipt_invalid' })
    const root = new Uint8Array(31)
    const attempt = signTreeHead({ key: keys.receipts, logId, treeSize: 1, rootHash: root })
    await expect(attempt).rejects.toMatchObject({ code: 'request_invalid', detail: 'rootHash' })
  })

  it('a newer head continues an older one; a fork, a step back and another log do not', async () => {
    const [older, newer] = [await verify(await sign(4)), await verify(await sign(9, now + 10))]
    const proof = await consistencyProof({ source: tree.source, from: 4, to: 9 })
    expect(await continuesTreeHead({ older, newer, proof })).toBe(true)
    expect(await continuesTreeHead({ older: newer, newer: older, proof })).toBe(false)
    expect(await continuesTreeHead({ older, newer: { ...newer, time: now - 1 }, proof })).toBe(false)
    expect(await continuesTreeHead({ older, newer: { ...newer, logId: newer.rootHash }, proof })).toBe(false)
    const fork = await growTree(entriesOf(9).toReversed())
    const forked = { ...newer, rootHash: base64url.encode(await treeRoot(fork.source, 9)) }
    const forkProof = await consistencyProof({ source: fork.source, from: 4, to: 9 })
    expect(await continuesTreeHead({ older, newer: forked, proof: forkProof })).toBe(false)
  })
})
