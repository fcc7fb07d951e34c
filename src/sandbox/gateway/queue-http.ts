import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestId } from './answer.ts'
import { bodyDigest, type MessageQueue, type QueuedMessage } from './queue.ts'
import type { QueueTokens } from './queue-token.ts'

const longestWaitSeconds = 30
const mostMessages = 16

/** `GET` and `DELETE /queues/<name>/messages` of the message service (2015-06-06), in XML. */
export function createQueueHttp(tokens: QueueTokens, queues: ReadonlyMap<string, MessageQueue>) {
  return (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    const resource = request.url ?? ''
    const { pathname, searchParams } = new URL(resource, 'http://sandbox')
    const name = /^\/queues\/([^/]+)\/messages$/.exec(pathname)?.[1] ?? ''
    const { method = '', headers } = request
    const refusal = tokens.verify({ method, resource, queue: name, headers })
    if (refusal !== null) return refuse(response, 403, refusal)
    const queue = queues.get(name)
    if (!queue) return refuse(response, 404, 'QueueNotExist')
    if (method === 'GET') return void receive(queue, searchParams, response)
    if (method === 'DELETE') return remove(queue, searchParams, body, response)
    refuse(response, 400, 'InvalidArgument')
  }
}

async function receive(
  queue: MessageQueue,
  parameters: URLSearchParams,
  response: ServerResponse,
): Promise<void> {
  const count = Number(parameters.get('numOfMessages') ?? 1)
  const waitSeconds = Number(parameters.get('waitseconds') ?? 0)
  if (!(count >= 1 && count <= mostMessages) || !(waitSeconds <= longestWaitSeconds)) {
    return refuse(response, 400, 'InvalidArgument')
  }
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const shown = await queue.receive(count, waitSeconds * 1000, gone.signal)
  if (shown.length === 0) return refuse(response, 404, 'MessageNotExist')
  sendXml(
    response,
    200,
    `<Messages xmlns="${namespace}">${shown.map(messageXml).join('')}</Messages>`,
  )
}

function remove(
  queue: MessageQueue,
  parameters: URLSearchParams,
  body: Buffer,
  response: ServerResponse,
): void {
  const single = parameters.get('ReceiptHandle')
  const handles = single
    ? [single]
    : [...body.toString('utf8').matchAll(/<ReceiptHandle>([^<]+)<\/ReceiptHandle>/g)].map(
        ([, handle]) => handle!,
      )
  if (handles.length === 0 || handles.length > mostMessages) {
    return refuse(response, 400, 'InvalidArgument')
  }
  const failed = queue.remove(handles)
  if (failed.length === 0) {
    response.writeHead(204, { 'x-mns-version': '2015-06-06' })
    response.end()
    return
  }
  if (single) return refuse(response, 404, 'MessageNotExist')
  const errors = failed.map(
    (handle) =>
      `<Error><ErrorCode>MessageNotExist</ErrorCode><ErrorMessage>Message not exist.</ErrorMessage><ReceiptHandle>${handle}</ReceiptHandle></Error>`,
  )
  sendXml(response, 404, `<Errors xmlns="${namespace}">${errors.join('')}</Errors>`)
}

const namespace = 'http://mns.aliyuncs.com/doc/v1/'

function messageXml(message: QueuedMessage): string {
  const { id, receiptHandle, body, enqueuedAtMs, visibleAtMs, timesShown } = message
  return (
    `<Message><MessageId>${id}</MessageId><ReceiptHandle>${receiptHandle}</ReceiptHandle>` +
    `<MessageBody>${body}</MessageBody><MessageBodyMD5>${bodyDigest(body)}</MessageBodyMD5>` +
    `<EnqueueTime>${enqueuedAtMs}</EnqueueTime><NextVisibleTime>${visibleAtMs}</NextVisibleTime>` +
    `<DequeueCount>${timesShown}</DequeueCount><Priority>8</Priority></Message>`
  )
}

function refuse(response: ServerResponse, status: number, code: string): void {
  sendXml(
    response,
    status,
    `<Error xmlns="${namespace}"><Code>${code}</Code><Message>${code}</Message><RequestId>${requestId()}</RequestId><HostId>sandbox</HostId></Error>`,
  )
}

function sendXml(response: ServerResponse, status: number, xml: string): void {
  const text = `<?xml version="1.0" encoding="utf-8"?>${xml}`
  response.writeHead(status, {
    'content-type': 'text/xml;charset=utf-8',
    'content-length': Buffer.byteLength(text),
    'x-mns-version': '2015-06-06',
  })
  response.end(text)
}
