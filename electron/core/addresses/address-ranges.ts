import { BlockList, isIP } from 'node:net';
import { looseTextList } from '../../../shared/model/loose-field.ts';

/** A list of address ranges (`10.0.0.0/8`, or one address), checked and written with their prefix. */
export const rangesField = looseTextList.transform((ranges, context) => {
  const checked: string[] = [];
  for (const range of ranges) {
    const read = readRange(range);
    if (!read) {
      context.addIssue({ code: 'custom', message: 'must be address ranges such as 10.0.0.0/8' });
      return [];
    }
    checked.push(`${read.address}/${read.prefix}`);
  }
  return checked;
});

/**
 * Says whether an address lies in one of the ranges; no ranges let everything through. Without an address (a local
 * socket) nothing that is bound is let through: the bound says where from, and this is nowhere.
 */
export function isWithin(ranges: readonly string[], address: string | undefined): boolean {
  if (ranges.length === 0) return true;
  const plain = address?.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '') ?? '';
  const family = isIP(plain);
  if (family === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const read = readRange(range);
    if (read) list.addSubnet(read.address, read.prefix, read.family);
  }
  return list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/** Says whether every one of the ranges lies within one of the others. No others hold everything. */
export function rangesWithin(ranges: readonly string[], others: readonly string[]): boolean {
  if (others.length === 0) return true;
  return ranges.every((range) => {
    const inner = readRange(range);
    return others.some((other) => {
      const outer = readRange(other);
      if (!inner || !outer || inner.family !== outer.family || inner.prefix < outer.prefix) return false;
      return isWithin([other], inner.address);
    });
  });
}

function readRange(text: string) {
  const [address = '', prefix, more] = text.split('/');
  const version = isIP(address);
  const most = version === 6 ? 128 : 32;
  const length = prefix === undefined ? most : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (version === 0 || more !== undefined || !(length >= 0 && length <= most)) return undefined;
  return { address, prefix: length, family: version === 6 ? ('ipv6' as const) : ('ipv4' as const) };
}
