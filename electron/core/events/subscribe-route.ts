import { z } from 'zod';
import { handler, type Route } from '../route.ts';

/** Whether a token may follow changes at all is for its policies to say; what it is then shown it must be able to read. */
export const subscribeRoute: Route = {
  pattern: 'events/subscribe',
  help: 'Streams what changes, as far as the asking token may read it.',
  operations: {
    read: handler({
      input: z.object({}),
      decide: () => ({ kind: 'reply', reply: { data: {} } }),
    }),
  },
};
