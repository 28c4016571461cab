import { z } from 'zod';
import { looseTextList } from '../../../shared/model/loose-field.ts';
import { capabilitiesOn } from '../access.ts';
import type { CoreServices } from '../core-services.ts';
import type { ReplyDecision } from '../decision.ts';
import { looseText, maybe } from '../fields.ts';
import { handler, type Route } from '../route.ts';
import { askingToken, livingToken, livingTokenByAccessor } from '../tokens/lookup-token.ts';
import type { TokenRow } from '../tokens/token-rows.ts';
import type { RequestTurn } from '../turn.ts';

const pathFields = { paths: maybe(looseTextList), path: maybe(looseTextList) };
const paths = z.object(pathFields);
const withToken = z.object({ ...pathFields, token: looseText });
const withAccessor = z.object({ ...pathFields, accessor: looseText });

/** What a token may do on paths: its own, one that is shown, or one that is named. */
export function capabilityRoutes(needs: Pick<CoreServices, 'cache'>): readonly Route[] {
  const answer = (turn: RequestTurn, token: TokenRow, asked: z.infer<typeof paths>): ReplyDecision => {
    const wanted = asked.paths ?? asked.path ?? [];
    const found = wanted.map((path) => {
      const bare = path.replace(/^\/+(?:v1\/)?/, '');
      return [path, capabilitiesOn(needs, turn.db, token, bare)] as const;
    });
    const [only] = found;
    const data = {
      ...Object.fromEntries(found),
      ...(only && found.length === 1 ? { capabilities: only[1] } : {}),
    };
    return { kind: 'reply', reply: { data, dataAtTop: true } };
  };
  const own = handler({ input: paths, decide: (turn, input) => answer(turn, askingToken(turn), input) });
  const shown = handler({
    input: withToken,
    decide: (turn, input) => answer(turn, livingToken(turn, input.token), input),
  });
  const named = handler({
    input: withAccessor,
    decide: (turn, input) => answer(turn, livingTokenByAccessor(turn, input.accessor), input),
  });
  return [
    {
      pattern: 'capabilities-self',
      help: 'Tells what the asking token may do on some paths.',
      operations: { update: own },
    },
    {
      pattern: 'capabilities',
      help: 'Tells what a token that is shown may do on some paths.',
      operations: { update: shown },
    },
    {
      pattern: 'capabilities-accessor',
      help: 'Tells what the token of an accessor may do on some paths.',
      operations: { update: named },
    },
  ];
}
