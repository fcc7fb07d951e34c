import type { FastifyError, FastifyInstance } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { AppError, type ErrorCode } from '../foundation/errors.ts'

/** How every refusal looks. */
export const errorBody = z.object({
  code: z.string().describe('From the error catalogue; stable'),
  message: z.string().describe('In words for the person who meets it'),
  field: z.string().optional(),
  reason: z.string().optional().describe('What is wrong with the field'),
})

const ofFastify: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request.too_large',
  FST_ERR_CTP_INVALID_JSON_BODY: 'request.not_json',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request.not_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request.not_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request.media_type',
  FST_ERR_RATE_LIMIT: 'request.too_fast',
}

// Connection lost or refused, server starting or stopping, no connection free (PostgreSQL classes 08, 57P, 53).
const databaseAway = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|08\w{3}|57P\w{2}|53\w{3})$/

function asAppError(error: FastifyError): AppError {
  if (error instanceof AppError) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0]
    const field =
      first?.instancePath.slice(1).replaceAll('/', '.') || (error.validationContext ?? '')
    return new AppError('request.invalid', { field, reason: first?.message ?? '' })
  }
  const known = ofFastify[error.code]
  if (known) return new AppError(known)
  if (error.statusCode === 400) return new AppError('request.not_json')
  if (
    databaseAway.test(error.code ?? '') ||
    /timeout exceeded when trying to connect/.test(error.message)
  ) {
    return new AppError('database.unavailable')
  }
  return new AppError('server.fault')
}

/** Answers every error with its entry of the catalogue; what is not in it is a fault of ours, and logged. */
export function answerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>(async (error, request, reply) => {
    const known = asAppError(error)
    if (known.status >= 500) request.log.error({ err: error, code: known.code }, 'request failed')
    const { field, reason } = known.details
    return reply.status(known.status).send({
      code: known.code,
      message: known.message,
      ...(field === undefined ? {} : { field: String(field) }),
      ...(reason === undefined ? {} : { reason: String(reason) }),
    })
  })
  app.setNotFoundHandler(async (_request, reply) => {
    const error = new AppError('request.not_found')
    // Whoever served a file that is not there must not have it kept as missing for ever.
    reply.header('cache-control', 'no-store')
    return reply.status(404).send({ code: error.code, message: error.message })
  })
}
