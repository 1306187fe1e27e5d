import { parentPort, workerData } from 'node:worker_threads';
import { checkConfig, type ConfigCheckInput } from './config-check.js';

/** The check of a settings file in a thread of its own, which `checkedApart` ends where a text takes it too long. */
parentPort!.postMessage(checkConfig(workerData as ConfigCheckInput));
