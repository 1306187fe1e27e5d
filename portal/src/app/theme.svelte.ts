const STORED = 'tallygate-theme';
export type Theme = 'system' | 'light' | 'dark';

/** What can be chosen, in the words of a setting. */
export const THEMES: readonly [Theme, string][] = [
  ['system', 'as the system'],
  ['light', 'light'],
  ['dark', 'dark'],
];

/** Kept in the browser; `assets/theme.js` reads it before the first paint. */
class ChosenTheme {
  chosen = $state((localStorage.getItem(STORED) as Theme | null) ?? 'system');

  choose(theme: Theme): void {
    this.chosen = theme;
    if (theme === 'system') localStorage.removeItem(STORED);
    else localStorage.setItem(STORED, theme);
    document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
  }
}

export const theme = new ChosenTheme();
