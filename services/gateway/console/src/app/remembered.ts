/** Choices of how the console looks, kept by the browser. Nothing about passengers goes here. */

const PREFIX = 'landlinie.';

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    // Storage may be switched off; then nothing is remembered.
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // As above: the choice holds until the page is left.
  }
}
