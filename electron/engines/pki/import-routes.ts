import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { addIssuer } from './add-issuer.ts';
import { bringAwaited } from './awaited-certificate.ts';
import { allIssuers } from './issuer.ts';
import { addKey, type IssuerKey, keyOf } from './issuer-key.ts';
import { orderChain } from './order-chain.ts';
import { describeKey, keyBits, publicDer } from './private-key.ts';
import { type ReadCertificate, readPemCertificates } from './x509/read-certificate.ts';

/** `config/ca` and its like: an authority that was made elsewhere. One that was here before goes on naming what it had revoked. */
export const importRoutes: readonly Route[] = ['config/ca', 'issuers/import/bundle'].map((pattern) => ({
  pattern,
  help: 'Takes a CA that was made elsewhere: its private key, its certificate and the chain above it, as one PEM text.',
  operations: {
    update: handler({
      input: z.object({ pem_bundle: looseText }),
      decide(turn, { pem_bundle: bundle }): Decision {
        const key = readKey(bundle);
        const certificates = readPemCertificates(bundle);
        const own = certificates.find(({ parsed }) => parsed.checkPrivateKey(key));
        if (!own)
          throw new KeywardenError('invalid-request', 'the bundle has no certificate for its private key');
        const held = keyOf(turn, publicDer(key));
        if (held) return take(turn, own, certificates, held, []);
        const { id, change } = addKey(turn, key, '');
        return take(turn, own, certificates, { id }, [change]);
      },
    }),
  },
}));

/** `intermediate/set-signed` and its like: the certificate that has come back, with those above it if they are told. */
export const setSignedRoutes: readonly Route[] = [
  { pattern: 'intermediate/set-signed', field: 'certificate' },
  { pattern: 'issuers/import/cert', field: 'pem_bundle' },
].map(({ pattern, field }) => ({
  pattern,
  help: 'Takes the certificate that another CA has signed for a key made here, best with the chain above it (PEM).',
  operations: {
    update: handler({
      input: z.object({ [field]: looseText }),
      decide(turn, input): Decision {
        const bundle = String(input[field]);
        const certificates = readPemCertificates(bundle);
        for (const own of certificates) {
          const held = keyOf(turn, own.spki);
          if (!held) continue;
          orderChain(own, certificates, turn.now);
          return bringAwaited(turn, held, bundle) ?? take(turn, own, certificates, held, []);
        }
        throw new KeywardenError(
          'invalid-request',
          'none of these certificates is for a key that was made here: is it PEM, and was its request the last one?',
        );
      },
    }),
  },
}));

function take(
  turn: RequestTurn,
  own: ReadCertificate,
  certificates: readonly ReadCertificate[],
  { id: keyId }: Pick<IssuerKey, 'id'>,
  added: readonly Change[],
): Decision {
  const told = orderChain(own, certificates, turn.now);
  const before = allIssuers(turn).find(({ certificate }) => Buffer.from(certificate.der).equals(own.der));
  const { issuer, changes } = addIssuer(turn, { certificate: own, told, keyId, name: '' });
  const data = {
    imported_issuers: before ? null : [issuer.id],
    imported_keys: added.length === 0 ? null : [keyId],
    existing_issuers: before ? [issuer.id] : null,
    existing_keys: added.length === 0 ? [keyId] : null,
    mapping: { [issuer.id]: keyId },
  };
  return { kind: 'reply', changes: [...added, ...changes], reply: { data } };
}

function readKey(bundle: string): KeyObject {
  const [block, ...more] =
    bundle.match(/-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----[^-]*-----END \1-----/g) ?? [];
  if (block === undefined || more.length > 0) {
    throw new KeywardenError(
      'invalid-request',
      'the bundle must hold one private key, unencrypted, and its certificate',
    );
  }
  const key = parseKey(block);
  const { type, bits } = describeKey(key);
  if (bits < keyBits(type, 0)) throw new KeywardenError('invalid-request', 'the private key is too short');
  return key;
}

function parseKey(block: string): KeyObject {
  try {
    return createPrivateKey(block);
  } catch (cause) {
    throw new KeywardenError('invalid-request', 'the private key could not be parsed', { cause });
  }
}
