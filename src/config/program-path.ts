/** Where programs are looked for: the one variable that child processes take over from the gateway. */
export const programPath: string = process.env['PATH'] ?? '';
