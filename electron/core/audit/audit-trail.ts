import { asKeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { CoreServices } from '../core-services.ts';
import { findKeycard } from '../leases/find-keycard.ts';
import type { Asked } from '../pipeline/asked.ts';
import { authenticate } from '../pipeline/authenticate.ts';
import type { CoreResponse } from '../request.ts';
import { type AuditDevice, auditDevices, deviceKeyText } from './audit-device-rows.ts';
import { type AuditOutcome, type AuditSubject, auditLine } from './audit-entry.ts';
import type { AuditFiles } from './audit-files.ts';

/** Writes what is asked and answered to the audit devices. */
export interface AuditTrail {
  /** Reads which devices there are. */
  load(): Promise<void>;
  /** Runs a request between its two lines, where there is any device. */
  around(asked: Asked, run: () => Promise<CoreResponse>): Promise<CoreResponse>;
  close(): Promise<void>;
}

interface OpenDevice {
  readonly device: AuditDevice;
  readonly key: Uint8Array;
}

/**
 * Devices beside the ledger, which every request is recorded in already. So a device that cannot be written stops nobody,
 * as in Vault, where one that works is enough; it is told to the log.
 */
export function createAuditTrail(
  services: Pick<CoreServices, 'cache' | 'ports' | 'turn' | 'vault'>,
  files: AuditFiles,
): AuditTrail {
  const { cache, ports, turn, vault } = services;
  let devices: readonly OpenDevice[] = [];
  /** Devices that have just changed are read before anything else is served. */
  let loading: Promise<void> | undefined;

  const load = async () => {
    devices = await turn((current) =>
      auditDevices(current.db).map((device) => ({
        device,
        key: Buffer.from(current.keyedHash(deviceKeyText(device)), 'hex'),
      })),
    );
  };
  const unwatch = vault.watch((records) => {
    const isTouched = records.some(({ changes }) =>
      changes.some(({ type }) => type.startsWith('audit/device-')),
    );
    if (!isTouched) return;
    const begun = load()
      .catch(() => ports.log('warn', 'audit-devices-not-read'))
      .then(() => {
        if (loading === begun) loading = undefined;
      });
    loading = begun;
  });

  const write = async (subject: AuditSubject, outcome?: AuditOutcome) => {
    await Promise.all(
      devices.map(async ({ device, key }) => {
        try {
          await files.append(device.options['file_path'] ?? '', auditLine(key, subject, outcome));
        } catch {
          ports.log('error', 'audit-device-failed', { device: device.path });
        }
      }),
    );
  };

  return {
    load,
    async around(asked, run) {
      if (loading) await loading;
      if (devices.length === 0) return await run();
      const subject = await turn((current) => {
        const { request } = asked;
        const mount = cache.mounts(current.db).find(request.path);
        const held = mount && request.exchange ? findKeycard(current, mount.uuid, request) : undefined;
        return { asked, token: held?.token ?? authenticate(current, request), mount, time: current.now };
      });
      await write(subject);
      try {
        const response = await run();
        await write(subject, { response });
        return response;
      } catch (thrown) {
        await write(subject, { error: asKeywardenError(thrown) });
        throw thrown;
      }
    },
    async close() {
      unwatch();
      devices = [];
      await files.close();
    },
  };
}
