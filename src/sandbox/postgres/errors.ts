/**
 * The embedded database could not be started or stopped. Unlike the catalogue's errors its message
 * is for the operator at the terminal: what happened, and what to do about it.
 */
export class EmbeddedPostgresError extends Error {
  constructor(happened: string, remedy: string, cause?: unknown) {
    super(`${happened}\n${remedy}`, cause === undefined ? {} : { cause })
    this.name = 'EmbeddedPostgresError'
  }
}

const otherServer = 'or set DATABASE_URL to a PostgreSQL server of your own'

/** Turns what PostgreSQL's programs printed, or what the file system answered, into advice. */
export function explainFailure(
  doing: string,
  dataDir: string,
  output: string,
): EmbeddedPostgresError {
  const advice: [RegExp, string][] = [
    [
      /No space left on device|ENOSPC|Disk quota exceeded|EDQUOT/i,
      `The disk is full. Free some space where ${dataDir} lies (about 500 MB are needed), ${otherServer}.`,
    ],
    [
      /Read-only file system|EROFS/i,
      `${dataDir} is on a read-only file system. Choose another data folder, ${otherServer}.`,
    ],
    [
      /Permission denied|EACCES|EPERM|readonly database|unable to open database file/i,
      `This user may not write in ${dataDir}. Run as the user to whom it belongs, give it to this user, ${otherServer}.`,
    ],
    [
      /shared libraries|No such file or directory.*ld-|ENOENT|Exec format error|ENOEXEC/i,
      `The binaries that npm installed do not run on this system (they need glibc, and x64 or arm64). Run "npm ci" on this very machine, ${otherServer}.`,
    ],
    [
      /could not bind|Address already in use|EADDRINUSE/i,
      `No free port was found on 127.0.0.1. Stop whatever takes them all, ${otherServer}.`,
    ],
    [
      /Cannot allocate memory|could not (?:map|create|resize) .*shared memory|ENOMEM/i,
      `There is not enough memory (about 400 MB are needed). Close other programs, ${otherServer}.`,
    ],
    [
      /invalid (?:primary )?checkpoint record|could not locate a valid checkpoint|control file|invalid magic number/i,
      `The data in ${dataDir} is damaged. If it holds nothing you need, delete that folder and start again.`,
    ],
  ]
  const remedy = advice.find(([pattern]) => pattern.test(output))?.[1]
  const shown = output.trim().split('\n').slice(-8).join('\n')
  return new EmbeddedPostgresError(
    `${doing} failed${shown === '' ? '.' : `:\n${shown}`}`,
    remedy ?? `See server.log in ${dataDir}, ${otherServer}.`,
  )
}

export function majorMismatch(cluster: string, found: string, ours: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `The data in ${cluster} was made by PostgreSQL ${found}; the installed binaries are ${ours}.`,
    `If it holds nothing you need, delete that folder and start again. Otherwise install the binaries of version ${found} and dump it first, ${otherServer}.`,
  )
}

export function noBinaries(platform: string, cause?: unknown): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    `There are no PostgreSQL binaries for ${platform} in node_modules.`,
    `If npm left out optional packages ("npm ci --omit=optional"), run "npm ci" without that, ${otherServer}.`,
    cause,
  )
}
