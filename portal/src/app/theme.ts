const STORED = 'tallygate-theme';
export type Theme = 'system' | 'light' | 'dark';

export const chosenTheme = (): Theme => (localStorage.getItem(STORED) as Theme | null) ?? 'system';

/** Kept in the browser; `assets/theme.js` reads it before the first paint. */
export function chooseTheme(theme: Theme): void {
  if (theme === 'system') localStorage.removeItem(STORED);
  else localStorage.setItem(STORED, theme);
  document.documentElement.style.colorScheme = theme === 'system' ? '' : theme;
}
