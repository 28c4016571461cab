/** Whether a person has marked some text, which Ctrl/Cmd-C then means. */
export function hasTextSelection(): boolean {
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed;
}
