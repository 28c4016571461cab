// @peculiar/x509 is put together by a container that cannot start without it.
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';
import { expect } from 'vitest';
import { pkiEngine } from '../../../../electron/engines/pki/pki-engine.ts';
import { type ManualClock, manualClock } from '../../../support/manual-clock.ts';
import { openMemoryCore } from '../../../support/memory-core.ts';

export const HOUR = 3_600_000;
// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
export type Data = any;

/** A mount `pki/` with a root that is good for a year, and a role `web` for names below example.com; on a clock that is driven. */
export async function openPkiWorld(clock: ManualClock = manualClock()) {
  const { vault, start } = await openMemoryCore([pkiEngine], clock);
  const core = start();
  const ask = async (...asked: Parameters<typeof core.ask>): Promise<Data> =>
    (await core.ask(...asked)).envelope?.data;
  const write = (path: string, data: Record<string, unknown> = {}) => ask('update', path, data);
  const crl = async (path = 'pki/crl') =>
    new x509.X509Crl(Buffer.from((await core.ask('read', path)).raw?.bytes ?? []));
  const world = {
    clock,
    vault,
    core,
    ask,
    write,
    read: (path: string) => ask('read', path),
    issue: (data: Record<string, unknown> = {}, role = 'web') =>
      write(`pki/issue/${role}`, { common_name: 'a.example.com', ...data }),
    crl,
    /** The serial numbers on a list. */
    revoked: async (path?: string) => (await crl(path)).entries.map((entry) => readable(entry.serialNumber)),
    sealedValues: () =>
      vault.turn((turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n ?? 0),
  };
  await core.start();
  await write('sys/mounts/pki', { type: 'pki', config: { max_lease_ttl: '87600h' } });
  await write('pki/root/generate/internal', { common_name: 'Root', key_type: 'ec', ttl: '8760h' });
  await write('pki/roles/web', {
    allowed_domains: 'example.com',
    allow_subdomains: true,
    key_type: 'ec',
    max_ttl: '72h',
    ttl: '1h',
  });
  return world;
}

export type PkiWorld = Awaited<ReturnType<typeof openPkiWorld>>;

export const refused = (message: string | RegExp) => ({ message: expect.stringMatching(message) });

export const readable = (serial: string) => serial.toLowerCase().replace(/^00/, '').match(/../g)?.join(':');

/** The number of a list of revoked certificates. */
export function crlNumber(list: x509.X509Crl): number {
  const value = Buffer.from(list.getExtension('2.5.29.20')?.value ?? new ArrayBuffer());
  return value.readUIntBE(2, value.length - 2);
}
