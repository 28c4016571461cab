import { z } from 'zod';
import { KeywardenError } from '../../../shared/errors/keywarden-error.ts';
import type { EffectDecision, ReplyDecision } from '../decision.ts';
import { looseText, looseTextMap, withDefault } from '../fields.ts';
import { randomUuid } from '../random-text.ts';
import { handler, type Route } from '../route.ts';
import {
  type AuditDevice,
  auditDeviceDisabled,
  auditDeviceEnabled,
  auditDevices,
  deviceKeyText,
} from './audit-device-rows.ts';
import type { AuditFiles } from './audit-files.ts';
import { hashValue } from './hash-values.ts';

const wish = z.object({
  path: looseText.pipe(
    z.string().regex(/^[A-Za-z0-9_./-]{1,128}$/, 'may hold letters, digits, dots and dashes'),
  ),
  type: withDefault(looseText, ''),
  description: withDefault(looseText, ''),
  options: withDefault(looseTextMap, {}),
});
const slashed = (path: string) => `${path.replace(/\/+$/, '')}/`;

/** `sys/audit`: lines of JSON in files, beside the ledger, with every value hashed under the device's own key. */
export function auditDeviceRoutes(files: AuditFiles): readonly Route[] {
  const list = handler({
    input: z.object({}),
    decide(turn): ReplyDecision {
      const rows = auditDevices(turn.db).map((device) => [device.path, describeDevice(device)]);
      return { kind: 'reply', reply: { data: Object.fromEntries(rows), dataAtTop: true } };
    },
  });

  const enable = handler({
    input: wish,
    decide(turn, input): EffectDecision {
      const path = slashed(input.path);
      if (auditDevices(turn.db).some((device) => device.path === path)) {
        throw new KeywardenError('path-in-use', `path is already in use at ${path}`);
      }
      const options = checkOptions(input.type, input.options);
      const uuid = randomUuid(turn.random);
      const device = { path, uuid, type: input.type, description: input.description, options };
      return {
        kind: 'effect',
        changes: [],
        async run() {
          try {
            await files.append(options.file_path, '');
          } catch (cause) {
            throw new KeywardenError('invalid-request', 'the file of file_path cannot be written', { cause });
          }
        },
        settle: () => ({ kind: 'reply', changes: [auditDeviceEnabled.make(device)], reply: {} }),
      };
    },
  });

  const disable = handler({
    input: z.object({ path: looseText }),
    decide(turn, input): ReplyDecision {
      const path = slashed(input.path);
      const known = auditDevices(turn.db).some((device) => device.path === path);
      return { kind: 'reply', changes: known ? [auditDeviceDisabled.make({ path })] : [], reply: {} };
    },
  });

  const hash = handler({
    input: z.object({ path: looseText, input: looseText }),
    decide(turn, input): ReplyDecision {
      const device = auditDevices(turn.db).find(({ path }) => path === slashed(input.path));
      if (!device)
        throw new KeywardenError('invalid-request', `unknown audit backend ${slashed(input.path)}`);
      const key = Buffer.from(turn.keyedHash(deviceKeyText(device)), 'hex');
      return { kind: 'reply', reply: { data: { hash: hashValue(key, input.input) }, dataAtTop: true } };
    },
  });

  return [
    {
      pattern: 'audit',
      help: 'Lists where the audit is written besides the ledger.',
      sudo: true,
      operations: { read: list },
    },
    {
      pattern: 'audit/:path*',
      help: 'Begins or ends writing the audit to a file, as lines of JSON with hashed values.',
      sudo: true,
      operations: { update: enable, delete: disable },
    },
    {
      pattern: 'audit-hash/:path*',
      help: 'Tells the hash under which a value stands in an audit file.',
      operations: { update: hash },
    },
  ];
}

/** What we would not do as it says is refused rather than kept. */
function checkOptions(type: string, options: Readonly<Record<string, string>>) {
  if (type !== 'file') throw new KeywardenError('invalid-request', `unknown backend type: "${type}"`);
  const filePath = options['file_path'] ?? options['path'] ?? '';
  if (!/^(?:\/|[A-Za-z]:[\\/])/.test(filePath) || filePath.includes('\0')) {
    throw new KeywardenError('invalid-request', 'file_path is required: the whole path of a file');
  }
  for (const name of ['log_raw', 'prefix']) {
    if (!['', 'false', undefined].includes(options[name])) {
      throw new KeywardenError('invalid-request', `${name} is not supported: values are hashed, always`);
    }
  }
  return { ...options, file_path: filePath };
}

function describeDevice({ path, type, description, options }: AuditDevice) {
  return { description, local: false, options, path, type };
}
