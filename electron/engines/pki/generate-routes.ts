import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { Decision } from '../../core/decision.ts';
import { looseText, withDefault } from '../../core/fields.ts';
import { randomUuid } from '../../core/random-text.ts';
import { handler, type Route } from '../../core/route.ts';
import type { RequestTurn } from '../../core/turn.ts';
import type { Change } from '../../vault/change.ts';
import { addIssuer, checkFreeName } from './add-issuer.ts';
import { describeIssued } from './issue-certificate.ts';
import { allIssuers, toBase64 } from './issuer.ts';
import { chainOf } from './issuer-chain.ts';
import { addKey, requireKey, revealKey } from './issuer-key.ts';
import { lifetimeOf } from './lifetime.ts';
import { newPrivateKey, publicDer, revealPrivateKey } from './private-key.ts';
import { authorityFields, keyFields } from './request-fields.ts';
import { authorityExtensions, authorityNames, authoritySubject } from './sign-authority.ts';
import { makeRequest } from './x509/certificate-request.ts';
import { altNames, authorityKey, keyIdentifier, subjectKey } from './x509/extensions.ts';
import { pem, readCertificate } from './x509/read-certificate.ts';
import { newSerial, signCertificate } from './x509/sign-certificate.ts';

/** So many seconds before now an authority is good, for clocks that are late. */
export const BACKDATED = 30;

const text = withDefault(looseText, '');
const fields = z.object({
  type: z.enum(['internal', 'exported', 'existing'], { error: 'must be internal, exported or existing' }),
  ...authorityFields,
  ...keyFields,
  issuer_name: text,
  key_name: text,
  key_ref: withDefault(looseText, 'default'),
});
type Fields = z.output<typeof fields>;

const prepare = async (input: Fields, { signal }: { readonly signal: AbortSignal | undefined }) =>
  input.type === 'existing' ? undefined : newPrivateKey(input.key_type, input.key_bits, signal);

/** `root/generate/:type` and its like: a root of one's own. Its key is shown once where it is `exported`, and never where it is `internal`. */
export const generateRootRoutes: readonly Route[] = [
  generatesRoot('root/generate/:type', ''),
  generatesRoot('issuers/generate/root/:type', ''),
  generatesRoot('root/rotate/:type', 'next'),
];

/** `intermediate/generate/:type` and its like: a key and the request that another authority signs. `existing` renews with the key that is there. */
export const generateIntermediateRoutes: readonly Route[] = [
  'intermediate/generate/:type',
  'issuers/generate/intermediate/:type',
].map((pattern) => ({
  pattern,
  help: 'Makes a key and a request (CSR) for another CA to sign; "existing" asks again for the key that is there, to renew it.',
  operations: {
    update: handler({
      input: fields,
      look: lookFor,
      prepare,
      decide(turn, input, made: KeyObject | undefined): Decision {
        const held = heldKey(turn, input, made);
        const wanted = {
          subject: authoritySubject(input),
          spki: publicDer(held.key),
          extensions: altNames(authorityNames(input), false),
        };
        const der = makeRequest(wanted, held.key);
        const shown = shownKey(input, held.key);
        const csr = input.format === 'der' ? toBase64(der) : pem('CERTIFICATE REQUEST', der);
        const bundled = input.format === 'pem_bundle' && shown ? `${shown.private_key}\n${csr}` : csr;
        const data = { csr: bundled, ...shown, key_id: held.id };
        return { kind: 'reply', changes: held.changes, reply: { data } };
      },
    }),
  },
}));

function generatesRoot(pattern: string, usualName: string): Route {
  return {
    pattern,
    help: 'Makes a CA that signs itself, beside those that are there. The key stays in the vault; "exported" shows it this once.',
    operations: {
      update: handler({
        input: fields,
        look: lookFor,
        prepare,
        decide(turn, input, made: KeyObject | undefined): Decision {
          const held = heldKey(turn, input, made);
          const isFree = !allIssuers(turn).some(({ name }) => name === usualName);
          const name = input.issuer_name || (isFree ? usualName : '');
          checkFreeName(turn, name, 'issuer');
          const lifetime = lifetimeOf(turn, {
            ttl: input.ttl,
            notAfter: input.not_after,
            fallback: 0,
            maxTtl: 0,
            backdated: BACKDATED,
          });
          const id = randomUuid(turn.random);
          const names = authorityNames(input);
          const der = signRoot(turn, held.key, {
            subject: authoritySubject(input),
            lifetime,
            extensions: authorityExtensions(turn, input, names, input.max_path_length, id),
          });
          const certificate = readCertificate(der);
          const { issuer, changes } = addIssuer(turn, { id, certificate, told: [], keyId: held.id, name });
          const shown = shownKey(input, held.key);
          const described = describeIssued(
            { der, serial: certificate.serial, notAfter: lifetime.notAfter },
            { issuer, chain: chainOf(issuer, [issuer], turn.now) },
            input.format,
            shown?.private_key,
          );
          const ids = {
            issuer_id: id,
            issuer_name: name,
            key_id: held.id,
            key_name: held.name,
          };
          return {
            kind: 'reply',
            changes: [...held.changes, ...changes],
            reply: { data: { ...described, ...shown, ...ids }, warnings: lifetime.warnings },
          };
        },
      }),
    },
  };
}

/** Signs a certificate of an authority that vouches for itself. @returns DER. */
export function signRoot(
  turn: Pick<RequestTurn, 'random'>,
  key: KeyObject,
  wanted: {
    readonly subject: Uint8Array;
    readonly lifetime: { readonly notBefore: number; readonly notAfter: number };
    readonly extensions: readonly Uint8Array[];
  },
): Uint8Array {
  const spki = publicDer(key);
  const keyId = keyIdentifier(spki);
  const { notBefore, notAfter } = wanted.lifetime;
  return signCertificate(
    {
      serial: newSerial(turn.random),
      issuer: wanted.subject,
      subject: wanted.subject,
      spki,
      notBefore,
      notAfter,
      extensions: [...wanted.extensions, subjectKey(keyId), authorityKey(keyId)],
    },
    key,
  );
}

/** Refuses what is refused anyway ahead of the work. */
function lookFor(turn: RequestTurn, input: Fields): void {
  checkFreeName(turn, input.issuer_name, 'issuer');
  checkFreeName(turn, input.key_name, 'key');
  if (input.type === 'existing') requireKey(turn, input.key_ref);
}

function heldKey(
  turn: RequestTurn,
  input: Fields,
  made: KeyObject | undefined,
): {
  readonly id: string;
  readonly name: string;
  readonly key: KeyObject;
  readonly changes: readonly Change[];
} {
  if (made) {
    checkFreeName(turn, input.key_name, 'key');
    const { id, change } = addKey(turn, made, input.key_name);
    return { id, name: input.key_name, key: made, changes: [change] };
  }
  if (input.key_name !== '') {
    throw new KeywardenError('invalid-request', 'key_name names a new key: an existing one has its name');
  }
  const held = requireKey(turn, input.key_ref);
  return { id: held.id, name: held.name, key: revealKey(turn, held), changes: [] };
}

function shownKey(input: Fields, key: KeyObject) {
  return input.type === 'exported'
    ? revealPrivateKey(key, {
        isDer: input.format === 'der',
        isPkcs8: input.private_key_format === 'pkcs8',
      })
    : undefined;
}
