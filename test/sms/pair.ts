import { onTestFinished } from 'vitest'
import { systemClock } from '../../src/foundation/clock.ts'
import type { SandboxGateway, SandboxOptions } from '../../src/sandbox/gateway/gateway.ts'
import { startSandboxGateway } from '../../src/sandbox/gateway/server.ts'
import type { AliyunSettings } from '../../src/sms/aliyun-client.ts'
import { aliyunGateway } from '../../src/sms/aliyun.ts'
import type { Batch, OutgoingText } from '../../src/sms/gateway.ts'

export const credentials = { accessKeyId: 'LTAI-test', accessKeySecret: 'test-secret' }

/** A sandbox gateway that ends with the test. */
export async function sandbox(options: Partial<SandboxOptions> = {}): Promise<SandboxGateway> {
  const gateway = await startSandboxGateway({
    clock: systemClock,
    credentials,
    openTemplates: true,
    receiptDelayMs: 0,
    ...options,
    // On a busy machine a push takes its time; only tests about lateness want a short limit.
    pushes: { timeoutMs: 20_000, ...options.pushes },
  })
  onTestFinished(() => gateway.close())
  return gateway
}

/** The official SDK behind the port, pointed at a gateway over real HTTP. */
export function adapter(
  gateway: Pick<SandboxGateway, 'endpoint'>,
  settings: Partial<AliyunSettings> = {},
) {
  return aliyunGateway({
    ...credentials,
    endpoint: gateway.endpoint,
    protocol: 'http',
    callTimeoutMs: 5_000,
    ...settings,
  })
}

export function text(number: number, fields: Partial<OutgoingText> = {}): OutgoingText {
  return {
    messageId: `message-${number}`,
    phone: `138${String(number).padStart(8, '0')}`,
    signature: '示例公安',
    templateParams: { unit: '朝阳派出所', business: '户政' },
    ...fields,
  }
}

export function batch(texts: readonly OutgoingText[], fields: Partial<Batch> = {}): Batch {
  return { outId: 'out-1', templateCode: 'SMS_100001', texts, ...fields }
}
