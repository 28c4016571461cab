import { ask } from '../bridge/ask.ts';
import { problemOf } from '../ui/problem.ts';
import { toastProblem } from '../ui/toast.tsx';
import { useSession } from './session.ts';

/** Closes the screen; apps keep working. */
export async function lockVault(): Promise<void> {
  try {
    useSession.getState().accept(await ask('vault.lock'));
  } catch (thrown) {
    toastProblem(problemOf(thrown).words);
  }
}
