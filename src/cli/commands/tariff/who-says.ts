/** What is known of who says what something costs or gives. */
interface Said {
  source: string;
  changed_by: string | null;
  overridden: number | null;
}

/** In a column: the admin, the settings file and what it stands in place of, the server's template, or the default. */
export function whoSays({ source, changed_by, overridden }: Said): string {
  if (source === 'override') return changed_by ?? 'an admin';
  return overridden === null ? source : `${source}, instead of ${overridden}`;
}
