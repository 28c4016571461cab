import { z } from 'zod';

/** One thing that the window may ask: what it takes (unknown keys refused) and what it gives (undeclared keys stripped). SECURITY(I3) */
export interface Method<I extends z.ZodType, O extends z.ZodType> {
  readonly input: I;
  readonly output: O;
}

/** Declares one thing that the window may ask. */
export function method<I extends z.ZodType, O extends z.ZodType>(input: I, output: O): Method<I, O> {
  return { input, output };
}

/** For what is asked without saying more. */
export const nothing = z.undefined();
