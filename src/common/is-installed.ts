import { createRequire } from 'node:module';

/** Whether an optional package is installed beside Tallygate's own. */
export function isInstalled(name: string): boolean {
  try {
    createRequire(import.meta.url).resolve(`${name}/package.json`);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'ERR_PACKAGE_PATH_NOT_EXPORTED'; // it is there, and keeps that file to itself
  }
}
