const STORED = 'tallygate-single-keys';

/**
 * Keys that do something without another one held down. Who speaks to the computer, or hits keys by accident, can switch them off
 * (WCAG 2.1.4). Kept in the browser.
 */
class SingleKeys {
  areOn = $state(localStorage.getItem(STORED) !== 'off');

  toggle = (): void => {
    this.areOn = !this.areOn;
    if (this.areOn) localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, 'off');
  };

  /** The key of a press that is one of these: undefined while somebody types, holds another key down, or has switched them off. */
  in(event: KeyboardEvent): string | undefined {
    const { key, ctrlKey, metaKey, altKey, isComposing } = event;
    return this.areOn && !ctrlKey && !metaKey && !altKey && !isComposing && !isTyping(event) ? key : undefined;
  }
}

/** Of everything that takes letters: a list of choices goes to the one that begins with them. */
const isTyping = ({ target }: Event): boolean => (target as Element).matches('input, textarea, select, [contenteditable]');

export const singleKeys = new SingleKeys();
