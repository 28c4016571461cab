import { z } from 'zod';

const pattern = z.string().max(4096).default('');
const permission = z.object({ configure: pattern, write: pattern, read: pattern });
const topicPermission = z.object({ write: pattern, read: pattern });

/** What a user may do in each virtual host, as regular expressions over the names of what is there. */
export const vhostPermissions = z.record(z.string(), permission);
export type VhostPermissions = z.output<typeof vhostPermissions>;

/** What a user may do in each virtual host's topic exchanges. */
export const vhostTopics = z.record(z.string(), z.record(z.string(), topicPermission));
export type VhostTopics = z.output<typeof vhostTopics>;

/** Vault takes these as JSON text; an object serves as well. */
export function jsonText<T>(schema: z.ZodType<T>): z.ZodType<T> {
  return z.unknown().transform((given, context) => {
    const parsed = schema.safeParse(typeof given === 'string' ? parseJson(given) : given);
    if (parsed.success) return parsed.data;
    context.addIssue({ code: 'custom', message: 'must be a JSON object of virtual hosts' });
    return z.NEVER;
  });
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
