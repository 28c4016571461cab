import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'vitest';
import { publicKeyLine, sshPublicKey } from '../../../../electron/engines/ssh/public-key.ts';
import { sshEngine } from '../../../../electron/engines/ssh/ssh-engine.ts';
import { FieldReader } from '../../../../electron/engines/ssh/wire.ts';
import { manualClock } from '../../../support/manual-clock.ts';
import { openMemoryCore } from '../../../support/memory-core.ts';

// biome-ignore lint/suspicious/noExplicitAny: whatever Vault's envelope holds there
export type Data = any;

/** Somebody's own key, to be signed. */
export const PUBLIC = publicKeyLine(sshPublicKey(generateKeyPairSync('ed25519').privateKey));

export const refused = (message: string) => ({ message: expect.stringContaining(message) });

/** A mount `ssh/` with an authority, on a clock that is driven. */
export async function openSshWorld() {
  const clock = manualClock();
  const { vault, start } = await openMemoryCore([sshEngine], clock);
  const core = start();
  const write = async (path: string, data: Record<string, unknown> = {}): Promise<Data> =>
    (await core.ask('update', path, data)).envelope?.data;
  const world = {
    clock,
    vault,
    core,
    write,
    read: async (path: string): Promise<Data> => (await core.ask('read', path)).envelope?.data,
    role: (fields: Record<string, unknown>, name = 'people') =>
      write(`ssh/roles/${name}`, { key_type: 'ca', allow_user_certificates: true, ttl: '1h', ...fields }),
    /** What a certificate says. */
    signed: async (fields: Record<string, unknown> = {}, name = 'people') =>
      readCertificate((await write(`ssh/sign/${name}`, { public_key: PUBLIC, ...fields })).signed_key),
    /** How many secrets are sealed. */
    values: () =>
      vault.turn((turn) => turn.db.get<{ n: number }>('SELECT count(*) AS n FROM vault_values')?.n ?? 0),
  };
  await write('sys/mounts/ssh', { type: 'ssh' });
  await write('ssh/config/ca', { key_type: 'ed25519' });
  return world;
}

export type SshWorld = Awaited<ReturnType<typeof openSshWorld>>;

/** Reads what the signature covers (PROTOCOL.certkeys), for an Ed25519 key. */
function readCertificate(line: string) {
  const reader = new FieldReader(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  const list = (bytes: Buffer) => {
    const inner = new FieldReader(bytes);
    const found: string[] = [];
    while (inner.rest().length > 0) found.push(inner.text());
    return found;
  };
  const pairs = (bytes: Buffer) => {
    const flat = list(bytes);
    return Object.fromEntries(
      flat.flatMap((name, index) => {
        const value = Buffer.from(flat[index + 1] ?? '');
        return index % 2 === 0 ? [[name, value.length === 0 ? '' : value.subarray(4).toString()]] : [];
      }),
    );
  };
  const type = reader.text();
  reader.string();
  if (type.includes('rsa')) reader.string();
  reader.string();
  reader.take(8);
  const kind = reader.take(4).readUInt32BE();
  const keyId = reader.text();
  const principals = list(reader.string());
  const after = Number(reader.take(8).readBigUInt64BE());
  const before = Number(reader.take(8).readBigUInt64BE());
  return {
    type,
    kind,
    keyId,
    principals,
    after,
    before,
    critical: pairs(reader.string()),
    extensions: pairs(reader.string()),
  };
}
