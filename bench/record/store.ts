/** The results folder: each run with its own folder, the newest also at the top. */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InvalidResult, parseResult, type Result } from '../contract/result.ts';
import { readText } from '../measure/system-files.ts';
import { resultId, stampOf } from './identity.ts';
import { recomputed } from './recompute.ts';

const UNFINISHED = '-unfinished';
const LOCK = '.lock';

export class Store {
  readonly folder: string;

  /** @throws Error when the folder can't be made or written to */
  constructor(folder: string) {
    this.folder = folder;
    try {
      makeFolder(folder);
      makeFolder(join(folder, 'runs'));
      accessSync(folder, constants.W_OK);
      accessSync(join(folder, 'runs'), constants.W_OK);
      removeDrafts(folder);
    } catch (error) {
      throw new Error(`the results folder ${folder} can't be written to: ${messageOf(error)}`, { cause: error });
    }
  }

  /**
   * Takes the folder for this process: the newest result and page are those of one run at a time. A lock whose process is gone is
   * taken over.
   *
   * @returns what gives it back; so does the end of the process
   * @throws Error that names the process that has it
   */
  lock(): () => void {
    const path = join(this.folder, LOCK);
    const holder = Number(readText(path));
    if (holder > 0 && holder !== process.pid && isAlive(holder)) {
      throw new Error(
        `process ${holder} measures into ${this.folder} (${path} says so); wait until it ends, or give this run another folder with --results`,
      );
    }
    rmSync(path, { force: true });
    writeFileSync(path, `${process.pid}\n`, { flag: 'wx' });
    const unlock = () => {
      if (Number(readText(path)) === process.pid) rmSync(path, { force: true });
    };
    process.once('exit', unlock);
    return unlock;
  }

  /** Where a run is kept: under its id once it has one for good, until then under the second at which it began. */
  runFolder({ id, startedAt, finishedAt }: Result): string {
    return this.#folderOf(finishedAt === null ? `${stampOf(startedAt)}${UNFINISHED}` : id);
  }

  /** Saves the result under its run and as the newest. A reader sees the old file or the new one, never half of one. */
  save(result: Result): void {
    const folder = this.runFolder(result);
    const before = this.runFolder({ ...result, finishedAt: null });
    if (folder !== before && existsSync(before)) {
      removeDrafts(before);
      renameSync(before, folder);
    }
    const text = `${JSON.stringify(result, null, 1)}\n`;
    writeAtomically(join(folder, 'result.json'), text);
    writeAtomically(join(this.folder, 'result.json'), text);
  }

  /** @returns the path of the newest page */
  saveReport(result: Result, html: string): string {
    writeAtomically(join(this.runFolder(result), 'report.html'), html);
    const newest = join(this.folder, 'report.html');
    writeAtomically(newest, html);
    return newest;
  }

  /** @returns the folder of the run, where they are */
  saveExports(result: Result, files: ReadonlyMap<string, string>): string {
    const folder = this.runFolder(result);
    writeFiles(folder, files);
    return folder;
  }

  /**
   * Finds a result by its path, its run folder or its run's id. Its estimates are those of this version; `schemaVersion` is the
   * one that it is stored in.
   *
   * @throws Error when there is no such file, or when it is not a result or was changed by hand
   */
  load(run: string): { result: Result; path: string; schemaVersion: unknown } {
    const candidates = [run, join(run, 'result.json'), join(this.#folderOf(run), 'result.json')];
    const path = candidates.find(isFile);
    if (path === undefined) throw new Error(`there is no result ${run}; looked for ${candidates.join(', ')}`);
    try {
      const text = readFileSync(path, 'utf8');
      const result = parseResult(text);
      const stored = JSON.parse(text);
      if (resultId(stored) === result.id) {
        return { result: recomputed(result), path, schemaVersion: stored.schemaVersion };
      }
      throw new InvalidResult('its id is not the hash of what it says: the file was changed after the run');
    } catch (error) {
      throw new Error(`${path}: ${messageOf(error)}`, { cause: error });
    }
  }

  /** The text of each run's result, the newest run first; read one by one, and left out where it can't be read. */
  *texts(): Generator<string> {
    for (const name of readdirSync(join(this.folder, 'runs')).sort().reverse()) {
      const text = readText(join(this.#folderOf(name), 'result.json'));
      if (text !== undefined) yield text;
    }
  }

  #folderOf(name: string): string {
    return join(this.folder, 'runs', name);
  }
}

/** @param files text by path, relative to the folder */
export function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) writeAtomically(join(folder, path), text);
}

/** @throws Error that names the file when it can't be written; the previous file then stays */
export function writeAtomically(path: string, text: string): void {
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    makeFolder(dirname(path));
    writeFileSync(draft, text, { flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new Error(`${path} can't be written: ${messageOf(error)}`, { cause: error });
  }
}

/** Removes what processes left that were killed in the middle of {@link writeAtomically}. */
function removeDrafts(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\..+\.(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Makes one level: `recursive` never returns where the system refuses folders with ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
