import { z } from 'zod';

const isLink = (url: string): boolean => /^(https?:\/\/|mailto:)./.test(url) && URL.canParse(url);

/** What people see in a browser, and how long they stay signed in there. */
export const portalSchema = z
  .strictObject({
    /** False: no pages, and no sign-in by cookie. */
    enabled: z.boolean().default(true),
    /** What it calls itself. */
    title: z.string().trim().min(1).max(60).default('Tallygate'),
    /** Where its people ask for help. */
    support_url: z.string().refine(isLink, 'must be an https://, http:// or mailto: URL').optional(),
    /** A session in which nothing is asked for this long ends. */
    session_idle_minutes: z.int().min(1).max(43_200).default(720),
    /** A session ends after this long, whatever is asked in it. */
    session_max_days: z.int().min(1).max(90).default(7),
  })
  .prefault({});
