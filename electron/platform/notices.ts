import { Notification } from 'electron';

/** Tells the person something while there is no window; silent where the platform has no notifications. */
export function tellInBackground(title: string, body: string): void {
  if (Notification.isSupported()) new Notification({ title, body, silent: true }).show();
}
