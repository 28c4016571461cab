import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, maybe } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { keyName } from './fields.ts';
import { type Material, privateKeyOf } from './key-material.ts';
import { findKey, type KeyVersion, type TransitKey, versionsOf } from './key-rows.ts';
import { rawEd25519 } from './key-shape.ts';
import { canEncrypt, canSign, isRsa, isSymmetric } from './key-types.ts';
import { openKey, refused } from './key-use.ts';

const KINDS = ['encryption-key', 'signing-key', 'hmac-key', 'public-key'] as const;
type Kind = (typeof KINDS)[number];

const read = handler({
  input: z.object({
    kind: z.enum(KINDS, { error: 'invalid export type' }),
    name: keyName,
    version: maybe(looseText),
  }),
  decide: exportKey,
});

/** `export/:kind/:name`, and one version of it. */
export const exportRoutes: readonly Route[] = [
  {
    pattern: 'export/:kind/:name',
    help: 'The secrets of an exportable key: encryption-key, signing-key, hmac-key; or the public-key of any.',
    operations: { read },
  },
  {
    pattern: 'export/:kind/:name/:version',
    help: 'The same for one version, or for the latest.',
    operations: { read },
  },
];

function exportKey(
  turn: RequestTurn,
  { kind, name, version }: { kind: Kind; name: string; version: string | undefined },
): Decision {
  const key = findKey(turn, name);
  if (!key) throw new KeywardenError('not-found');
  if (!key.exportable && kind !== 'public-key') throw refused('private key material is not exportable');
  if (kind === 'encryption-key' && !canEncrypt(key.type))
    throw refused('encryption not supported for the key');
  if (kind === 'signing-key' && !canSign(key.type)) throw refused('signing not supported for the key');
  if (kind === 'public-key' && !canSign(key.type)) throw refused('this key has no public half');
  const { reveal } = openKey(turn, key);
  const wanted = selectVersions(key, versionsOf(turn, key), version);
  const keys = wanted.map((found) => [
    found.version,
    kind === 'public-key' ? publicHalf(key, found) : secretText(key, kind, reveal(found.version)),
  ]);
  const data = { name: key.name, type: key.type, keys: Object.fromEntries(keys) };
  return { kind: 'reply', reply: { data, mountType: 'transit' } };
}

function selectVersions(
  key: TransitKey,
  all: readonly KeyVersion[],
  version: string | undefined,
): readonly KeyVersion[] {
  const usable = all.filter((found) => found.version >= key.minDecryption);
  if (version === undefined || version === '') return usable;
  const number = version === 'latest' ? key.latest : Number(version);
  const chosen = usable.filter((found) => found.version === number);
  if (chosen.length === 0) throw refused('version does not exist or cannot be found');
  return chosen;
}

function publicHalf({ type }: TransitKey, version: KeyVersion): string {
  return type === 'ed25519' ? rawEd25519(version.public) : version.public;
}

function secretText({ type }: TransitKey, kind: Exclude<Kind, 'public-key'>, material: Material): string {
  if (kind === 'hmac-key') return (type === 'hmac' ? material.key : material.hmac).toString('base64');
  if (isSymmetric(type)) return material.key.toString('base64');
  const privateKey = privateKeyOf(material);
  if (type === 'ed25519') {
    const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
    return Buffer.concat([Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url')]).toString('base64');
  }
  return privateKey.export({ format: 'pem', type: isRsa(type) ? 'pkcs1' : 'sec1' }).toString();
}
