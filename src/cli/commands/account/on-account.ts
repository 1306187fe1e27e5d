import { GatewayError, type GatewayClient } from '../../../client/gateway-client.js';
import { onRest } from '../../gateway/on-rest.js';
import { CliFailure } from '../../terminal/cli-failure.js';

/** As `onRest`, with the command that helps where there is no account yet: the gateway's words are for people before a page. */
export const onAccount = <T>(url: string | undefined, work: (gateway: GatewayClient) => Promise<T>): Promise<T> =>
  onRest(url === undefined ? {} : { url }, (gateway) =>
    work(gateway).catch((error: unknown) => {
      const isMissing = error instanceof GatewayError && error.errorCode === 'NOT_FOUND';
      throw isMissing ? new CliFailure('There is no MCP account yet. Open it: tallygate account enable') : error;
    }),
  );
