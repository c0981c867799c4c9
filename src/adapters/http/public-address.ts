/** Which addresses a download may go to: public ones. What a name resolves to is judged at the moment of connecting, so it cannot change after. */
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const internal = new BlockList()
const v4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // metadata services of the clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
const v6: readonly (readonly [string, number])[] = [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96], // NAT64 and 6to4 carry any IPv4 address
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]
for (const [net, prefix] of v4) internal.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of v6) internal.addSubnet(net, prefix, 'ipv6')

/** True for addresses of this machine, of its network, or of nobody. */
export const isInternal = (address: string): boolean => {
  const family = isIP(address)
  return family === 0 || internal.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

export class InternalAddress extends Error {}

/** For a host that is an address already, which is never looked up, and for the one name that always means this machine. @throws InternalAddress */
export function checkHost(hostname: string): void {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if ((isIP(bare) !== 0 && isInternal(bare)) || /(^|\.)localhost\.?$/i.test(bare))
    throw new InternalAddress(`${bare} is an internal address`)
}

/** A lookup that answers only public addresses; a name with one internal address among them is refused as a whole. */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4)
    if (addresses.length === 0 || addresses.some(({ address }) => isInternal(address))) {
      return callback(new InternalAddress(`${hostname} is an internal address`), '', 4)
    }
    if (options.all) return callback(null, addresses)
    const [first] = addresses
    callback(null, first?.address ?? '', first?.family)
  })
}
