import { z } from 'zod';

/** What an issuer may be used for, in Vault's words. */
export const ISSUER_USES = ['read-only', 'issuing-certificates', 'crl-signing', 'ocsp-signing'] as const;
export type IssuerUse = (typeof ISSUER_USES)[number];

/** What is said of one issuer; absent, what usually holds. */
export const issuerSettings = z.strictObject({
  usage: z.array(z.enum(ISSUER_USES)).optional(),
  /** What becomes of a certificate that would outlive the issuer: refused, or cut to the issuer's end. */
  leafNotAfter: z.enum(['err', 'truncate']).optional(),
  /** Its key was rotated: it signs lists of revoked certificates until its last certificate has ended, and is then forgotten. */
  isRetiring: z.boolean().optional(),
  /** Made by a rotation: another authority vouches for this one with it. Forgotten when it ends. */
  isCrossing: z.boolean().optional(),
});
export type IssuerSettings = z.output<typeof issuerSettings>;
