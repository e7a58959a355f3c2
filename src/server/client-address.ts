import { FaceSealError } from '../wire/errors'
import { keyedDigest } from './digest'
import type { ServerKeys } from './keys'

/**
 * Name of the failure counter of a client's address. An address is personal data: what is kept is its HMAC under a key
 * that the database does not hold, apart for each tenant. Throws `configuration_invalid` for what is no IP address.
 */
export async function addressThrottle(keys: ServerKeys, tenant: string, address: string): Promise<string> {
  return `address:${await keyedDigest(keys.digest, ['faceseal/client-address/v1', tenant, networkOf(address)])}`
}

/**
 * What one client can change at will counts as one: an IPv4 address, written as such or within IPv6 (mapped, or by a
 * translator before this server: RFC 6052, 64:ff9b::/96), or the first 64 bits of an IPv6 address.
 */
export function networkOf(address: string): string {
  if (ipv4.test(address)) return address
  const groups = ipv6Groups(address)
  if (!groups) throw new FaceSealError('configuration_invalid', { detail: 'clientAddress is no IP address' })
  const [high, low] = [groups[6]!, groups[7]!]
  const prefix = groups
    .slice(0, 6)
    .map((group) => group.toString(16))
    .join(':')
  if (ipv4Prefixes.includes(prefix)) return [high >> 8, high & 255, low >> 8, low & 255].join('.')
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** Behind each of these stand all IPv4 clients: as one network they would be locked out together. */
const ipv4Prefixes = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0']
const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/

/** The eight groups; WHATWG URL parsing is the one IPv6 parser that every JavaScript engine brings. */
function ipv6Groups(address: string): readonly number[] | undefined {
  const [plain] = address.split('%') // a zone index names the server's own interface
  if (!plain || !/^[0-9A-Fa-f:.]+$/.test(plain) || !URL.canParse(`http://[${plain}]/`)) return undefined
  const [head = '', tail] = new URL(`http://[${plain}]/`).hostname.slice(1, -1).split('::')
  const parse = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [parse(head), parse(tail ?? '')]
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after]
}
