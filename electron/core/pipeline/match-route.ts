import type { Operation } from '../../../shared/model/operation.ts';
import type { Route } from '../route.ts';

interface CompiledPattern {
  readonly segments: readonly string[];
  /** Literal before name before rest, longer before shorter: the most specific pattern comes first. */
  readonly rank: string;
  readonly routes: readonly Route[];
}

/** An engine's routes, the most specific first. */
export type RouteTable = readonly CompiledPattern[];

/** The route that serves a path, with what its pattern captured. */
export interface RouteMatch {
  readonly route: Route;
  readonly captures: Readonly<Record<string, string>>;
}

/** Sorts routes by how specific their patterns are. */
export function compileRoutes(routes: readonly Route[]): RouteTable {
  const byPattern = new Map<string, Route[]>();
  for (const route of routes) byPattern.set(route.pattern, [...(byPattern.get(route.pattern) ?? []), route]);
  return [...byPattern]
    .map(([pattern, group]) => {
      const segments = pattern === '' ? [] : pattern.split('/');
      return { segments, rank: `${segments.map(rankOf).join('')}d`, routes: group };
    })
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank < b.rank ? -1 : 1));
}

/** Finds the most specific route for a path below the mount; one that has the operation, where several share the pattern. */
export function matchRoute(table: RouteTable, path: string, operation: Operation): RouteMatch | undefined {
  const bare = operation === 'list' && path.endsWith('/') ? path.slice(0, -1) : path;
  const parts = bare === '' ? [] : bare.split('/');
  for (const { segments, routes } of table) {
    const captures = capture(segments, parts, operation === 'list');
    if (!captures) continue;
    const route = routes.find((candidate) => handlesOperation(candidate, operation)) ?? routes[0];
    return route && { route, captures };
  }
  return undefined;
}

/** `update` and `create` serve one another. */
function handlesOperation({ operations }: Route, operation: Operation): boolean {
  const isWrite = operation === 'create' || operation === 'update';
  return isWrite ? Boolean(operations.create ?? operations.update) : operations[operation] !== undefined;
}

function rankOf(segment: string): string {
  if (!segment.startsWith(':')) return 'a';
  return segment.endsWith('*') ? 'c' : 'b';
}

/** Only a list may leave the rest empty: it asks what is below. */
function capture(
  segments: readonly string[],
  parts: readonly string[],
  emptyRest: boolean,
): Record<string, string> | undefined {
  const captures: Record<string, string> = {};
  const rest = segments.findIndex((segment) => segment.startsWith(':') && segment.endsWith('*'));
  if (rest < 0 && segments.length !== parts.length) return undefined;
  const taken = parts.length - segments.length + 1;
  if (rest >= 0 && taken < (emptyRest ? 0 : 1)) return undefined;
  for (const [index, segment] of segments.entries()) {
    if (index === rest) {
      captures[segment.slice(1, -1)] = parts.slice(rest, rest + taken).join('/');
      continue;
    }
    const part = parts[rest >= 0 && index > rest ? index + taken - 1 : index];
    if (segment.startsWith(':')) {
      if (part === undefined || part === '') return undefined;
      captures[segment.slice(1)] = part;
    } else if (segment !== part) return undefined;
  }
  return captures;
}
