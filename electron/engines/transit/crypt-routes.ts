import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { z } from 'zod';
import { looseInteger } from '../../../shared/model/loose-field.ts';
import { looseText, maybe } from '../../core/fields.ts';
import type { Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import { batched } from './batch.ts';
import { bytesField } from './fields.ts';
import { privateKeyOf } from './key-material.ts';
import { findKey } from './key-rows.ts';
import { canEncrypt, isSymmetric } from './key-types.ts';
import { type KeyUse, readVersioned, refused, versionToMake } from './key-use.ts';
import { makeOnFirstUse } from './make-key.ts';
import { decryptSymmetric, encryptSymmetric } from './symmetric.ts';

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };

const beside = {
  context: maybe(bytesField),
  associated_data: maybe(bytesField),
  nonce: maybe(looseText),
  key_version: maybe(looseInteger),
  // SECURITY: PKCS #1 v1.5 would tell a forger which paddings are right: not every platform that this runs on hides it.
  padding_scheme: maybe(z.literal('oaep', { error: 'padding_scheme must be oaep' })),
};
const encryptFields = { ...beside, plaintext: maybe(bytesField) };
const decryptFields = { ...beside, ciphertext: maybe(looseText) };
type Beside = z.output<z.ZodObject<typeof beside>>;

const exists: Route['exists'] = (turn, captures) => findKey(turn, captures['name'] ?? '') !== undefined;

/** `encrypt/:name`, `decrypt/:name`, `rewrap/:name`. */
export const cryptRoutes: readonly Route[] = [
  {
    pattern: 'encrypt/:name',
    help: 'Encrypts plaintext (base64) with a key, which is made where there is none; batch_input takes many.',
    exists,
    operations: { update: batched(encryptFields, encrypt, { make: makeOnFirstUse }) },
  },
  {
    pattern: 'decrypt/:name',
    help: 'Decrypts a ciphertext that this key has made; batch_input takes many.',
    operations: { update: batched(decryptFields, decrypt) },
  },
  {
    pattern: 'rewrap/:name',
    help: 'Encrypts a ciphertext anew with the latest version of its key, without showing the plaintext.',
    operations: {
      update: batched(decryptFields, (use, item, turn) =>
        encryptBytes(use, decryptText(use, item.ciphertext, item), item, turn),
      ),
    },
  },
];

function encrypt(use: KeyUse, item: z.output<z.ZodObject<typeof encryptFields>>, turn: RequestTurn) {
  if (item.plaintext === undefined) throw refused('missing plaintext to encrypt');
  return encryptBytes(use, item.plaintext, item, turn);
}

function decrypt(use: KeyUse, item: z.output<z.ZodObject<typeof decryptFields>>) {
  return { plaintext: decryptText(use, item.ciphertext, item).toString('base64') };
}

/** What `encrypt` answers for some bytes. */
export function encryptBytes(
  use: KeyUse,
  plaintext: Buffer,
  given: Beside,
  { random }: Pick<RequestTurn, 'random'>,
): { readonly ciphertext: string; readonly key_version: number } {
  const { key } = use;
  checkUse(use, given);
  const version = versionToMake(key, given.key_version);
  const input = { context: given.context, aad: given.associated_data };
  const sealed = isSymmetric(key.type)
    ? encryptSymmetric(key, use.reveal(version).key, plaintext, input, random)
    : encryptRsa(use.version(version).public, plaintext);
  return { ciphertext: `vault:v${version}:${sealed.toString('base64')}`, key_version: version };
}

function decryptText(use: KeyUse, text: string | undefined, given: Beside): Buffer {
  const { key } = use;
  if (!text) throw refused('missing ciphertext to decrypt');
  checkUse(use, given);
  const { version, body } = readVersioned(key, text, 'ciphertext');
  const sealed = Buffer.from(body, 'base64');
  if (sealed.toString('base64') !== body) throw refused('invalid ciphertext: could not decode base64');
  const secret = use.reveal(version);
  if (isSymmetric(key.type)) {
    return decryptSymmetric(key, secret.key, sealed, { context: given.context, aad: given.associated_data });
  }
  try {
    return privateDecrypt({ key: privateKeyOf(secret), ...OAEP }, sealed);
  } catch {
    throw refused('failed to RSA decrypt the ciphertext');
  }
}

function checkUse({ key }: KeyUse, { nonce, associated_data: aad, padding_scheme: padding }: Beside): void {
  if (!canEncrypt(key.type)) throw refused(`key type ${key.type} does not support encryption or decryption`);
  if (nonce !== undefined && nonce !== '') throw refused('provided nonce not allowed for this key');
  if (aad !== undefined && !isSymmetric(key.type))
    throw refused('associated_data is not supported by this key type');
  if (padding !== undefined && isSymmetric(key.type)) throw refused('padding_scheme is for RSA keys');
}

function encryptRsa(publicKey: string, plaintext: Buffer): Buffer {
  try {
    return publicEncrypt({ key: publicKey, ...OAEP }, plaintext);
  } catch {
    throw refused('failed to RSA encrypt the plaintext: it is too long for this key');
  }
}
