// Preloaded into a server (`node --expose-gc --import`): SIGUSR2 collects garbage and writes what is left, in bytes.
process.on('SIGUSR2', () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`heap ${heapUsed + external}\n`);
});
