/** Whether there is a process of this number, also one of another user. A number is given anew after its process: it may be another. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
