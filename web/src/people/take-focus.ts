/** As an element's ref: it has the focus when it comes, and not again. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
