/**
 * A certificate authority of one's own: short-lived certificates for servers and clients, within what roles allow.
 *
 * Always: the authority's key exists only sealed and signs within the turn, so that what is signed and what is recorded are
 * the same; every name that is signed is the spelling that was checked; a list of revoked certificates that is read is never old.
 * A mount has one authority.
 */
import type { Engine } from '../../core/engine.ts';
import { FORGET_VALUE } from '../../vault/vault.ts';
import { certificateLeases } from './certificate-leases.ts';
import {
  certificateListRoutes,
  certificateRoute,
  rawCertificateRoutes,
  revokeRoute,
} from './certificate-routes.ts';
import { crlConfigRoute, urlsRoute } from './config-routes.ts';
import { importCaRoute } from './import-route.ts';
import { generateIntermediateRoute, setSignedRoute } from './intermediate-routes.ts';
import { findIssuer, findPendingKey } from './issuer.ts';
import { issueRoute, signRoute, signVerbatimRoutes } from './leaf-routes.ts';
import { openRoutes, rotateCrlRoute } from './open-routes.ts';
import { PKI_CHANGES, PKI_UNMOUNTED } from './pki-changes.ts';
import { PKI_MIGRATIONS } from './pki-migrations.ts';
import { pkiRoleListRoute, pkiRoleRoute } from './role-route.ts';
import { deleteRootRoute, generateRootRoute, signIntermediateRoute } from './root-routes.ts';
import { signSelfIssuedRoute } from './self-issued-route.ts';
import { tidyRoute } from './tidy-route.ts';

/** The engine behind mounts of type `pki`. */
export const pkiEngine: Engine = {
  type: 'pki',
  migrations: PKI_MIGRATIONS,
  changes: PKI_CHANGES,
  routes: [
    generateRootRoute,
    deleteRootRoute,
    signIntermediateRoute,
    signSelfIssuedRoute,
    generateIntermediateRoute,
    setSignedRoute,
    importCaRoute,
    urlsRoute,
    crlConfigRoute,
    pkiRoleListRoute,
    pkiRoleRoute,
    issueRoute,
    signRoute,
    ...signVerbatimRoutes,
    ...certificateListRoutes,
    certificateRoute,
    ...rawCertificateRoutes,
    revokeRoute,
    ...openRoutes,
    rotateCrlRoute,
    tidyRoute,
  ],
  leases: certificateLeases,
  unmounted: (turn, mount) => {
    const own = { ...turn, mount };
    const keys = [findIssuer(own)?.key, findPendingKey(own)?.key].filter((key) => key !== undefined);
    return [
      PKI_UNMOUNTED.make({ mount: mount.uuid }),
      ...keys.map((hash) => ({ type: FORGET_VALUE, data: { hash } })),
    ];
  },
};
