import { tick } from 'svelte';

const FIELDS = 'input, select, textarea';

/** Where somebody goes on who has made a form appear: it comes into view, its first field gets the focus. */
export function toFirstField(form: Element | null): void {
  form?.querySelector<HTMLElement>(FIELDS)?.focus({ preventScroll: true });
  form?.scrollIntoView({ block: 'start' });
}

/** The first field that something is wrong with gets the focus, once the page shows what. */
export async function toFirstProblem(form: Element): Promise<void> {
  await tick();
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}
