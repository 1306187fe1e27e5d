import { Session } from 'chdb';
import { randomUUID } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { DiskGuard } from './disk-guard.js';
import { EngineError } from './engine-error.js';
import { Lane } from './lane.js';
import { assertReadOnly } from './read-only.js';
import { insertsNothing, mayWrite, onlyReads, scriptOf, sqlText, type Statement } from './statement.js';

/** Each may take the memory that its settings allow. */
const RUNNING_MAX = Math.min(4, Math.max(2, availableParallelism()));
/** Questions from outside (`readonly=1`) have a lane of their own: a slow one keeps nobody else waiting. */
const QUESTIONS_MAX = 1;
const WAITING_MAX = 100;
const TOO_MANY = 202;
const CANCELLED = 394;
const NO_ROOM = 243;

/**
 * The embedded engine on one folder. Every statement gets a connection of its own, which costs about a millisecond: what a
 * statement sets or uses stays on its connection and would otherwise hold for all later ones.
 */
export class StatementRunner {
  private readonly statements = new Lane(RUNNING_MAX, WAITING_MAX);
  private readonly questions = new Lane(QUESTIONS_MAX, WAITING_MAX);
  private readonly running = new Set<Promise<unknown>>();
  /** Keeps the engine open between statements. */
  private readonly engine: Session;
  private readonly disk: DiskGuard;

  /**
   * @param onDisk told whether the disk is as good as full, at first and when that changes
   * @throws Error when the folder cannot be opened, or another process has it open.
   */
  constructor(
    private readonly folder: string,
    onDisk: (isFull: boolean) => void = () => undefined,
  ) {
    this.engine = new Session(folder);
    const stopMerges = (stop: boolean) => this.execute(`SYSTEM ${stop ? 'STOP' : 'START'} MERGES`, 'Null');
    this.disk = new DiskGuard(folder, { stopMerges, onChange: onDisk });
  }

  /**
   * The answer, whole. When `gone` fires a statement that only reads is cancelled.
   * @throws EngineError, for one that may write also when the disk is as good as full
   */
  async run(statement: Statement, gone: AbortSignal): Promise<Uint8Array> {
    const isQuestion = statement.settings['readonly'] === '1';
    if (!isQuestion && insertsNothing(statement)) return new Uint8Array();
    if (!isQuestion && this.disk.isFull && mayWrite(statement)) throw noRoom();
    const lane = isQuestion ? this.questions : this.statements;
    const work = lane
      .run(() => this.runNow(statement, gone), tooMany)
      .catch((error) => {
        throw EngineError.of(error);
      });
    this.running.add(work);
    return work.finally(() => this.running.delete(work));
  }

  /** Resolves when everything that runs has ended. */
  async close(): Promise<void> {
    await this.disk.close();
    await Promise.allSettled(this.running);
    this.engine.close();
  }

  private async runNow(statement: Statement, gone: AbortSignal): Promise<Uint8Array> {
    const text = statement.settings['readonly'] === '1' ? await this.reading(statement.text) : statement.text;
    if (gone.aborted) throw new EngineError(CANCELLED, 'QUERY_WAS_CANCELLED', 'The client has gone.');
    const marker = randomUUID();
    const cancel = () => void this.cancel(marker).catch(() => undefined);
    if (onlyReads(statement)) gone.addEventListener('abort', cancel, { once: true });
    try {
      return await this.execute(scriptOf({ ...statement, text }, marker), statement.format);
    } finally {
      gone.removeEventListener('abort', cancel);
    }
  }

  private async reading(text: string): Promise<string> {
    const formatted = await this.execute(`SELECT formatQuery(${sqlText(text)})`, 'TSVRaw');
    const statement = new TextDecoder().decode(formatted);
    assertReadOnly(statement);
    return statement;
  }

  private async cancel(marker: string): Promise<void> {
    await this.execute(`KILL QUERY WHERE Settings['log_comment'] = ${sqlText(marker)} ASYNC`, 'Null');
  }

  private async execute(script: string, format: string): Promise<Uint8Array> {
    const connection = new Session(this.folder);
    try {
      return (await connection.queryAsync(script, { format })).bytes();
    } finally {
      connection.close();
    }
  }
}

const noRoom = () => new EngineError(NO_ROOM, 'NOT_ENOUGH_SPACE', 'The disk is as good as full, so nothing is written on it.');

const tooMany = () => new EngineError(TOO_MANY, 'TOO_MANY_SIMULTANEOUS_QUERIES', 'Too many statements are waiting.');
