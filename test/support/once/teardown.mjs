/** Ends what the setups beside it began; Jest calls it once for each of them. */
export default async function teardown() {
  for (const end of globalThis.testEndings?.splice(0) ?? []) await end();
}
