import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import { hasSigned } from './issuer-chain.ts';
import type { ReadCertificate } from './x509/read-certificate.ts';

/**
 * Those above an authority, nearest first, as far as they are among the given ones. Checks that it is an authority and
 * still good at `now` (milliseconds since 1970). Throws `invalid-request`.
 */
export function orderChain(
  own: ReadCertificate,
  given: readonly ReadCertificate[],
  now: number,
): readonly Uint8Array[] {
  if (!own.isCa)
    throw new KeywardenError('invalid-request', 'the given certificate is not marked for CA use');
  if (own.notAfter <= now) throw new KeywardenError('invalid-request', 'the given certificate has ended');
  const chain: ReadCertificate[] = [];
  for (let last = own; ; ) {
    const above = given.find(
      (one) => one !== last && !chain.includes(one) && one !== own && hasSigned(one, last),
    );
    if (!above) return chain.map((one) => one.der);
    chain.push(above);
    last = above;
  }
}
