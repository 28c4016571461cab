import { type BaseWindow, dialog } from 'electron';
import type { Desk } from '../ipc/desk.ts';
import { listLeases } from '../ipc/lease-answer.ts';

/** Seals from the menu, after saying exactly what will stop. */
export async function sealAfterAsking(desk: Desk, over: BaseWindow | undefined): Promise<void> {
  const { phase } = await desk.status();
  if (phase !== 'open' && phase !== 'locked') return;
  const options = {
    type: 'warning' as const,
    message: 'Seal the vault?',
    detail:
      `Everything stops until someone unlocks it again. ${phase === 'open' ? await whatStops(desk) : ''}`.trim(),
    buttons: ['Seal', 'Cancel'],
    defaultId: 1,
    cancelId: 1,
  };
  const { response } = over
    ? await dialog.showMessageBox(over, options)
    : await dialog.showMessageBox(options);
  if (response === 0) await desk.seal();
}

async function whatStops(desk: Desk): Promise<string> {
  const live = (await listLeases(desk.ask)).filter((card) => card.state === 'active');
  const holders = [...new Set(live.map((card) => card.holder))].sort();
  return holders.length === 0
    ? 'No app holds a keycard right now.'
    : `Apps with keycards right now: ${holders.join(', ')}.`;
}
