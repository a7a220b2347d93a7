import { execFile } from 'node:child_process';
import { mkdir, statfs } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small file system of its own. */
export class Disk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Mounts one in memory, which takes no more of it than is written.
   * @throws Error when this user may not mount
   */
  static async mount(path: string, bytes: number): Promise<Disk> {
    await mkdir(path);
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path]);
    return new Disk(path);
  }

  /** Leaves no byte free: the file system shrinks to what is on it. */
  async fill(): Promise<void> {
    const { blocks, bfree, bsize } = await statfs(this.path);
    const used = (blocks - bfree) * bsize;
    await run('mount', ['-o', `remount,size=${used}`, this.path]);
  }

  /** Lazily: whoever still has a file of it open keeps it until then. */
  async unmount(): Promise<void> {
    await run('umount', ['--lazy', this.path]);
  }
}
