import { secretRotation } from '../../../shared/ipc/methods/rotations-methods.ts';
import { parseDuration } from '../../../shared/model/duration.ts';

/** Reads what was typed as whole seconds between rotations; null when it is no such length. */
export function periodOfText(text: string): number | null {
  try {
    const { success, data } = secretRotation.shape.periodSeconds.safeParse(parseDuration(text));
    return success ? data : null;
  } catch {
    return null;
  }
}
