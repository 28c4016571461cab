import { KeywardenError } from '../../shared/errors/keywarden-error.ts';

/** A recovery kit that a person has not put away yet. It is in memory alone, and gone with lock, seal and quit. */
export interface PendingKit {
  waits(): boolean;
  hold(kit: string): void;
  /** Throws `not-found` where none waits. */
  reveal(): string;
  /** The person copied one group back: the kit is put away. Throws `code-mistyped`. */
  kept(group: number, typed: string): void;
  forget(): void;
}

/** Holds none. */
export function createPendingKit(): PendingKit {
  let kit: string | undefined;
  const reveal = (): string => {
    if (kit === undefined) throw new KeywardenError('not-found', 'No recovery kit waits to be put away.');
    return kit;
  };
  return {
    waits: () => kit !== undefined,
    hold(next) {
      kit = next;
    },
    reveal,
    kept(group, typed) {
      const wanted = reveal().split('-')[group - 1];
      const read = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
      if (wanted === undefined || read.replaceAll('U', 'V') !== wanted) {
        throw new KeywardenError('code-mistyped', `That is not group ${group} of the kit.`);
      }
      kit = undefined;
    },
    forget() {
      kit = undefined;
    },
  };
}
