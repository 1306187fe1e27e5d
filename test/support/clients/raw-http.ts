import { execFileSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';

/** What a plain socket heard until the other side closed it. */
export interface RawAnswer {
  /** Of the first answer; 0 when the connection was closed without one. */
  status: number;
  text: string;
}

/** Writes the bytes as they are, and waits for the connection to be closed. Rejects after `patienceMs`: a hang. */
export function sendRaw(url: string, bytes: string | Buffer, patienceMs = 20_000): Promise<RawAnswer> {
  const socket = openRaw(url);
  socket.write(bytes);
  return untilClosed(socket, patienceMs);
}

/** A connection whose errors do not matter: a reset is a way of closing. */
export function openRaw(url: string): Socket {
  return connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
}

export function untilClosed(socket: Socket, patienceMs = 20_000): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const patience = setTimeout(() => reject(new Error(`Still open after ${patienceMs} ms, having heard: ${text}`)), patienceMs);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.once('close', () => {
      clearTimeout(patience);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
  });
}

/** A whole POST that asks for the connection to be closed after its answer. */
export const rawPost = (url: string, body: string, headers: Record<string, string> = {}): string => {
  const all = { Host: 'x', 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${new URL(url).pathname} HTTP/1.1\r\n${lines.join('')}Connection: close\r\n\r\n${body}`;
};

/** Memory of a process as the system sees it, in MiB. */
export function residentMib(pid: number): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024;
}
