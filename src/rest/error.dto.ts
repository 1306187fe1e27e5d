import { ApiProperty } from '@nestjs/swagger';
import { ERROR_STATUS, type ErrorCode } from '../common/tallygate-error.js';

/** The body of every error on REST. Source 003, "Error Handling". */
export class ErrorDto {
  @ApiProperty({
    description: 'What went wrong; a list of problems when fields are invalid',
    oneOf: [
      { type: 'string' },
      {
        type: 'array',
        items: {
          type: 'object',
          required: ['loc', 'msg', 'type'],
          properties: {
            loc: { type: 'array', items: { oneOf: [{ type: 'string' }, { type: 'integer' }] }, example: ['body', 'server_id'] },
            msg: { type: 'string', example: 'field required' },
            type: { type: 'string', example: 'value_error.missing' },
          },
        },
      },
      {
        type: 'object',
        required: ['code'],
        properties: { code: { type: 'string', example: 'mcp_not_enabled' }, message: { type: 'string' } },
      },
    ],
  })
  detail!: unknown;

  @ApiProperty({
    description: 'The contract; the words of `detail` may change',
    enum: Object.keys(ERROR_STATUS),
    example: 'NOT_FOUND',
  })
  error_code!: ErrorCode;

  @ApiProperty({ description: 'As in the X-Request-Id header; names the request in the log', nullable: true, type: String })
  request_id!: string | null;

  @ApiProperty({ description: 'With 403: the scopes this needs', required: false, type: [String], example: ['gateway:write'] })
  required_permissions?: readonly string[];
}
