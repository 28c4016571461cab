import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { SECRETS_METHODS } from '../../../shared/ipc/methods/secrets-methods.ts';
import { dataOf, orNothing, wireInstant } from '../answer.ts';
import type { Ask, Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

const metadata = z.object({
  current_version: z.number(),
  versions: z.record(
    z.string(),
    z.object({ created_time: wireInstant, deletion_time: wireInstant, destroyed: z.boolean() }),
  ),
});
const listing = z.object({
  keys: z.array(z.string()),
  key_info: z.record(z.string(), z.object({ current_version: z.number(), updated_time: wireInstant })),
});
const subkeys = z.object({ subkeys: z.record(z.string(), z.unknown()).nullable() });
const values = z.object({ data: z.record(z.string(), z.unknown()).nullable() });
const written = z.object({ version: z.number() });

const searched = z.object({ keys: z.array(z.string()) });

/** The stored secrets, over KV version 2 at `secret/`. */
export function secretsHandlers(desk: Desk): Pick<Handlers, keyof typeof SECRETS_METHODS> {
  const { ask } = desk;
  return {
    'secrets.search': async ({ words }) => {
      const { keys } = dataOf(await ask('read', 'secret/search', { q: words }), searched);
      return { found: keys.map((path) => ({ path })) };
    },

    'secrets.list': async ({ folder }) => {
      const envelope = await orNothing(ask('list', `secret/detailed-metadata/${folder}`));
      if (!envelope) return { entries: [] };
      const { keys, key_info: info } = dataOf(envelope, listing);
      const entries = keys.map((key) => {
        const isFolder = key.endsWith('/');
        const name = isFolder ? key.slice(0, -1) : key;
        const line = isFolder ? undefined : info[key];
        return {
          name,
          path: folder === '' ? name : `${folder}/${name}`,
          isFolder,
          updatedAt: line?.updated_time ?? null,
          version: line?.current_version ?? null,
        };
      });
      return { entries };
    },

    'secrets.show': async ({ path, version: wanted }) => {
      const known = dataOf(await ask('read', `secret/metadata/${path}`), metadata);
      const version = wanted ?? known.current_version;
      const shape = version === 0 ? null : await readSubkeys(ask, path, version);
      const versions = Object.entries(known.versions).map(([number, one]) => ({
        version: Number(number),
        createdAt: one.created_time ?? 0,
        deletedAt: one.deletion_time,
        destroyed: one.destroyed,
      }));
      return {
        path,
        version,
        deleted: shape === null,
        // SECURITY(S6): names alone; every length is 0, so that nothing can be read from the dots.
        fields: Object.keys(shape ?? {}).map((name) => ({ name, length: 0 as const })),
        versions: versions.sort((a, b) => b.version - a.version),
      };
    },

    'secrets.reveal': async (input) => ({ value: await revealField(ask, input) }),

    'secrets.copy': async (input) => ({ clearsAt: await desk.copy(await revealField(ask, input)) }),

    'secrets.write': async ({ path, cas, fields }) => {
      const needsOld = fields.some((field) => field.value === undefined);
      const old = needsOld && cas > 0 ? await revealAll(ask, path, cas) : {};
      const data = Object.fromEntries(
        fields.map(({ name, value }) => {
          if (value !== undefined) return [name, value];
          if (!Object.hasOwn(old, name)) {
            throw new KeywardenError('invalid-request', `The field ${name} has no value to keep.`);
          }
          return [name, old[name]];
        }),
      );
      return dataOf(await ask('update', `secret/data/${path}`, { data, options: { cas } }), written);
    },

    'secrets.delete': async ({ path }) => {
      const { current_version: version } = dataOf(await ask('read', `secret/metadata/${path}`), metadata);
      await ask('delete', `secret/data/${path}`);
      return { version };
    },

    'secrets.undelete': async ({ path, version }) => {
      await ask('update', `secret/undelete/${path}`, { versions: [version] });
      return {};
    },
  };
}

async function readSubkeys(ask: Ask, path: string, version: number): Promise<Record<string, unknown> | null> {
  const envelope = await orNothing(ask('read', `secret/subkeys/${path}`, { version, depth: 1 }));
  return envelope ? dataOf(envelope, subkeys).subkeys : null;
}

async function revealAll(ask: Ask, path: string, version: number): Promise<Record<string, unknown>> {
  const { data } = dataOf(await ask('read', `secret/data/${path}`, { version }), values);
  if (!data) throw new KeywardenError('not-found', 'That version is deleted.');
  return data;
}

async function revealField(
  ask: Ask,
  { path, version, field }: { readonly path: string; readonly version: number; readonly field: string },
): Promise<string> {
  const all = await revealAll(ask, path, version);
  if (!Object.hasOwn(all, field))
    throw new KeywardenError('not-found', 'The secret has no field of that name.');
  const value = all[field];
  return typeof value === 'string' ? value : JSON.stringify(value);
}
