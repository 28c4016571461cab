import { z } from 'zod';
import { auditDeviceRoutes } from '../audit/audit-device-routes.ts';
import { auditDeviceChanges, auditDeviceMigration } from '../audit/audit-device-rows.ts';
import type { AuditFiles } from '../audit/audit-files.ts';
import { recordRoutes } from '../audit/record-routes.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import type { Engine } from '../engine.ts';
import { subscribeRoute } from '../events/subscribe-route.ts';
import { leaseChanges } from '../leases/lease-changes.ts';
import { leaseMigration } from '../leases/lease-rows.ts';
import { lookupLeaseRoutes } from '../leases/lookup-routes.ts';
import { renewLeaseRoutes } from '../leases/renew-routes.ts';
import { revokeLeaseRoutes } from '../leases/revoke-routes.ts';
import { mountChanges } from '../mounts/mount-changes.ts';
import { mountRoutes } from '../mounts/mount-routes.ts';
import { mountExtrasMigration, mountMigration } from '../mounts/mount-rows.ts';
import { remountRoutes } from '../mounts/remount-routes.ts';
import { uiMountRoutes } from '../mounts/ui-mount-routes.ts';
import { passwordPolicyRoutes } from '../password-policy/password-policy-routes.ts';
import { passwordPolicyChanges, passwordPolicyMigration } from '../password-policy/password-policy-rows.ts';
import { strangersCounted } from '../pipeline/stranger-log.ts';
import { capabilityRoutes } from '../policies/capability-routes.ts';
import { policyRoutes } from '../policies/policy-routes.ts';
import { policyChanges, policyMigration } from '../policies/policy-rows.ts';
import { reconciled, reconcileMigration } from '../reconcile/reconcile-rows.ts';
import { revisionMigration } from '../revisions.ts';
import { revocationRoutes } from '../revocation/revocation-routes.ts';
import { revocationChanges, revocationMigration } from '../revocation/revocation-rows.ts';
import { rotationChanges } from '../rotation/rotation-changes.ts';
import { rotationRoutes } from '../rotation/rotation-routes.ts';
import { rotationMigration } from '../rotation/rotation-rows.ts';
import { handler, type Route } from '../route.ts';
import { wrapChanges } from '../wrapping/wrap-changes.ts';
import { wrapMigration } from '../wrapping/wrap-rows.ts';
import { wrappingRoutes } from '../wrapping/wrapping-routes.ts';
import { apiRoutes } from './api-routes.ts';
import { keyRoutes, type RotateKeys } from './key-routes.ts';
import { unsealed } from './unseal-record.ts';

/** What `sys` needs beyond the shared services. */
export interface SystemPorts {
  /** Seals the vault. Called once the request for it is durable. */
  seal(): void;
  readonly auditFiles: AuditFiles;
  /** Absent for a vault in memory. */
  readonly rotateKeys?: RotateKeys | undefined;
  /** `sys/rekey` and `sys/generate-root`. */
  readonly ceremonies: readonly Route[];
}

/** `sys/`: mounts, policies, capabilities, leases, sealing. What needs no vault (health, unseal) is the broker's. */
export function systemEngine(services: CoreServices, ports: SystemPorts): Engine {
  const seal: Route = {
    pattern: 'seal',
    help: 'Seals the vault: no key stays in memory, and every request is answered with 503.',
    sudo: true,
    operations: {
      update: handler({
        input: z.object({}),
        decide: (): ReplyDecision => ({ kind: 'reply', reply: {}, afterwards: () => ports.seal() }),
      }),
    },
  };
  return {
    type: 'system',
    changes: systemChanges,
    migrations: systemMigrations,
    routes: [
      seal,
      ...mountRoutes(services, 'mounts'),
      ...mountRoutes(services, 'auth'),
      ...remountRoutes(services),
      ...uiMountRoutes(services),
      ...policyRoutes,
      ...passwordPolicyRoutes,
      ...capabilityRoutes(services),
      ...lookupLeaseRoutes,
      ...renewLeaseRoutes(services),
      ...revokeLeaseRoutes(services),
      ...revocationRoutes(services),
      ...rotationRoutes(services),
      ...wrappingRoutes(services),
      ...keyRoutes(ports.rotateKeys),
      ...ports.ceremonies,
      ...apiRoutes(services),
      ...auditDeviceRoutes(ports.auditFiles),
      ...recordRoutes(services),
      subscribeRoute,
    ],
  };
}

/** All that `sys` and the pipeline itself can change. */
export const systemChanges = [
  ...mountChanges,
  ...policyChanges,
  ...passwordPolicyChanges,
  ...leaseChanges,
  ...revocationChanges,
  ...rotationChanges,
  ...wrapChanges,
  ...auditDeviceChanges,
  strangersCounted,
  unsealed,
  reconciled,
];
export const systemMigrations = [
  revisionMigration,
  mountMigration,
  mountExtrasMigration,
  policyMigration,
  leaseMigration,
  revocationMigration,
  wrapMigration,
  rotationMigration,
  auditDeviceMigration,
  reconcileMigration,
  passwordPolicyMigration,
];
