// Run one scenario through the AWS SDK for JavaScript (v2 or v3) and print what was observed as JSON.
//   node run.cjs v2|v3 '<scenario>' '{"endpoint", "region", "access_key_id", "secret_access_key"}'
// NODE_PATH must lead to aws-sdk and @aws-sdk/client-sts.
'use strict';
process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = '1';
const [kind, scenarioText, serverText] = process.argv.slice(2);
const scenario = JSON.parse(scenarioText);
const server = JSON.parse(serverText);
const EVENTS = ['validate', 'build', 'afterBuild', 'sign', 'httpUploadProgress', 'httpHeaders', 'httpDownloadProgress', 'httpData',
  'httpDone', 'httpError', 'send', 'validateResponse', 'extractData', 'extractError', 'retry', 'afterRetry', 'success', 'error', 'complete'];

function finish(observed) {
  process.stdout.write(JSON.stringify(observed), () => process.exit());
}

function runV2() {
  const AWS = require('aws-sdk');
  const options = {endpoint: server.endpoint, region: server.region, maxRetries: 1, retryDelayOptions: {base: 0}, ...scenario.options};
  if (scenario.anonymous) {
    options.credentials = null;
    options.credentialProvider = new AWS.CredentialProviderChain([]);
  } else {
    Object.assign(options, {accessKeyId: server.access_key_id, secretAccessKey: server.secret_access_key});
  }
  const sts = new AWS.STS(options);
  const request = scenario.unauthenticated
    ? sts.makeUnauthenticatedRequest(scenario.operation, scenario.params) : sts[scenario.operation](scenario.params);
  const label = (value) => value === request ? 'request' : value === request.response ? 'response'
    : value instanceof Error ? 'error' : Buffer.isBuffer(value) ? 'bytes' : typeof value;
  const events = [];
  for (const event of EVENTS) {
    request.on(event, (...args) => events.push([event, ...args.map(label)]));
  }
  if (scenario.abort) {
    request.on('httpUploadProgress', () => setTimeout(() => request.abort(), 100));
  }
  request.send(function (error, data) {
    setTimeout(() => finish({
      events,
      data,
      retryCount: this.retryCount,
      params: request.params,
      error: error && {
        code: error.code, name: error.name, message: error.message, statusCode: error.statusCode, retryable: error.retryable,
        retryDelay: error.retryDelay, region: error.region, hostname: error.hostname, hasRequestId: Boolean(error.requestId),
        hasTime: error.time instanceof Date, hasOriginalError: Boolean(error.originalError),
        errors: (error.errors || []).map((one) => one.code),
      },
    }), 20);
  });
}

async function runV3() {
  const {NodeHttpHandler} = require('@smithy/node-http-handler');
  const library = require('@aws-sdk/client-sts');
  const credentials = {
    accessKeyId: server.access_key_id, secretAccessKey: server.secret_access_key, sessionToken: server.session_token,
  };
  const inner = new NodeHttpHandler();
  const bodies = [];
  const controller = new AbortController();
  const requestHandler = {
    handle(request, options) {
      bodies.push(request.body);
      if (scenario.abort) setTimeout(() => controller.abort(), 100);
      return inner.handle(request, options);
    },
    destroy() { inner.destroy(); },
    metadata: inner.metadata,
  };
  const client = new library.STSClient({
    endpoint: server.endpoint, region: server.region, maxAttempts: 2, requestHandler,
    ...(scenario.anonymous ? {} : {credentials}),
  });
  const command = new library[scenario.operation + 'Command'](scenario.params);
  let data = null, error = null;
  try {
    data = await client.send(command, {abortSignal: controller.signal});
  } catch (raised) {
    const metadata = raised.$metadata || null;
    error = {
      name: raised.name, message: raised.message, fault: raised.$fault, isServiceException: raised instanceof library.STSServiceException,
      code: raised.Code, metadata: metadata && {
        httpStatusCode: metadata.httpStatusCode, hasRequestId: Boolean(metadata.requestId), attempts: metadata.attempts,
        hasDelay: metadata.totalRetryDelay > 0,
      },
    };
  }
  const metadata = data && data.$metadata;
  if (data) delete data.$metadata;
  finish({
    bodies, data, error,
    metadata: metadata && {httpStatusCode: metadata.httpStatusCode, hasRequestId: Boolean(metadata.requestId),
      attempts: metadata.attempts, hasDelay: metadata.totalRetryDelay > 0},
  });
}

if (kind === 'v2') runV2(); else runV3();
