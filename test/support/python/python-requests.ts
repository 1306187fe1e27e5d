import { execFile } from 'node:child_process';
import { pythonProgram } from './python-program.js';

/** One request, with the names that Python's `requests` has for its parts; `null` is `None`. */
export interface PythonRequest {
  method: string;
  url: string;
  headers?: Record<string, string>;
  params?: Record<string, unknown>;
  json?: unknown;
  /** A form. */
  data?: Record<string, unknown>;
  /** Parts of a `multipart/form-data` body, by name. */
  files?: Record<string, string>;
}

const PROGRAM = `
import json, requests, sys
for request in json.load(sys.stdin):
    answer = requests.request(timeout=30, **request)
    print(json.dumps({"status": answer.status_code, "text": answer.text}))
`;

/** Sends them one after another, as Python does. @throws Error with Python's words */
export function pythonRequests(all: readonly PythonRequest[]): Promise<{ status: number; text: string }[]> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      pythonProgram('schemathesis', 'python'),
      ['-c', PROGRAM],
      { maxBuffer: 64 * 1_048_576 },
      (error, stdout, stderr) => {
        if (error) return reject(new Error(stderr || error.message));
        const lines = stdout.split('\n').filter(Boolean);
        resolve(lines.map((line) => JSON.parse(line) as { status: number; text: string }));
      },
    );
    child.stdin!.end(JSON.stringify(all));
  });
}
