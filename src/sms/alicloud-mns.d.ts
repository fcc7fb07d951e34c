/** What we use of `@alicloud/mns`, which brings no types. */
declare module '@alicloud/mns' {
  interface ReceivedMessage {
    MessageId: string
    ReceiptHandle: string
    MessageBody: string
  }
  export default class Client {
    constructor(
      accountId: string,
      options: {
        accessKeyId: string
        accessKeySecret: string
        securityToken: string
        endpoint: string
        readTimeout: number
        connectTimeout: number
      },
    )
    /** Rejects with an error called `MNSMessageNotExistError` when nothing came in the time. */
    batchReceiveMessage(
      queue: string,
      count: number,
      waitSeconds: number,
    ): Promise<{ body: ReceivedMessage[] }>
    batchDeleteMessage(queue: string, receiptHandles: readonly string[]): Promise<{ code: number }>
  }
}
