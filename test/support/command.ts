import { spawn } from 'node:child_process'

export interface CommandResult {
  code: number | null
  stdout: string
  stderr: string
}

/** Runs `huifang …` as a process of its own, with this environment alone. */
export function huifang(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input = '',
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const command = spawn(process.execPath, ['src/main.ts', ...args], { env: { ...environment } })
    const result: CommandResult = { code: null, stdout: '', stderr: '' }
    command.stdout.on('data', (chunk: Buffer) => (result.stdout += chunk.toString()))
    command.stderr.on('data', (chunk: Buffer) => (result.stderr += chunk.toString()))
    command.on('error', reject)
    command.on('close', (code) => resolve({ ...result, code }))
    command.stdin.end(input)
  })
}
