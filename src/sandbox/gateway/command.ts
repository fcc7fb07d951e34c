import type { SandboxOptions } from './gateway.ts'
import { startSandboxGateway } from './server.ts'

export interface SandboxCommand extends SandboxOptions {
  /** Takes one line for the person at the terminal. */
  write: (line: string) => void
  /** Stops the gateway. */
  signal: AbortSignal
}

/** `huifang sandbox`: runs the gateway alone until it is told to stop. Rejects when the port is taken. */
export async function runSandbox({ write, signal, ...options }: SandboxCommand): Promise<void> {
  const gateway = await startSandboxGateway(options)
  write(`短信沙箱已启动：${gateway.url}（仅供演示和测试，不会发出真实短信）`)
  write(
    `接入方式：ALIYUN_SMS_ENDPOINT=${gateway.endpoint} ALIYUN_SMS_PROTOCOL=http ALIBABA_CLOUD_ACCESS_KEY_ID=${options.credentials.accessKeyId}`,
  )
  write(
    `查看已受理短信：GET ${gateway.url}/sandbox/ledger；模拟回复：POST ${gateway.url}/sandbox/reply`,
  )
  if (!signal.aborted) {
    await new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    )
  }
  await gateway.close()
  write('短信沙箱已停止')
}
