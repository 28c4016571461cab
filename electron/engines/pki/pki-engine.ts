/**
 * A certificate authority of one's own: short-lived certificates for servers and clients, within what roles allow.
 *
 * Always: an authority's key exists only sealed and signs within the turn, so that what is signed and what is recorded are
 * the same; every name that is signed is the spelling that was checked; a list of revoked certificates that is read is never old,
 * and it is that of the authority which has signed them. A mount has any number of issuers, of which one is the default.
 */
import type { Engine } from '../../core/engine.ts';
import { caRotation } from './ca-rotation.ts';
import { certificateLeases } from './certificate-leases.ts';
import {
  certificateListRoutes,
  certificateRoute,
  rawCertificateRoutes,
  revokeRoute,
} from './certificate-routes.ts';
import { crlConfigRoute, urlsRoute } from './config-routes.ts';
import { generateIntermediateRoutes, generateRootRoutes } from './generate-routes.ts';
import { importRoutes, setSignedRoutes } from './import-routes.ts';
import { ISSUER_CHANGES } from './issuer-changes.ts';
import { allKeys, forgetKey } from './issuer-key.ts';
import { issuerListRoute, issuerRoute, issuersConfigRoutes } from './issuer-routes.ts';
import { keyRoutes } from './key-routes.ts';
import { leafRoutes } from './leaf-routes.ts';
import { openRoutes, rotateCrlRoute } from './open-routes.ts';
import { PKI_CHANGES, PKI_UNMOUNTED } from './pki-changes.ts';
import { pkiDeadlines } from './pki-deadlines.ts';
import { PKI_MIGRATIONS } from './pki-migrations.ts';
import { pkiRoleListRoute, pkiRoleRoute } from './role-route.ts';
import { deleteRootRoute, signIntermediateRoutes } from './root-routes.ts';
import { caRotationRoute } from './rotation-route.ts';
import { signSelfIssuedRoutes } from './self-issued-route.ts';
import { autoTidyRoute, tidyRoute } from './tidy-route.ts';

/** The engine behind mounts of type `pki`. */
export const pkiEngine: Engine = {
  type: 'pki',
  migrations: PKI_MIGRATIONS,
  changes: [...PKI_CHANGES, ...ISSUER_CHANGES],
  routes: [
    ...generateRootRoutes,
    deleteRootRoute,
    ...signIntermediateRoutes,
    ...signSelfIssuedRoutes,
    ...generateIntermediateRoutes,
    ...setSignedRoutes,
    ...importRoutes,
    issuerListRoute,
    issuerRoute,
    ...issuersConfigRoutes,
    ...keyRoutes,
    caRotationRoute,
    urlsRoute,
    crlConfigRoute,
    pkiRoleListRoute,
    pkiRoleRoute,
    ...leafRoutes,
    ...certificateListRoutes,
    certificateRoute,
    ...rawCertificateRoutes,
    revokeRoute,
    ...openRoutes,
    rotateCrlRoute,
    tidyRoute,
    autoTidyRoute,
  ],
  leases: certificateLeases,
  rotations: caRotation,
  deadlines: pkiDeadlines,
  unmounted: (turn, mount) => [
    PKI_UNMOUNTED.make({ mount: mount.uuid }),
    ...allKeys({ ...turn, mount }).map(forgetKey),
  ],
};
