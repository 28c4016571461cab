import { z } from 'zod';
import { looseInteger } from '../../../shared/model/loose-field.ts';
import { maybe, withDefault } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import { encryptBytes } from './crypt-routes.ts';
import { bytesField, keyName } from './fields.ts';
import { requireKey } from './key-rows.ts';
import { openKey } from './key-use.ts';

const fields = z.object({
  kind: z.enum(['plaintext', 'wrapped'], { error: 'Invalid path, must be "plaintext" or "wrapped"' }),
  name: keyName,
  bits: withDefault(looseInteger.pipe(z.literal([128, 256, 512], { error: 'invalid bit length' })), 256),
  context: maybe(bytesField),
  nonce: maybe(z.string()),
  key_version: maybe(looseInteger),
});

/** `datakey/:kind/:name`: a new key for encrypting elsewhere, encrypted with this one. */
export const datakeyRoute: Route = {
  pattern: 'datakey/:kind/:name',
  help: 'Makes a data key of so many bits: its ciphertext alone (wrapped), or also the key itself (plaintext).',
  operations: {
    update: handler({
      input: fields,
      decide(turn, { kind, name, bits, context, nonce, key_version }) {
        const use = openKey(turn, requireKey(turn, name));
        const bytes = Buffer.from(turn.random(bits / 8));
        const given = { context, nonce, key_version, associated_data: undefined, padding_scheme: undefined };
        const sealed = encryptBytes(use, bytes, given, turn);
        const shown = kind === 'plaintext' ? { plaintext: bytes.toString('base64') } : {};
        return { kind: 'reply', reply: { data: { ...sealed, ...shown }, mountType: 'transit' } };
      },
    }),
  },
};
