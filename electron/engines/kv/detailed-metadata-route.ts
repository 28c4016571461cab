import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Route } from '../../core/route.ts';
import { listFolder } from './folder-listing.ts';
import { kv2Handler } from './kv2-handler.ts';
import { formatInstant } from './version-shape.ts';

interface SecretLine {
  readonly name: string;
  readonly current_version: number;
  readonly created_at: number;
  readonly updated_at: number;
}

/** `detailed-metadata/…`: a folder's names as `metadata/` lists them, with each secret's version and times in one answer. */
export const detailedMetadataRoute: Route = {
  pattern: 'detailed-metadata/:path*',
  help: 'Lists a folder with the newest version and time of each secret.',
  operations: {
    list: kv2Handler(z.object({ path: z.string().default('') }), (turn, input) => {
      const folder = input.path === '' || input.path.endsWith('/') ? input.path : `${input.path}/`;
      const keys = listFolder(turn.db, turn.mount.uuid, folder);
      if (keys.length === 0) throw new KeywardenError('not-found');
      const lines = turn.db.all<SecretLine>(
        'SELECT name, current_version, created_at, updated_at FROM kv_secret WHERE mount = ? AND folder = ?',
        turn.mount.uuid,
        folder,
      );
      const info = lines.map((line) => [
        line.name,
        {
          created_time: formatInstant(line.created_at),
          current_version: line.current_version,
          updated_time: formatInstant(line.updated_at),
        },
      ]);
      return { kind: 'reply', reply: { data: { keys, key_info: Object.fromEntries(info) } } };
    }),
  },
};

/** `detailed-metadata`: the top folder. */
export const detailedMetadataRootRoute: Route = { ...detailedMetadataRoute, pattern: 'detailed-metadata' };
