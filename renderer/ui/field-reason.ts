import type { z } from 'zod';

/** Why a typed text is not acceptable, in plain words; null when it is. */
export function fieldReason(schema: z.ZodType, input: unknown): string | null {
  const checked = schema.safeParse(input);
  if (checked.success) return null;
  const issue = checked.error.issues[0];
  switch (issue?.code) {
    case 'too_small':
      return issue.origin === 'string' ? 'This is needed.' : `At least ${issue.minimum}.`;
    case 'too_big':
      return issue.origin === 'string' ? `At most ${issue.maximum} characters.` : `At most ${issue.maximum}.`;
    case 'invalid_type':
      return 'This is needed.';
    default:
      return sentence(issue?.message ?? 'This is not acceptable.');
  }
}

function sentence(words: string): string {
  const first = words.charAt(0).toUpperCase() + words.slice(1);
  return first.endsWith('.') ? first : `${first}.`;
}
