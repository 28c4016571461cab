import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { LeaseLifecycle } from '../../core/leases/lease-lifecycle.ts';
import { findCertificate } from './certificate-routes.ts';
import { readCrlConfig } from './config-routes.ts';
import { answerableFor } from './issuer.ts';
import { CERTIFICATE_REVOKED } from './pki-changes.ts';

const leaseData = z.object({ serial: z.string() });

/** A leased certificate (`generate_lease`) is revoked when its lease ends. There is no target but our own list: where none names it, it lives on. */
export const certificateLeases: LeaseLifecycle = {
  target: () => 'crl',

  end(turn, lease) {
    const { serial } = leaseData.parse(lease.data);
    const found = findCertificate(turn, serial);
    if (!found) return async () => ({ checks: ['it has ended, and is forgotten'] });
    if (found.revoked_at !== null) return async () => ({ checks: ['it was revoked before'] });
    if (found.not_after <= turn.now) return async () => ({ checks: ['it has ended by itself'] });
    if (!answerableFor(turn, found.issuer)) throw unlisted('the CA that has signed it is not here any more');
    if (readCrlConfig(turn).disable)
      throw unlisted('lists of revoked certificates are disabled (config/crl)');
    const at = Math.floor(turn.now / 1000) * 1000;
    return async () => ({
      checks: ['it stands on the list of revoked certificates'],
      changes: [CERTIFICATE_REVOKED.make({ mount: turn.mount.uuid, serial, at })],
    });
  },
};

function unlisted(why: string): KeywardenError {
  return new KeywardenError('target-unavailable', `${why}: the certificate is good until it ends`);
}
