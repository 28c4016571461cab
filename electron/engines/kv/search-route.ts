import { z } from 'zod';
import { looseCount, looseText, withDefault } from '../../core/fields.ts';
import type { Route } from '../../core/route.ts';
import { kv2Handler } from './kv2-handler.ts';

const MOST = 1000;
const USUAL = 50;

const asked = z.object({
  /** Words: each is the start of a word in the path or in what was noted about the secret. */
  q: withDefault(looseText, ''),
  limit: withDefault(looseCount, USUAL),
});

interface Found {
  readonly path: string;
  readonly custom_metadata: string | null;
}

/**
 * `search`: a mount's secrets by words in their paths and custom metadata, never by their values. Ours, not Vault's.
 * Whoever may read it sees the names of the whole mount, as with a recursive list.
 */
export const searchRoute: Route = {
  pattern: 'search',
  help: 'Finds secrets of this mount by words in their paths and metadata, never by their values.',
  operations: {
    read: kv2Handler(asked, (turn, { q, limit }) => {
      const words = textQuery(q);
      const found =
        words === ''
          ? []
          : turn.db.all<Found>(
              `SELECT folder || name AS path, custom_metadata FROM kv_search
               JOIN kv_searchable ON kv_searchable.docid = kv_search.docid
               JOIN kv_secret ON kv_secret.id = kv_searchable.secret
               WHERE kv_search MATCH ? AND mount = ? ORDER BY folder, name LIMIT ?`,
              words,
              turn.mount.uuid,
              Math.min(limit, MOST),
            );
      const info = found.map(({ path, custom_metadata: noted }) => [
        path,
        { custom_metadata: noted === null ? null : (JSON.parse(noted) as Record<string, string>) },
      ]);
      const keys = found.map(({ path }) => path);
      return { kind: 'reply', reply: { data: { keys, key_info: Object.fromEntries(info) } } };
    }),
  },
};

/** Letters and digits only, each word the start of one: nothing that a searcher types is an operator. */
function textQuery(q: string): string {
  const words = q.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words
    .slice(0, 16)
    .map((word) => `${word}*`)
    .join(' ');
}
