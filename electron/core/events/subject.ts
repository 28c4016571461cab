/** Engines spread one thing over several paths: KV 2 below `data/`, `metadata/`, …, the database engine its static roles. */
const SPREAD: readonly (readonly [RegExp, string])[] = [
  [/^(.+?)\/(?:metadata|delete|undelete|destroy|subkeys|detailed-metadata)\//, '$1/data/'],
  [/^(.+?)\/(?:static-roles|rotate-role)\//, '$1/static-creds/'],
];

/** The path under which the thing is read that a request to this path is about. */
export function subjectOf(path: string): string {
  for (const [pattern, read] of SPREAD) if (pattern.test(path)) return path.replace(pattern, read);
  return path;
}
