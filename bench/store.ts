/** The results folder: each run with its own folder, the newest also at the top. */

import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseResult, type Result } from './contract/result.ts';

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
    } catch (error) {
      throw new Error(`the results folder ${folder} can't be written to: ${messageOf(error)}`, { cause: error });
    }
  }

  runFolder(id: string): string {
    return join(this.folder, 'runs', id);
  }

  /** Saves the result under its run and as the newest. A reader sees the old file or the new one, never half of one. */
  save(result: Result): void {
    const text = `${JSON.stringify(result, null, 1)}\n`;
    writeAtomically(join(this.runFolder(result.id), 'result.json'), text);
    writeAtomically(join(this.folder, 'result.json'), text);
  }

  /** @returns the path of the newest page */
  saveReport(result: Result, html: string): string {
    writeAtomically(join(this.runFolder(result.id), 'report.html'), html);
    const newest = join(this.folder, 'report.html');
    writeAtomically(newest, html);
    return newest;
  }

  /**
   * Finds a result by its path, its run folder or its run's id.
   *
   * @throws Error when there is no such file, InvalidResult when it is not a result
   */
  load(run: string): { result: Result; path: string } {
    const candidates = [run, join(run, 'result.json'), join(this.runFolder(run), 'result.json')];
    const path = candidates.find(isFile);
    if (path === undefined) throw new Error(`there is no result ${run}; looked for ${candidates.join(', ')}`);
    try {
      return { result: parseResult(readFileSync(path, 'utf8')), path };
    } catch (error) {
      throw new Error(`${path}: ${messageOf(error)}`, { cause: error });
    }
  }
}

/** @throws Error that names the file when it can't be written; then what stood there before still does */
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

/** One level, on purpose: `recursive` never returns where the system refuses folders with ENOENT, as /proc does. */
function makeFolder(folder: string): void {
  if (!existsSync(folder)) mkdirSync(folder);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
