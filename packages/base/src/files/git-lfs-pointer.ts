/** How every pointer of Git LFS begins. */
export const GIT_LFS_MARK = "version https://git-lfs";

/**
 * What to say of a file that is a pointer of Git LFS, which stands where a repository's large file was not fetched.
 *
 * @param begin the file's first characters, at least as many as {@link GIT_LFS_MARK} has
 * @returns undefined for a file that is none
 */
export function gitLfsPointer(begin: string): string | undefined {
  if (!begin.startsWith(GIT_LFS_MARK)) return undefined;
  return "it is a Git LFS pointer, which stands for the file; `git lfs pull` in its repository fetches the file itself";
}
