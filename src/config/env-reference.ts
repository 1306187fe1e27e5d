import { z } from 'zod';

/** `${env:NAME}`: what the variable NAME of the gateway's environment says. As the source of a regular expression with one group. */
export const ENV_REFERENCE = String.raw`\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}`;

const WHOLE = new RegExp(`^${ENV_REFERENCE}$`);

/** Whether a variable that a setting refers to is there; one that is empty is. */
export const isSet = (name: string, env: NodeJS.ProcessEnv): boolean => env[name] !== undefined;

/** What is said of a variable that is not. */
export const notSet = (name: string): string => `the environment variable ${name} is not set`;

/** The variables that are whole values in what is written. */
export function wholeReferences(written: unknown): string[] {
  if (typeof written === 'string') return WHOLE.exec(written)?.slice(1) ?? [];
  if (typeof written !== 'object' || written === null) return [];
  return [...new Set(Object.values(written).flatMap(wholeReferences))];
}

/** Fills references in wherever one is a whole value. What is not set stays, for `fromVariable` to say so. */
export function withVariables(written: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof written === 'string') return env[WHOLE.exec(written)?.[1] ?? ''] ?? written;
  if (Array.isArray(written)) return written.map((item) => withVariables(item, env));
  if (typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).map(([name, item]) => [name, withVariables(item, env)]));
}

/** A text that may come from a variable: one that is still a reference was not filled in. */
export const fromVariable = <Schema extends z.ZodType<unknown, string>>(schema: Schema) =>
  z
    .string()
    .superRefine((text, context) => {
      for (const name of wholeReferences(text)) context.addIssue({ code: 'custom', message: notSet(name) });
    })
    .pipe(schema);
