import type { CoreServices } from '../core-services.ts';
import { randomUuid } from '../random-text.ts';
import { mounted } from './mount-changes.ts';
import { allMounts } from './mount-rows.ts';
import { BUILT_IN_PATHS, defaultMounts, newMount } from './new-mount.ts';

/** Gives a vault that an older version made what every vault has now. A vault without any mount is not in use yet. */
export function addBuiltInMounts({ ports, turn }: Pick<CoreServices, 'ports' | 'turn'>): Promise<void> {
  return turn((current) => {
    const present = new Set(allMounts(current.db).map(({ path }) => path));
    const missing = defaultMounts(2).filter(
      ({ path }) => BUILT_IN_PATHS.includes(path) && !present.has(path),
    );
    if (present.size === 0 || missing.length === 0) return;
    current.record({
      actor: { kind: 'vault', id: '', name: '' },
      operation: 'upgrade',
      path: 'sys/mounts',
      outcome: 'ok',
      requestId: randomUuid(ports.random),
      changes: missing.map((wish) => {
        const made = newMount(wish, ports.random);
        return mounted.make({ ...made, options: { ...made.options } });
      }),
    });
  });
}
