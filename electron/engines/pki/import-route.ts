import { createPrivateKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { ReadTurn } from '../../core/turn.ts';
import { findCertificate } from './certificate-routes.ts';
import { sealKey, toBase64 } from './issuer.ts';
import { orderChain } from './order-chain.ts';
import { describeKey, keyBits } from './private-key.ts';
import { refuseSecond, setIssuer } from './root-routes.ts';
import { type ReadCertificate, readPemCertificates } from './x509/read-certificate.ts';

/** `config/ca`: an authority that was made elsewhere. */
export const importCaRoute: Route = {
  pattern: 'config/ca',
  help: 'Takes a CA that was made elsewhere: its private key, its certificate and the chain above it, as one PEM text.',
  operations: {
    update: handler({
      input: z.object({ pem_bundle: looseText }),
      decide(turn, { pem_bundle: bundle }): Decision {
        refuseSecond(turn);
        const key = readKey(bundle);
        const certificates = readPemCertificates(bundle);
        const own = certificates.find(({ parsed }) => parsed.checkPrivateKey(key));
        if (!own)
          throw new KeywardenError('invalid-request', 'the bundle has no certificate for its private key');
        const chain = orderChain(own, certificates, turn.now);
        const id = formerId(turn, own) ?? randomUuid(turn.random);
        const changes = setIssuer(turn, { id, certificate: own, chain, key: sealKey(turn, id, key) });
        const data = { imported_issuers: [id], imported_keys: [id], mapping: { [id]: id } };
        return { kind: 'reply', changes, reply: { data } };
      },
    }),
  },
};

/**
 * A root that was deleted and comes back is the same as before: its list goes on naming what it had revoked. Only a
 * certificate that is its own issuer is surely kept under its own id.
 */
function formerId(turn: ReadTurn, own: ReadCertificate): string | undefined {
  const kept = findCertificate(turn, own.serial);
  const isOwn = Buffer.from(own.subject).equals(own.issuer) && own.parsed.verify(own.parsed.publicKey);
  return isOwn && kept?.certificate === toBase64(own.der) ? kept.issuer : undefined;
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
