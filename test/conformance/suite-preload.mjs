// Preloaded into the conformance suite (`node --import`). It asks for Node 22 and has no option for headers: this gives it the
// one function Node 20 lacks, which only its unused parts call, and an API key for every request to the gateway.
import { register } from 'node:module';
import http from 'node:http';
import { Agent, setGlobalDispatcher } from 'undici';

const shim = `export * from 'node:fs'; export { default } from 'node:fs';
export function globSync() { throw new Error('globSync needs Node 22'); }`;
const hooks = `export async function resolve(specifier, context, next) {
  const isSuite = specifier === 'fs' && /conformance[^/]*\\/dist\\//.test(context.parentURL ?? '');
  return isSuite ? { url: ${JSON.stringify(`data:text/javascript,${encodeURIComponent(shim)}`)}, shortCircuit: true } : next(specifier, context);
}`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { SUITE_GATEWAY: gateway, SUITE_API_KEY: key } = process.env;
const names = (headers) =>
  (Array.isArray(headers) ? headers : Object.keys(headers ?? {})).map((name) => String(name).toLowerCase());
const withKey = (headers) =>
  Array.isArray(headers) ? [...headers, 'authorization', `Bearer ${key}`] : { ...headers, authorization: `Bearer ${key}` };
const addKey = (dispatch) => (options, handler) => {
  const isOurs = String(options.origin) === gateway && !names(options.headers).includes('authorization');
  return dispatch(isOurs ? { ...options, headers: withKey(options.headers) } : options, handler);
};
setGlobalDispatcher(new Agent().compose(addKey));

const plainRequest = http.request;
http.request = (options, ...rest) => {
  const isOurs = options.hostname === new URL(gateway).hostname && options.port === new URL(gateway).port;
  return plainRequest(isOurs ? { ...options, headers: withKey(options.headers) } : options, ...rest);
};
