import { plainText } from './plain-text';

/** What the page that is open is about, by its own name: known when it was read. */
class Heading {
  name = $state('');
}

export const heading = new Heading();

/** The page's heading and the title of its tab say this name, while it is known and the page is there. */
export function named(name: () => string | undefined): void {
  $effect(() => {
    heading.name = plainText(name() ?? '');
    return () => (heading.name = '');
  });
}
