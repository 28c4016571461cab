import type { Desk } from '../desk.ts';
import type { Handlers } from '../router.ts';

/** The desktop itself: where it stands, and what the person has chosen. */
export function appHandlers(
  desk: Desk,
): Pick<Handlers, 'app.status' | 'app.preferences' | 'app.setPreferences'> {
  return {
    'app.status': () => desk.status(),
    'app.preferences': () => desk.preferences(),
    'app.setPreferences': async (preferences) => {
      await desk.setPreferences(preferences);
      return desk.preferences();
    },
  };
}
