import type * as Sdk from '@alicloud/dysmsapi20170525'

export interface AliyunSettings {
  accessKeyId: string
  accessKeySecret: string
  /** Host, with a port where it is not the protocol's own, such as `dysmsapi.aliyuncs.com`. */
  endpoint: string
  protocol: 'http' | 'https'
  /** Milliseconds for one call of the provider's interface. */
  callTimeoutMs: number
}

type ClientClass = typeof Sdk.default.default
type Client = InstanceType<ClientClass>

/** The SDK and its client, loaded when first asked for; null where it cannot be used. Before there is a client nothing was sent. */
export function connector(settings: AliyunSettings) {
  let connecting: Promise<{ sdk: typeof Sdk; client: Client } | null> | undefined
  return () => (connecting ??= loadClient(settings).catch(() => null))
}

async function loadClient(settings: AliyunSettings) {
  // Takes a third of a second, so only those who send pay for it.
  const sdk = await import('@alicloud/dysmsapi20170525')
  // The module is CommonJS: for Node its default export is the namespace, whose default is the class; for
  // tools that smooth this over it is the class itself.
  const exported: unknown = sdk.default
  const Client = (typeof exported === 'function' ? exported : sdk.default.default) as ClientClass
  // The SDK's "connect" timeout also runs while an answer is awaited, and its read timer is lost when a
  // socket is used again. Both lie behind our own deadline; they only free what it left hanging.
  const sdkTimeoutMs = settings.callTimeoutMs + 1_000
  const config = {
    accessKeyId: settings.accessKeyId,
    accessKeySecret: settings.accessKeySecret,
    endpoint: settings.endpoint,
    protocol: settings.protocol,
    readTimeout: sdkTimeoutMs,
    connectTimeout: sdkTimeoutMs,
  }
  return { sdk, client: new Client(config as ConstructorParameters<ClientClass>[0]) }
}

/** Thrown when our own deadline passed before the SDK's answer. */
export const deadlinePassed = Symbol('deadline passed')

export async function withDeadline<T>(ms: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(deadlinePassed), ms)
  })
  try {
    return await Promise.race([call, deadline])
  } finally {
    clearTimeout(timer)
  }
}
