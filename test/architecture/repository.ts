import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, with a separator at the end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** What .gitignore leaves out, and git's own folder. Read from the disk, because a copy without git is tested too. */
const LEFT_OUT = ['.git', '.cache', 'node_modules', 'dist', 'cdk.out', 'coverage', '.postrider'];

/** Every file of the repository, relative to it, with `/` between folders; sorted. */
export function repositoryFiles(): readonly string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter(
      (entry) => !LEFT_OUT.includes(entry.name) && !/^[.]postrider-install|^consumer[.]db|[.]log$/.test(entry.name),
    )
    .flatMap((entry) => {
      if (!entry.isDirectory()) return [entry.name];
      return readdirSync(join(root, entry.name), { recursive: true, withFileTypes: true })
        .filter((inner) => inner.isFile())
        .map((inner) => relative(root, join(inner.parentPath, inner.name)).split(sep).join('/'));
    })
    .sort();
}
