import { z } from 'zod';
import { looseInteger } from '../../../shared/model/loose-field.ts';
import type { Route } from '../../core/route.ts';
import { locate } from './data-route.ts';
import { isReadable } from './kv-rows.ts';
import { kv2Handler } from './kv2-handler.ts';
import { revealData } from './secret-value.ts';
import { versionMetadata } from './version-shape.ts';

const input = z.object({
  path: z.string().min(1),
  version: looseInteger.default(0),
  /** 0 is all of it. */
  depth: looseInteger.default(0),
});

/** `subkeys/…`: the shape of a secret without its values. */
export const subkeysRoute: Route = {
  pattern: 'subkeys/:path*',
  help: 'Shows the shape of a secret without its values.',
  operations: {
    read: kv2Handler(input, (turn, { path, version: number, depth }) => {
      const { secret, version } = locate(turn, path, number);
      const metadata = versionMetadata(secret, version);
      if (!isReadable(version, turn.now)) {
        return { kind: 'reply', reply: { status: 404, data: { subkeys: null, metadata } } };
      }
      const subkeys = withoutValues(revealData(turn, secret, version), depth === 0 ? Infinity : depth);
      return { kind: 'reply', reply: { data: { subkeys, metadata } } };
    }),
  },
};

function withoutValues(value: unknown, depth: number): unknown {
  if (depth < 1 || typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, withoutValues(inner, depth - 1)]),
  );
}
