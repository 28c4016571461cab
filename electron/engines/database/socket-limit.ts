const SOCKETS = { usual: 4, most: 10 };

/** How many sockets a connection opens at most, for a `max_open_connections`; none and fewer mean our own choice. */
export function socketLimit(wanted: number): number {
  return wanted <= 0 ? SOCKETS.usual : Math.min(wanted, SOCKETS.most);
}
